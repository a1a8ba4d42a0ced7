"""``landline replay``: deliveries of the ledger, folded again. Imported once Django is set up."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter

import psycopg
from psycopg_pool import PoolTimeout

from communications.errors import Unsaved
from communications.ingest.connections import fold_connections
from communications.refold.held import deliveries_total
from communications.refold.replay import deliveries_replay, replay_rehearse
from communications.refold.selection import DeliverySelection
from landline.progress import ProgressLine

CONNECTIONS = 2


def replay_run(options: argparse.Namespace) -> int:
    """Folds what the options select; returns the exit code."""
    selection = DeliverySelection(
        ids=None if options.id is None else tuple(options.id),
        outcome=options.outcome,
        event=options.event,
        account=options.account,
        received_from=options.since,
        received_before=options.until,
        text=options.text,
    )
    try:
        return asyncio.run(_replay(selection, is_rehearsal=options.dry_run))
    except (psycopg.OperationalError, PoolTimeout, Unsaved) as error:
        reason = str(error).strip().splitlines()[-1]
        sys.stderr.write(
            f"landline: the database did not answer ({reason}). What was folded so far is kept; "
            "run the same command again to go on.\n"
        )
        return 1


async def _replay(selection: DeliverySelection, *, is_rehearsal: bool) -> int:
    async with fold_connections(max_size=CONNECTIONS) as connections:
        held, without_body = await deliveries_total(connections, selection)
        _say(f"{held.total():,} deliveries are selected: {_listed(held)}.")
        if without_body:
            _say(f"{without_body.total():,} more have no body any more and cannot be folded.")
        progress = ProgressLine(held.total())
        fold = replay_rehearse if is_rehearsal else deliveries_replay
        try:
            totals = await fold(connections, selection, progress)
        except asyncio.CancelledError:
            progress.end()
            kept = "" if is_rehearsal else " What was folded so far is kept; the same command goes on."
            _say(f"Interrupted after {progress.totals.total():,}: {_listed(progress.totals)}.{kept}")
            raise
        progress.end()
    _say(f"{'They would become' if is_rehearsal else 'They are now'}: {_listed(totals)}.")
    if is_rehearsal:
        _say(f"Against now: {_changes(held, totals)}. Nothing was changed.")
    if totals["failed"]:
        _say("Those that failed are tried again by the worker; the ledger says why each did.")
    return 1 if totals["failed"] else 0


def _listed(totals: Counter[str]) -> str:
    return ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(totals.items())) or "none"


def _changes(before: Counter[str], after: Counter[str]) -> str:
    changed = {outcome: after[outcome] - before[outcome] for outcome in sorted(before | after)}
    return ", ".join(f"{outcome} {count:+,}" for outcome, count in changed.items() if count) or "no change"


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()
