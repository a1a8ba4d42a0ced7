"""The ledger folded again over rows that are there (`landline replay --all`), and beside them (`landline rebuild --check`)."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import random
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from psycopg import AsyncConnection, conninfo

from bench.bodies import CONVERSATIONS, FIRST_CONVERSATION, new_message_id, ordinary_body
from bench.cells import DATABASE, Bench
from bench.measured import BenchmarkError
from bench.prepared import django_use
from bench.processor import processor_seconds
from communications.ingest.connections import fold_connections
from communications.ingest.record import record
from communications.refold.rebuild.check import rebuild_check
from communications.refold.replay import deliveries_replay
from communications.refold.selection import DeliverySelection
from communications.schemas.deliveries import Delivery, sha256_of
from communications.schemas.identifiers import uuid7
from communications.webhooks.handlers.reading import delivery_read

DELIVERIES = 30_000
BATCH = 256
SEED = 1

# What follows a message, in hundredths of the stream; the rest are messages.
SHARES = {
    "message_delivered": 15,
    "message_read": 15,
    "message_reaction": 5,
    "message_edited": 3,
    "message_deleted": 2,
    "repeat": 5,
}


def refold_measure(bench: Bench, announce: Callable[[str], None]) -> dict[str, Any]:
    """Deliveries per second of both ways. Raises BenchmarkError where the rows differ or something was not folded."""
    installation = bench.installation
    with installation.fresh_copy(bench.prepared.database, DATABASE):
        django_use(installation, DATABASE)
        try:
            announce(f"a ledger of {DELIVERIES:,} deliveries")
            asyncio.run(_ledger_make())
            with installation.owner_connection(DATABASE) as owner:
                owner.execute("VACUUM ANALYZE")
                owner_address = conninfo.make_conninfo(**owner.info.get_parameters())
            return asyncio.run(_measure(owner_address, installation.postmaster, announce))
        finally:
            django_use(installation, bench.prepared.database)


async def _ledger_make() -> None:
    stream = mixed_bodies()
    async with fold_connections(max_size=1) as connections:
        for _ in range(0, DELIVERIES, BATCH):
            at = dt.datetime.now(dt.UTC)
            await record(
                connections,
                [
                    Delivery(
                        id=uuid7(),
                        received_at=at,
                        headers={},
                        sha256=sha256_of(raw),
                        size_bytes=len(raw),
                        raw=raw,
                        reading=delivery_read(raw, at),
                    )
                    for raw in islice(stream, BATCH)
                ],
            )


async def _measure(owner_address: str, postmaster: int, announce: Callable[[str], None]) -> dict[str, Any]:
    async with (
        fold_connections(max_size=2) as connections,
        await AsyncConnection.connect(owner_address, autocommit=True) as owner,
    ):
        way = Way(postmaster)
        replayed = await deliveries_replay(connections, DeliverySelection())
        figures = {"replay": way.figures(replayed.total())}
        if replayed["failed"]:
            raise BenchmarkError(f"A replay of what was applied ended with {dict(replayed)}.")
        announce(f"replay             {figures['replay']['per_second']:8.0f}/s")
        for name, seed in (("rebuild", None), ("rebuild_disordered", SEED)):
            way = Way(postmaster)
            done = await rebuild_check(owner, connections, seed=seed, begin=lambda _: lambda _: None)
            figures[name] = way.figures(done.folded.total())
            if done.different or not done.compared:
                raise BenchmarkError(f"A check compared {done.compared} rows, and {done.different} differed.")
            announce(f"{name:<18} {figures[name]['per_second']:8.0f}/s")
    return figures


class Way:
    """Time and processor time since it was made."""

    def __init__(self, postmaster: int) -> None:
        self._postmaster = postmaster
        self._began = time.perf_counter()
        self._ours, self._postgres = time.process_time(), processor_seconds(postmaster)

    def figures(self, deliveries: int) -> dict[str, float]:
        """The rate, and what one delivery cost on either side, which work at the same time."""
        return {
            "deliveries": deliveries,
            "per_second": round(deliveries / (time.perf_counter() - self._began), 1),
            "app_cpu_us": round((time.process_time() - self._ours) / deliveries * 1e6, 1),
            "postgres_cpu_us": round(
                (processor_seconds(self._postmaster) - self._postgres) / deliveries * 1e6, 1
            ),
        }


def mixed_bodies() -> Iterator[bytes]:
    """For ever: messages, what happens to earlier ones, and repeats."""
    choose = random.Random(SEED)
    held: list[bytes] = []
    kinds = [*SHARES, "message_received"]
    weights = [*SHARES.values(), 100 - sum(SHARES.values())]
    for number, kind in enumerate(iter(lambda: choose.choices(kinds, weights)[0], None)):
        if kind == "message_received" or not held:
            held.append(ordinary_body(FIRST_CONVERSATION + number % CONVERSATIONS, new_message_id()))
            yield held[-1]
            continue
        earlier = choose.choice(held)
        yield earlier if kind == "repeat" else _happening(kind, earlier, number)


def _happening(kind: str, earlier: bytes, number: int) -> bytes:
    body = json.loads(earlier)
    body["event"] = kind
    if kind == "message_edited":
        body["message"] = f"Better so, I think ({number})"
    if kind == "message_reaction":
        body |= {"reaction": "👍", "reaction_sender": body["sender"]}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
