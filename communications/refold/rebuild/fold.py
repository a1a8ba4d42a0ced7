"""Folds the ledger into the scratch tables, oldest first or in a random order."""

import random
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from communications.ingest.record import record
from communications.refold.held import BATCH_BYTES, BATCH_ROWS, deliveries_by_id
from communications.refold.rebuild.scratch import SCHEMA, scratch_analyze
from communications.refold.replay import Progress, Totals, batches_fold
from communications.schemas.deliveries import Delivery

FIRST_ANALYZED_AFTER: Final = 1_000
ANALYZED_EACH_TIMES: Final = 4

# What came in while the rest was folded is folded too, as long as it is more than a little.
CATCH_UP_ROUNDS: Final = 10

# Only what the live tables hold: what is ignored, parked, failed or unreadable there has no rows to compare.
_NOT_FOLDED: Final = f"""
SELECT delivery.id, delivery.size_bytes
FROM public.communications_webhookdelivery AS delivery
JOIN public.communications_webhookbody AS body ON body.delivery_id = delivery.id
WHERE delivery.outcome IN ('applied', 'duplicate') AND NOT EXISTS (
    SELECT FROM {SCHEMA}.communications_webhookdelivery AS folded WHERE folded.id = delivery.id)
ORDER BY delivery.id
"""  # noqa: S608 (a constant)

Sized = tuple[uuid.UUID, int]


class LedgerFold:
    """``owner`` is the connection that made the scratch tables."""

    def __init__(
        self,
        owner: AsyncConnection[Any],
        ledger: AsyncConnectionPool[Any],
        scratch: AsyncConnectionPool[Any],
        seed: int | None,
    ) -> None:
        self._owner = owner
        self._ledger = ledger
        self._scratch = scratch
        self._order = None if seed is None else random.Random(seed)  # noqa: S311 (an order, not a secret)
        self._folded = 0
        self._analyzed_after = FIRST_ANALYZED_AFTER

    async def waiting(self) -> list[Sized]:
        """Deliveries that the live tables hold and the scratch tables do not, with their sizes."""
        return await (await self._owner.execute(_NOT_FOLDED)).fetchall()

    async def run(self, waiting: list[Sized], progress: Progress) -> Totals:
        """Folds those, then what came meanwhile."""
        totals = Totals()
        for _ in range(CATCH_UP_ROUNDS):
            before = totals.copy()
            totals += await batches_fold(
                self._batches(waiting),
                self._fold,
                lambda these, before=before: progress(before + these),  # type: ignore[misc]  # bound at once
            )
            waiting = await self.waiting()
            if len(waiting) < BATCH_ROWS:
                break
        await scratch_analyze(self._owner)
        return totals

    async def _fold(self, deliveries: Sequence[Delivery]) -> Totals:
        totals = await record(self._scratch, deliveries)
        self._folded += len(deliveries)
        if self._folded >= self._analyzed_after:
            self._analyzed_after *= ANALYZED_EACH_TIMES
            await scratch_analyze(self._owner)
        return totals

    async def _batches(self, waiting: list[Sized]) -> AsyncIterator[Sequence[Delivery]]:
        if self._order is not None:
            self._order.shuffle(waiting)
        for ids in _cut(waiting):
            yield await deliveries_by_id(self._ledger, ids)


def _cut(sized: Iterable[Sized]) -> Iterator[list[uuid.UUID]]:
    batch: list[uuid.UUID] = []
    batch_bytes = 0
    for delivery_id, size_bytes in sized:
        if batch and (len(batch) == BATCH_ROWS or batch_bytes + size_bytes > BATCH_BYTES):
            yield batch
            batch, batch_bytes = [], 0
        batch.append(delivery_id)
        batch_bytes += size_bytes
    if batch:
        yield batch
