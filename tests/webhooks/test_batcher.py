"""Group commit: what goes into a batch, in which turn, and what is refused at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from communications.ingest.record import Connections
from communications.webhooks.batcher import (
    BATCH_MAX_BYTES,
    BATCH_MAX_DELIVERIES,
    QUEUE_MAX_DELIVERIES,
    Batcher,
    QueueFull,
)
from communications.webhooks.deadlines import Late
from tests.ingest.deliveries import delivery_of, rows

BATCHES = "SELECT count(*), sum(size_bytes) FROM communications_webhookdelivery GROUP BY xmin::text::bigint ORDER BY 1"


@pytest.fixture
async def batcher(connections):
    batcher = Batcher(connections, on_saved=lambda _: None)
    yield batcher
    await batcher.close()


def event_of(account: str, number: int = 0) -> dict[str, object]:
    return {"event": "none_of_ours", "account_id": account, "number": number}


async def test_what_queued_while_the_last_batch_was_saved_is_the_next_one(connections, batcher):
    futures = [
        batcher.submit(delivery_of(event_of("a", n)), within_seconds=60)
        for n in range(2 * BATCH_MAX_DELIVERIES + 1)
    ]
    await asyncio.gather(*futures)
    sizes = [size for size, _ in await rows(connections, BATCHES)]
    assert sizes == [1, BATCH_MAX_DELIVERIES, BATCH_MAX_DELIVERIES]


async def test_a_batch_holds_eight_megabytes_and_no_more_than_one_body_beyond(connections, batcher):
    large = b'"' + b"x" * 3_000_000 + b'"'
    await asyncio.gather(*(batcher.submit(delivery_of(large), within_seconds=60) for _ in range(7)))
    assert all(size < BATCH_MAX_BYTES + len(large) for _, size in await rows(connections, BATCHES))


async def test_b23_accounts_take_turns(connections, batcher):
    noisy = [batcher.submit(delivery_of(event_of("noisy", n)), within_seconds=60) for n in range(2_000)]
    quiet = batcher.submit(delivery_of(event_of("quiet")), within_seconds=60)
    await quiet
    assert sum(future.done() for future in noisy) <= 2 * BATCH_MAX_DELIVERIES
    await asyncio.gather(*noisy)


async def test_a_full_queue_refuses_at_once_and_loses_nothing_it_took(connections, batcher, owner):
    with owner.transaction():
        owner.execute("LOCK TABLE communications_webhookdelivery IN ACCESS EXCLUSIVE MODE")
        first = batcher.submit(delivery_of(event_of("a")), within_seconds=60)
        await asyncio.sleep(0.05)
        one = delivery_of(event_of("a"))
        taken = [
            batcher.submit(
                msgspec.structs.replace(one, id=delivery_of({}).id, size_bytes=1), within_seconds=60
            )
            for _ in range(QUEUE_MAX_DELIVERIES)
        ]
        with pytest.raises(QueueFull):
            batcher.submit(one, within_seconds=60)
    answered = Counter(
        type(result).__name__ for result in await asyncio.gather(first, *taken, return_exceptions=True)
    )
    [(saved,)] = await rows(connections, "SELECT count(*) FROM communications_webhookdelivery")
    assert answered["NoneType"] == saved >= QUEUE_MAX_DELIVERIES
    assert sum(answered.values()) == QUEUE_MAX_DELIVERIES + 1


class Gate:
    """Connections that nobody gets before it is opened."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self.opened = asyncio.Event()

    @asynccontextmanager
    async def connection(self, timeout: float | None = None) -> AsyncIterator[Any]:  # noqa: ASYNC109 (as the pool's)
        await self.opened.wait()
        async with self._connections.connection(timeout) as connection:
            yield connection


async def test_who_waits_too_long_is_told_so_and_saved_all_the_same_while_others_wait_on(connections):
    gate = Gate(connections)
    batcher = Batcher(gate, on_saved=lambda *_: None)
    patient = batcher.submit(delivery_of(event_of("a")), within_seconds=60)
    hasty = [batcher.submit(delivery_of(event_of("b", n)), within_seconds=0.01) for n in range(2)]
    hastier = batcher.submit(delivery_of(event_of("c")), within_seconds=0)
    for late in (hastier, *hasty):
        with pytest.raises(Late):
            await late
    assert not patient.done()
    gate.opened.set()
    await patient
    await batcher.close()
    assert await rows(connections, "SELECT count(*) FROM communications_webhookdelivery") == [(4,)]


async def test_a_queue_of_256_megabytes_is_full(batcher, owner):
    with owner.transaction():
        owner.execute("LOCK TABLE communications_webhookdelivery IN ACCESS EXCLUSIVE MODE")
        batcher.submit(delivery_of(event_of("a")), within_seconds=60)
        await asyncio.sleep(0.05)
        claims_much = msgspec.structs.replace(delivery_of(event_of("a")), size_bytes=256_000_000)
        batcher.submit(claims_much, within_seconds=60)
        with pytest.raises(QueueFull):
            batcher.submit(delivery_of(event_of("a")), within_seconds=60)


async def test_closing_saves_what_waits_and_takes_nothing_more(connections):
    batcher = Batcher(connections, on_saved=lambda _: None)
    waiting = [batcher.submit(delivery_of(event_of("a", n)), within_seconds=60) for n in range(600)]
    await batcher.close()
    assert all(future.done() and future.exception() is None for future in waiting)
    with pytest.raises(QueueFull):
        batcher.submit(delivery_of({}), within_seconds=60)
    assert await rows(connections, "SELECT count(*) FROM communications_webhookdelivery") == [(600,)]


async def test_a_reader_that_cannot_be_told_stops_no_delivery(connections):
    def broken(_: Counter[str]) -> None:
        raise RuntimeError("no reader")

    batcher = Batcher(connections, on_saved=broken)
    for number in range(3):
        await batcher.submit(delivery_of(event_of("a", number)), within_seconds=60)
    await batcher.close()
    assert await rows(connections, "SELECT count(*) FROM communications_webhookdelivery") == [(3,)]
