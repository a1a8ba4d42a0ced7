"""From cells to figures: medians, ratios, percentiles, tables."""

from __future__ import annotations

from bench.ingest import cells_median, ingest_figures
from bench.measured import Cell, percentile
from bench.report import ingest_table, table


def cell(per_second: float) -> Cell:
    return Cell(per_second, 1.0, 2.0, server_cpu_us=100.0, postgres_cpu_us=50.0)


def test_percentiles_are_nearest_ranks() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert percentile(values, 0.50) == 50
    assert percentile(values, 0.99) == 99
    assert percentile([7.0], 0.99) == 7


def test_one_odd_round_does_not_move_the_median() -> None:
    assert cells_median([cell(100), cell(9_000), cell(110)]).per_second == 110


def test_ratios_are_those_of_the_medians() -> None:
    measured = {32: {"full_endpoint": cell(300), "pgbench": cell(200), "prepared_statement": cell(400)}}
    figures = ingest_figures(measured)["32"]
    assert figures["per_second"] == 300
    assert figures["ratio_to_pgbench"] == 1.5
    assert figures["ratio_to_prepared_statement"] == 0.75


def test_a_load_that_was_left_out_has_no_ratio_and_a_dash_in_the_table() -> None:
    figures = ingest_figures({8: {"full_endpoint": cell(300)}})
    assert "ratio_to_pgbench" not in figures["8"]
    assert ingest_table(figures)[-1].count("–") > 2


def test_a_table_is_as_wide_in_every_line() -> None:
    lines = table(("a", "long title"), [["1", "2"], ["12345", "6"]])
    assert len({len(line) for line in lines}) == 1
