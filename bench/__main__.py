"""Measures ingest against pgbench, the way from a webhook to the screens, and reads of a full database."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench import report
from bench.arrivals import arrivals_figures, arrivals_measure
from bench.cells import CELLS, Bench
from bench.ingest import CLIENTS, ingest_figures, ingest_measure
from bench.installation import Installation
from bench.measured import BenchmarkError
from bench.prepared import prepared_make
from bench.processor import ForeignLoad
from bench.reads import large_database_make, reads_measure
from bench.wrk import wrk_check

FOLDER = Path(__file__).resolve().parent.parent / "var" / "bench"
PARTS = ("ingest", "push", "reads")
PUSH_PER_SECOND = 100
ACKNOWLEDGED_PER_SECOND = 200


def main() -> int:
    options = parser().parse_args()
    try:
        wrk_check()
        with Installation(FOLDER) as installation:
            run(installation, options)
    except BenchmarkError as problem:
        sys.stderr.write(f"bench: {problem}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    top.add_argument("--only", action="append", choices=PARTS, help="this part only; may be repeated")
    top.add_argument("--rounds", type=int, default=5, help="interleaved rounds (default 5)")
    top.add_argument("--seconds", type=int, default=10, help="measured seconds of each cell (default 10)")
    top.add_argument("--warm-up", type=int, default=1, help="unmeasured seconds before them (default 1)")
    top.add_argument("--clients", type=int, action="append", help="of ingest: default 1, 8, 32 and 128")
    top.add_argument("--load", action="append", choices=tuple(CELLS), help="of ingest: this load only")
    return top


def run(installation: Installation, options: argparse.Namespace) -> None:
    parts = options.only or PARTS
    announce("making the prepared database")
    bench = Bench(installation, prepared_make(installation), options.warm_up, options.seconds)
    figures = report.circumstances(installation, rounds=options.rounds, seconds=options.seconds)
    others = ForeignLoad()
    if "ingest" in parts:
        measured = ingest_measure(
            bench,
            rounds=options.rounds,
            clients=options.clients or CLIENTS,
            loads=options.load or list(CELLS),
            announce=announce,
        )
        figures["ingest"] = ingest_figures(measured)
    if "push" in parts:
        for name, per_second in (("push", PUSH_PER_SECOND), ("acknowledged", ACKNOWLEDGED_PER_SECOND)):
            announce(f"{per_second} deliveries a second, at a fixed pace")
            arrivals = arrivals_measure(
                bench, per_second=per_second, seconds=options.rounds * options.seconds
            )
            figures[name] = arrivals_figures(arrivals, per_second=per_second)
    if "reads" in parts:
        session_cookie = large_database_make(installation, announce=announce)
        figures["reads"] = reads_measure(
            installation, session_cookie, warm_up_seconds=options.warm_up, seconds=options.seconds
        )
    figures["machine"]["used_by_others"] = round(others.share(), 3)
    report.write(figures)


def announce(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
