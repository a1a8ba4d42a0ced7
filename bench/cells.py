"""The loads of the ingest benchmark. Each runs on a fresh copy of the prepared database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import uvloop

from bench.bodies import CONVERSATIONS
from bench.installation import Installation
from bench.ledger import applied_deliveries, shown_messages
from bench.measured import BenchmarkError, Cell
from bench.pgbench import ONE_STATEMENT, ORDINARY, transactions_load
from bench.prepared import Prepared
from bench.processor import Spent, processor_seconds
from bench.readers import Readers
from bench.server import landline_web, no_op_web
from bench.wrk import WrkReport, deliveries_load
from communications.schemas.addresses import WEBHOOK_PATH

DATABASE = "cell"
SOCKETS = 10
CATCH_UP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Bench:
    """What every cell needs."""

    installation: Installation
    prepared: Prepared
    warm_up_seconds: int
    seconds: int


def full_endpoint(bench: Bench, clients: int) -> Cell:
    """(a) The real server with 10 sockets reading: authentication, ledger with raw bytes, fold, feed.

    Raises BenchmarkError if an answer was not 200, a delivery was not applied, or a socket missed one.
    """
    with bench.installation.fresh_copy(bench.prepared.database, DATABASE):
        return uvloop.run(_full_endpoint(bench, clients, is_mixed=False))


def mixed_stream(bench: Bench, clients: int) -> Cell:
    """(a) again, under messages and all that happens to them, some of it twice or too early."""
    with bench.installation.fresh_copy(bench.prepared.database, DATABASE):
        return uvloop.run(_full_endpoint(bench, clients, is_mixed=True))


async def _full_endpoint(bench: Bench, clients: int, *, is_mixed: bool) -> Cell:
    installation = bench.installation
    shown: set[str] = set()
    with landline_web(installation, DATABASE) as server:
        load = partial(
            deliveries_load, installation, f"{server.url}{WEBHOOK_PATH}", clients=clients, is_mixed=is_mixed
        )
        async with Readers(
            server.port,
            bench.prepared.session_cookie,
            count=SOCKETS,
            observed=1,
            on_message=lambda _reader, message_id: shown.add(message_id),
        ):
            before = shown_messages(installation, DATABASE, with_repeats=is_mixed)
            await load(seconds=bench.warm_up_seconds)
            installation.checkpoint()
            spent = Spent(server.pid, installation.postmaster)
            report = await load(seconds=bench.seconds)
            server_cpu_us, postgres_cpu_us = spent.microseconds_each(report.requests)
            expected = shown_messages(installation, DATABASE, with_repeats=is_mixed) - before
            await _wait_until_all_shown(shown, expected)
    return Cell(
        report.per_second,
        report.p50_ms,
        report.p99_ms,
        server_cpu_us=server_cpu_us,
        postgres_cpu_us=postgres_cpu_us,
    )


async def _wait_until_all_shown(shown: set[str], expected: int) -> None:
    deadline = time.monotonic() + CATCH_UP_SECONDS
    while len(shown) < expected:
        if time.monotonic() > deadline:
            raise BenchmarkError(f"A socket was shown {len(shown)} of {expected} messages.")
        await asyncio.sleep(0.05)


def ordinary_transaction(bench: Bench, clients: int) -> Cell:
    """(b) pgbench, one delivery per transaction, as an ordinary application writes it."""
    return _pgbench(bench, ORDINARY, clients)


def one_statement(bench: Bench, clients: int) -> Cell:
    """(b') pgbench, the same rows in one prepared statement."""
    return _pgbench(bench, ONE_STATEMENT, clients)


def _pgbench(bench: Bench, script: Path, clients: int) -> Cell:
    installation = bench.installation
    with installation.fresh_copy(bench.prepared.database, DATABASE):
        installation.checkpoint()
        before = processor_seconds(installation.postmaster)
        cell = uvloop.run(
            transactions_load(
                installation,
                DATABASE,
                script,
                channel_id=bench.prepared.channel_id,
                clients=clients,
                warm_up_seconds=bench.warm_up_seconds,
                seconds=bench.seconds,
            )
        )
        spent = processor_seconds(installation.postmaster) - before
        written = applied_deliveries(installation, DATABASE) - CONVERSATIONS
    return Cell(cell.per_second, cell.p50_ms, cell.p99_ms, postgres_cpu_us=spent / written * 1e6)


def no_op(bench: Bench, clients: int) -> Cell:
    """(c) The same HTTP server and bodies, and no work."""
    return uvloop.run(_no_op(bench, clients))


async def _no_op(bench: Bench, clients: int) -> Cell:
    with no_op_web(bench.installation, bench.prepared.database) as server:

        async def load(seconds: int) -> WrkReport:
            return await deliveries_load(
                bench.installation, f"{server.url}/no-op", clients=clients, seconds=seconds
            )

        await load(bench.warm_up_seconds)
        before = processor_seconds(server.pid)
        report = await load(bench.seconds)
        spent = processor_seconds(server.pid) - before
    return Cell(
        report.per_second,
        report.p50_ms,
        report.p99_ms,
        server_cpu_us=spent / report.requests * 1e6,
    )


CELLS: dict[str, Callable[[Bench, int], Cell]] = {
    "full_endpoint": full_endpoint,
    "mixed_stream": mixed_stream,
    "pgbench": ordinary_transaction,
    "prepared_statement": one_statement,
    "no_op": no_op,
}
