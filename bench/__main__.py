"""Measures ingest against pgbench, the way to the sockets, the ledger folded again, a copied history, jumps, reads, search, and
the browser.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench import report
from bench.arrivals import arrivals_figures, arrivals_measure
from bench.cells import CELLS, Bench
from bench.copying import copying_measure
from bench.depth import depth_measure
from bench.full_database import full_database_make
from bench.ingest import CLIENTS, ingest_figures, ingest_measure
from bench.installation import Installation
from bench.measured import BenchmarkError
from bench.prepared import prepared_make
from bench.processor import ForeignLoad
from bench.reads import reads_measure
from bench.refold import refold_measure
from bench.screen import screen_check, screen_measure
from bench.search import search_measure
from bench.wrk import wrk_check

FOLDER = Path(__file__).resolve().parent.parent / "var" / "bench"
PARTS = ("ingest", "push", "ledger", "history", "depth", "reads", "search", "ingest_over_full", "browser")
CLIENTS_OVER_FULL = (32,)
PACES = {"push": 100, "acknowledged": 200}


def main() -> int:
    options = parser().parse_args()
    try:
        parts = parts_chosen(options.only)
        with Installation(FOLDER) as installation:
            run(installation, options, parts)
    except BenchmarkError as problem:
        announce(f"bench: {problem}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def parts_chosen(only: Sequence[str] | None) -> Sequence[str]:
    """Raises BenchmarkError when something that was asked for by name cannot be measured here."""
    wrk_check()
    chosen = only or PARTS
    if "browser" in chosen:
        try:
            screen_check()
        except BenchmarkError as missing:
            if only:
                raise
            announce(f"left out: {missing}")
            return [part for part in chosen if part != "browser"]
    return chosen


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    top.add_argument("--only", action="append", choices=PARTS, help="this part only; may be repeated")
    top.add_argument("--rounds", type=int, default=5, help="interleaved rounds (default 5)")
    top.add_argument("--seconds", type=int, default=10, help="measured seconds of each cell (default 10)")
    top.add_argument("--warm-up", type=int, default=1, help="unmeasured seconds before them (default 1)")
    top.add_argument("--clients", type=int, action="append", help="of ingest: default 1, 8, 32 and 128")
    top.add_argument("--messages", type=int, default=50_000, help="of a copied history (default 50,000)")
    top.add_argument("--load", action="append", choices=tuple(CELLS), help="of ingest: this load only")
    return top


def run(installation: Installation, options: argparse.Namespace, parts: Sequence[str]) -> None:
    announce("making the prepared database")
    bench = Bench(installation, prepared_make(installation), options.warm_up, options.seconds)
    figures = report.circumstances(installation, rounds=options.rounds, seconds=options.seconds)
    others = ForeignLoad()
    try:
        for part in parts:
            figures |= part_measure(part, bench, options)
    finally:
        figures["machine"]["used_by_others"] = round(others.share(), 3)
        report.write(figures)


def part_measure(part: str, bench: Bench, options: argparse.Namespace) -> dict[str, Any]:
    match part:
        case "ingest":
            return {part: _ingest(bench, options, CLIENTS)}
        case "push":
            return {name: _arrivals(bench, options, per_second) for name, per_second in PACES.items()}
        case "ledger":
            return {part: refold_measure(bench, announce)}
        case "history":
            return {part: copying_measure(bench, options.messages, announce)}
        case "depth":
            return {part: depth_measure(bench, announce)}
        case _:
            return {part: _over_full(part, bench, options)}


def _over_full(part: str, bench: Bench, options: argparse.Namespace) -> dict[str, Any]:
    full = full_database_make(bench.installation, announce)
    match part:
        case "reads":
            return reads_measure(bench, full)
        case "search":
            return search_measure(bench.installation, full)
        case "ingest_over_full":
            return _ingest(replace(bench, prepared=full.prepared), options, CLIENTS_OVER_FULL)
        case _:
            return screen_measure(bench.installation, full, announce=announce)


def _ingest(bench: Bench, options: argparse.Namespace, clients: Sequence[int]) -> dict[str, Any]:
    measured = ingest_measure(
        bench,
        rounds=options.rounds,
        clients=options.clients or clients,
        loads=options.load or list(CELLS),
        announce=announce,
    )
    return ingest_figures(measured)


def _arrivals(bench: Bench, options: argparse.Namespace, per_second: int) -> dict[str, float]:
    announce(f"{per_second} deliveries a second, at a fixed pace")
    arrivals = arrivals_measure(bench, per_second=per_second, seconds=options.rounds * options.seconds)
    return arrivals_figures(arrivals, per_second=per_second)


def announce(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
