"""Folding deliveries of the ledger again: parked ones once their channel is known, failed ones after a while, any on demand."""

import uuid
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from communications.feed.announce import changes_announce
from communications.history.selection import DeliverySelection
from communications.ingest.record import record
from communications.schemas.deliveries import Delivery
from communications.webhooks.handlers.reading import delivery_read

BATCH_ROWS: Final = 200
BATCH_BYTES: Final = 8_000_000

_HELD: Final = """
SELECT delivery.id, delivery.source, delivery.received_at, delivery.headers, delivery.sha256, delivery.size_bytes,
       delivery.attempts, body.raw, body.compression
FROM communications_webhookdelivery AS delivery
JOIN communications_webhookbody AS body ON body.delivery_id = delivery.id
"""

_PAGE: Final = """
SELECT id, source, received_at, headers, sha256, size_bytes, attempts, raw, compression
FROM (
    SELECT page.*, sum(page.size_bytes) OVER (ORDER BY page.id) - page.size_bytes AS bytes_before
    FROM ({held} WHERE {condition} AND delivery.id > %(after)s ORDER BY delivery.id LIMIT %(rows)s) AS page
) AS sized
WHERE bytes_before < %(bytes)s ORDER BY id
"""

Connections = AsyncConnectionPool[Any]


async def parked_replay(connections: Connections, external_account_id: str) -> Counter[str]:
    """Folds what waited for a channel that is now known; the fold takes the channel's lock itself."""
    return await deliveries_replay(
        connections, DeliverySelection(outcome="parked", account=external_account_id)
    )


async def failed_retry(connections: Connections) -> Counter[str]:
    """Tries again what failed and is due; what fails once more waits longer."""
    return await deliveries_replay(connections, DeliverySelection(is_due=True))


async def deliveries_replay(connections: Connections, selection: DeliverySelection) -> Counter[str]:
    """Folds those selected whose bodies are held, oldest first; answers with the totals per outcome.

    A delivery that is already applied stays so: the fold changes nothing, and its ledger row is left alone.
    """
    totals: Counter[str] = Counter()
    async for deliveries in _batches(connections, selection):
        totals += await record(connections, deliveries)
        async with connections.connection() as connection:
            await changes_announce(connection)
    return totals


async def delivery_held(connection: AsyncConnection[Any], delivery_id: uuid.UUID) -> Delivery | None:
    """One delivery of the ledger, read anew; ``None`` where it or its body is not there (any more)."""
    found = await connection.execute(f"{_HELD} WHERE delivery.id = %s", (delivery_id,))
    row = await found.fetchone()
    return None if row is None else _delivery(row)


async def _batches(
    connections: Connections, selection: DeliverySelection
) -> AsyncIterator[Sequence[Delivery]]:
    after = uuid.UUID(int=0)
    page = _PAGE.format(held=_HELD, condition=selection.condition())
    parameters = selection.parameters() | {"rows": BATCH_ROWS, "bytes": BATCH_BYTES}
    while True:
        async with connections.connection() as connection:
            found = await connection.execute(page, parameters | {"after": after})
            rows = await found.fetchall()
        if not rows:
            return
        after = rows[-1][0]
        yield [_delivery(row) for row in rows]


def _delivery(row: Sequence[Any]) -> Delivery:
    delivery_id, source, received_at, headers, sha256, size_bytes, attempts, raw, compression = row
    body = zlib.decompress(raw) if compression == "zlib" else raw
    reading = delivery_read(body, received_at)
    return Delivery(
        id=delivery_id,
        source=source,
        received_at=received_at,
        headers=headers,
        sha256=sha256,
        size_bytes=size_bytes,
        raw=None,
        reading=reading,
        attempts=attempts,
    )
