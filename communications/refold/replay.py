"""Folding deliveries of the ledger again: parked ones once their channel is known, failed ones after a while, any on demand."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from psycopg_pool import AsyncConnectionPool

from communications.feed.announce import changes_announce
from communications.ingest.record import record
from communications.refold.held import deliveries_held
from communications.refold.selection import DeliverySelection
from communications.schemas.deliveries import Delivery

ANNOUNCED_EVERY_SECONDS: Final = 0.5

Connections = AsyncConnectionPool[Any]
Totals = Counter[str]
Progress = Callable[[Totals], Awaitable[None] | None]


async def parked_replay(connections: Connections, external_account_id: str) -> Totals:
    """Folds what waited for a channel that is now known; the fold takes the channel's lock itself."""
    return await deliveries_replay(
        connections, DeliverySelection(outcome="parked", account=external_account_id)
    )


async def failed_retry(connections: Connections) -> Totals:
    """Tries again what failed and is due; what fails once more waits longer."""
    return await deliveries_replay(connections, DeliverySelection(is_due=True))


async def deliveries_replay(
    connections: Connections, selection: DeliverySelection, progress: Progress | None = None
) -> Totals:
    """Folds those selected whose bodies are held, oldest first; returns the totals per outcome.

    A delivery that is already applied stays so: the fold changes nothing, and its ledger row is left alone. Each batch is a
    transaction of its own, so it may end at any moment and be begun again, beside a server and other replays.
    """
    announced_at = time.monotonic()

    async def fold(deliveries: Sequence[Delivery]) -> Totals:
        nonlocal announced_at
        totals = await record(connections, deliveries)
        if time.monotonic() - announced_at >= ANNOUNCED_EVERY_SECONDS:
            announced_at = time.monotonic()
            await _announce(connections)
        return totals

    totals = await batches_fold(deliveries_held(connections, selection), fold, progress)
    if totals:
        await _announce(connections)
    return totals


async def replay_rehearse(
    connections: Connections, selection: DeliverySelection, progress: Progress | None = None
) -> Totals:
    """The totals that a replay would have, found by folding each batch and taking it back."""
    rehearsal = _Rehearsal(connections)

    async def fold(deliveries: Sequence[Delivery]) -> Totals:
        return await record(rehearsal, deliveries)

    return await batches_fold(deliveries_held(connections, selection), fold, progress)


async def batches_fold(
    batches: AsyncIterator[Sequence[Delivery]],
    fold: Callable[[Sequence[Delivery]], Awaitable[Totals]],
    progress: Progress | None = None,
) -> Totals:
    """Folds one batch while the next is read: the database works on the one, we on the other."""
    totals: Totals = Counter()
    under_way: asyncio.Future[Totals] | None = None

    async def finish(folding: asyncio.Future[Totals]) -> None:
        nonlocal totals
        totals += await folding
        told = None if progress is None else progress(totals)
        if told is not None:
            await told

    try:
        async for deliveries in batches:
            if under_way is not None:
                await finish(under_way)
            under_way = asyncio.ensure_future(fold(deliveries))
        if under_way is not None:
            await finish(under_way)
    finally:
        if under_way is not None and not under_way.done():
            under_way.cancel()
            await asyncio.gather(under_way, return_exceptions=True)
    return totals


class _Rehearsal:
    """Connections on which nothing is kept."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    @asynccontextmanager
    async def connection(self, timeout: float | None = None) -> AsyncIterator[Any]:  # noqa: ASYNC109 (as the pool has it)
        async with (
            self._connections.connection(timeout) as connection,
            connection.transaction(force_rollback=True),
        ):
            yield connection


async def _announce(connections: Connections) -> None:
    async with connections.connection() as connection:
        await changes_announce(connection)
