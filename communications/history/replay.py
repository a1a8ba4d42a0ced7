"""Folding deliveries of the ledger again: parked ones once their channel is known, failed ones after a while, any on demand."""

import uuid
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from psycopg_pool import AsyncConnectionPool

from communications.feed.announce import changes_announce
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

FAILED_AND_DUE: Final = f"{_HELD} WHERE delivery.outcome = 'failed' AND delivery.next_attempt_at <= now()"
OF_OUTCOME: Final = f"{_HELD} WHERE delivery.outcome = %(outcome)s"
PARKED_OF_ACCOUNT: Final = (
    f"{_HELD} WHERE delivery.outcome = 'parked' AND delivery.external_account_id = %(account)s"
)

_PAGE: Final = """
SELECT id, source, received_at, headers, sha256, size_bytes, attempts, raw, compression
FROM (
    SELECT page.*, sum(page.size_bytes) OVER (ORDER BY page.id) - page.size_bytes AS bytes_before
    FROM ({query} AND delivery.id > %(after)s ORDER BY delivery.id LIMIT %(rows)s) AS page
) AS sized
WHERE bytes_before < %(bytes)s ORDER BY id
"""

Connections = AsyncConnectionPool[Any]


async def parked_replay(connections: Connections, external_account_id: str) -> Counter[str]:
    """Folds what waited for a channel that is now known; the fold takes the channel's lock itself."""
    return await replay(connections, PARKED_OF_ACCOUNT, {"account": external_account_id})


async def failed_retry(connections: Connections) -> Counter[str]:
    """Tries again what failed and is due; what fails once more waits longer."""
    return await replay(connections, FAILED_AND_DUE, {})


async def replay(connections: Connections, query: str, parameters: Mapping[str, Any]) -> Counter[str]:
    """Folds the deliveries that ``query`` yields, oldest first; answers with the totals per outcome.

    A delivery that is already applied stays so: the fold changes nothing, and its ledger row is left alone.
    """
    totals: Counter[str] = Counter()
    async for deliveries in _batches(connections, query, parameters):
        totals += await record(connections, deliveries)
        async with connections.connection() as connection:
            await changes_announce(connection)
    return totals


async def _batches(
    connections: Connections, query: str, parameters: Mapping[str, Any]
) -> AsyncIterator[Sequence[Delivery]]:
    after = uuid.UUID(int=0)
    page = _PAGE.format(query=query)
    bounds = {"rows": BATCH_ROWS, "bytes": BATCH_BYTES}
    while True:
        async with connections.connection() as connection:
            found = await connection.execute(page, {**parameters, **bounds, "after": after})
            rows = await found.fetchall()
        if not rows:
            return
        after = rows[-1][0]
        yield [_delivery(row) for row in rows]


def _delivery(row: Sequence[Any]) -> Delivery:
    delivery_id, source, received_at, headers, sha256, size_bytes, attempts, raw, compression = row
    body = zlib.decompress(raw) if compression == "zlib" else raw
    reading = delivery_read(body, received_at, source)
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
