"""``landline rebuild --check``: the ledger, folded beside the live tables and compared. Imported once Django is set up."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from typing import Any

import psycopg
from django.conf import settings
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from communications.errors import Unsaved
from communications.ingest.connections import fold_connections
from communications.refold.rebuild.check import Check, Comparison, RowDifference, rebuild_check
from communications.refold.rebuild.scratch import AlreadyRunning
from landline.databases import connection_parameters
from landline.environment import Environment
from landline.progress import ProgressLine

EQUAL, DIFFERENT, NOTHING_COMPARABLE, NOT_DONE = 0, 1, 2, 3

VALUE_MAX_CHARACTERS = 120

NOUNS = {"channel": "channels", "attendee": "people", "conversation": "conversations", "message": "messages"}


def rebuild_run(options: argparse.Namespace, environment: Environment) -> int:
    """Checks, and says what it found; returns the exit code."""
    try:
        done = asyncio.run(_check(options.seed, environment))
    except AlreadyRunning:
        _refuse("another check is running: wait for its end.")
        return NOT_DONE
    except (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege, PoolTimeout, Unsaved) as error:
        reason = str(error).strip().splitlines()[-1]
        _refuse(
            f"the check could not be done ({reason}). Nothing was changed; what it left is removed next time."
        )
        return NOT_DONE
    for comparison in done.comparisons:
        _tell(comparison)
    if done.different:
        _say(
            f"{done.different:,} rows differ from what the ledger says. `landline replay --all` brings back what is "
            "missing; what is wrong in other ways needs a look."
        )
        return DIFFERENT
    if not done.compared:
        _say("Nothing could be compared: no row depends on held deliveries alone.")
        return NOTHING_COMPARABLE
    _say("All that could be compared is equal.")
    return EQUAL


async def _check(seed: int | None, environment: Environment) -> Check:
    parameters: dict[str, Any] = connection_parameters(
        environment, data_dir=settings.LANDLINE_DATA_DIR, process_role="owner"
    )
    lines: list[ProgressLine] = []

    def begin(expected: int) -> ProgressLine:
        _say(f"Folding {expected:,} deliveries into empty tables beside the live ones.")
        lines.append(ProgressLine(expected))
        return lines[0]

    async with (
        await AsyncConnection.connect(
            **parameters, application_name="landline rebuild", autocommit=True
        ) as owner,
        fold_connections(max_size=1) as ledger,
    ):
        try:
            return await rebuild_check(owner, ledger, seed=seed, begin=begin)
        finally:
            for line in lines:
                line.end()


def _tell(comparison: Comparison) -> None:
    noun = NOUNS[comparison.entity]
    _say(f"{noun}: {comparison.compared:,} compared, {comparison.different:,} differ")
    for reason, count in sorted(comparison.left_out.items()):
        _say(f"  {count:,} left out: {reason}")
    for row in comparison.first:
        _say(f"  {row.account} {row.key}: {_described(row)}")
    if comparison.different > len(comparison.first):
        _say(f"  and {comparison.different - len(comparison.first):,} more")


def _described(row: RowDifference) -> str:
    if row.live is None:
        return "missing: the ledger has it"
    if row.rebuilt is None:
        return "too many: no delivery of the ledger brings it"
    return "; ".join(
        f"{name} is {_value(live)}, the ledger says {_value(rebuilt)}" for name, live, rebuilt in row.fields()
    )


def _value(value: object) -> str:
    written = json.dumps(value, ensure_ascii=False)
    return written if len(written) <= VALUE_MAX_CHARACTERS else f"{written[:VALUE_MAX_CHARACTERS]}…"


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def _refuse(sentence: str) -> None:
    sys.stderr.write(f"landline: {sentence}\n")
