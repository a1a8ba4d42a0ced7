"""Deliveries per second: several loads at four concurrencies, interleaved, and what they are to each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Any

from bench.cells import CELLS, Bench
from bench.measured import Cell

CLIENTS = (1, 8, 32, 128)


def ingest_measure(
    bench: Bench,
    *,
    rounds: int,
    clients: Sequence[int],
    loads: Sequence[str],
    announce: Callable[[str], None],
) -> dict[int, dict[str, Cell]]:
    """For each number of clients the median cell of each load.

    In each round every load has its turn at each concurrency, beginning with another one each time, so that
    what the machine does beside us falls on all of them.
    """
    seen: dict[int, dict[str, list[Cell]]] = {count: {name: [] for name in loads} for count in clients}
    for number in range(rounds):
        for count in clients:
            for name in _turned(loads, number):
                cell = CELLS[name](bench, count)
                seen[count][name].append(cell)
                announce(
                    f"round {number + 1}/{rounds}  {count:>3} clients  {name:<18} {cell.per_second:8.0f}/s"
                    f"  p50 {cell.p50_ms:.2f} ms  p99 {cell.p99_ms:.2f} ms"
                )
    return {
        count: {name: cells_median(cells) for name, cells in by_name.items()}
        for count, by_name in seen.items()
    }


def ingest_figures(measured: dict[int, dict[str, Cell]]) -> dict[str, Any]:
    """The figures by number of clients, as ``bench/latest.json`` holds them."""
    return {
        str(count): {
            **_cell_figures(cells.get("full_endpoint")),
            **_ratios(cells),
            "loads": {name: _cell_figures(cell) for name, cell in cells.items()},
        }
        for count, cells in measured.items()
    }


def _turned(loads: Sequence[str], number: int) -> Iterable[str]:
    first = number % len(loads)
    return (*loads[first:], *loads[:first])


def _ratios(cells: dict[str, Cell]) -> dict[str, float]:
    return {
        f"{prefix}ratio_to_{name}": round(cells[ours].per_second / cells[name].per_second, 3)
        for ours, prefix in (("full_endpoint", ""), ("mixed_stream", "mixed_"))
        for name in ("pgbench", "prepared_statement")
        if ours in cells and name in cells
    }


def _cell_figures(cell: Cell | None) -> dict[str, float]:
    figures = {}
    for name in ("per_second", "p50_ms", "p99_ms", "server_cpu_us", "postgres_cpu_us"):
        value = getattr(cell, name, None)
        if value is not None:
            figures[name] = round(value, 3)
    return figures


def cells_median(cells: Sequence[Cell]) -> Cell:
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
