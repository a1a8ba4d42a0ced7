"""The benchmark's command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import django

from bench import report
from bench.cells import Bench
from bench.ingest import CLIENTS, ingest_figures, ingest_measure
from bench.installation import POSTGRES_SETTINGS, Installation
from bench.measured import BenchmarkError
from bench.prepared import prepared_make
from bench.wrk import wrk_check

FOLDER = Path(__file__).resolve().parent.parent / "var" / "bench"
PARTS = ("ingest",)


def main() -> int:
    options = parser().parse_args()
    parts = options.only or PARTS
    try:
        wrk_check()
        with Installation(FOLDER) as installation:
            run(installation, options, parts)
    except BenchmarkError as problem:
        sys.stderr.write(f"bench: {problem}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    top.add_argument(
        "--only", action="append", choices=PARTS, metavar="PART", help=f"one of {', '.join(PARTS)}"
    )
    top.add_argument("--rounds", type=int, default=5, help="interleaved rounds (default 5)")
    top.add_argument("--seconds", type=int, default=10, help="measured seconds of each cell (default 10)")
    top.add_argument("--warm-up", type=int, default=1, help="unmeasured seconds before them (default 1)")
    top.add_argument("--clients", type=int, action="append", help="concurrency; default 1, 8, 32 and 128")
    return top


def run(installation: Installation, options: argparse.Namespace, parts: list[str]) -> None:
    announce("making the prepared database")
    bench = Bench(installation, prepared_make(installation), options.warm_up, options.seconds)
    figures = report.circumstances(installation, rounds=options.rounds, seconds=options.seconds)
    if "ingest" in parts:
        measured = ingest_measure(
            bench, rounds=options.rounds, clients=options.clients or CLIENTS, announce=announce
        )
        figures["ingest"] = ingest_figures(measured)
    report.write(figures)


def announce(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
