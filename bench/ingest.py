"""Deliveries per second: four loads at four concurrencies, interleaved, and what they are to each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from bench.cells import CELLS, Bench
from bench.measured import Cell

CLIENTS = (1, 8, 32, 128)


def ingest_measure(
    bench: Bench, *, rounds: int, clients: Sequence[int], announce: Callable[[str], None]
) -> dict[int, dict[str, Cell]]:
    """For each number of clients the median cell of each load.

    In each round every load has its turn at each concurrency, beginning with another one each time, so that
    what the machine does beside us falls on all of them.
    """
    seen: dict[int, dict[str, list[Cell]]] = {count: {name: [] for name in CELLS} for count in clients}
    names = list(CELLS)
    for number in range(rounds):
        for count in clients:
            for name in (*names[number % len(names) :], *names[: number % len(names)]):
                cell = CELLS[name](bench, count)
                seen[count][name].append(cell)
                announce(
                    f"round {number + 1}/{rounds}  {count:>3} clients  {name:<18} {cell.per_second:8.0f}/s"
                    f"  p50 {cell.p50_ms:.2f} ms  p99 {cell.p99_ms:.2f} ms"
                )
    return {
        count: {name: _median_cell(cells) for name, cells in by_name.items()}
        for count, by_name in seen.items()
    }


def ingest_figures(measured: dict[int, dict[str, Cell]]) -> dict[str, Any]:
    """The figures by number of clients, as ``bench/latest.json`` holds them."""
    return {
        str(count): {
            **_cell_figures(cells["full_endpoint"]),
            "ratio_to_pgbench": _ratio(cells["full_endpoint"], cells["pgbench"]),
            "ratio_to_prepared_statement": _ratio(cells["full_endpoint"], cells["prepared_statement"]),
            "loads": {name: _cell_figures(cell) for name, cell in cells.items()},
        }
        for count, cells in measured.items()
    }


def _ratio(ours: Cell, theirs: Cell) -> float:
    return round(ours.per_second / theirs.per_second, 3)


def _cell_figures(cell: Cell) -> dict[str, float]:
    figures = {"per_second": round(cell.per_second, 1)}
    for name in ("p50_ms", "p99_ms", "server_cpu_us", "postgres_cpu_us"):
        value = getattr(cell, name)
        if value is not None:
            figures[name] = round(value, 3)
    return figures


def _median_cell(cells: Sequence[Cell]) -> Cell:
    def of(name: str) -> float | None:
        values = [value for value in (getattr(cell, name) for cell in cells) if value is not None]
        return median(values) if values else None

    return Cell(
        median(cell.per_second for cell in cells),
        median(cell.p50_ms for cell in cells),
        median(cell.p99_ms for cell in cells),
        server_cpu_us=of("server_cpu_us"),
        postgres_cpu_us=of("postgres_cpu_us"),
    )
