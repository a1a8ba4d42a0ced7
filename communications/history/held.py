"""Deliveries as the ledger holds them, read anew from their bytes."""

import uuid
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from communications.history.selection import DeliverySelection
from communications.schemas.deliveries import Delivery
from communications.webhooks.handlers.reading import delivery_read

# A batch of the fold keeps its channels' other writers waiting, who give up after half a second.
BATCH_ROWS: Final = 256
BATCH_BYTES: Final = 8_000_000

# Of a large ledger few rows may be meant: finding the next ones takes longer than a fold may.
READING_TIMEOUT: Final = "SET LOCAL statement_timeout = '5min'"

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

_TOTALS: Final = """
SELECT delivery.outcome, count(body.delivery_id), count(*) - count(body.delivery_id)
FROM communications_webhookdelivery AS delivery
LEFT JOIN communications_webhookbody AS body ON body.delivery_id = delivery.id
WHERE {condition}
GROUP BY delivery.outcome
"""

Connections = AsyncConnectionPool[Any]
Totals = Counter[str]


async def delivery_held(connection: AsyncConnection[Any], delivery_id: uuid.UUID) -> Delivery | None:
    """One delivery of the ledger; ``None`` where it or its body is not there (any more)."""
    found = await connection.execute(f"{_HELD} WHERE delivery.id = %s", (delivery_id,), binary=True)
    row = await found.fetchone()
    return None if row is None else _delivery(row)


async def deliveries_by_id(connections: Connections, ids: Sequence[uuid.UUID]) -> list[Delivery]:
    """Those of them whose bodies are there, in no order."""
    async with connections.connection() as connection:
        found = await connection.execute(
            f"{_HELD} WHERE delivery.id = ANY(%s::uuid[])", (list(ids),), binary=True
        )
        return [_delivery(row) for row in await found.fetchall()]


async def deliveries_held(
    connections: Connections, selection: DeliverySelection
) -> AsyncIterator[Sequence[Delivery]]:
    """Those selected whose bodies are there, oldest first, in batches that the fold takes at once."""
    after = uuid.UUID(int=0)
    page = _PAGE.format(held=_HELD, condition=selection.condition())
    parameters = selection.parameters() | {"rows": BATCH_ROWS, "bytes": BATCH_BYTES}
    while True:
        async with connections.connection() as connection, connection.transaction():
            await connection.execute(READING_TIMEOUT)
            found = await connection.execute(page, parameters | {"after": after}, binary=True)
            rows = await found.fetchall()
        if not rows:
            return
        after = rows[-1][0]
        yield [_delivery(row) for row in rows]


async def deliveries_total(connections: Connections, selection: DeliverySelection) -> tuple[Totals, Totals]:
    """Per outcome: how many have their bodies, and how many do not (any more)."""
    async with connections.connection() as connection, connection.transaction():
        await connection.execute(READING_TIMEOUT)
        found = await connection.execute(
            _TOTALS.format(condition=selection.condition()), selection.parameters()
        )
        rows = await found.fetchall()
    held = Counter({outcome: with_body for outcome, with_body, _ in rows if with_body})
    return held, Counter({outcome: without for outcome, _, without in rows if without})


def _delivery(row: Sequence[Any]) -> Delivery:
    delivery_id, source, received_at, headers, sha256, size_bytes, attempts, raw, compression = row
    body = zlib.decompress(raw) if compression == "zlib" else raw
    return Delivery(
        id=delivery_id,
        source=source,
        received_at=received_at,
        headers=headers,
        sha256=sha256,
        size_bytes=size_bytes,
        raw=None,
        reading=delivery_read(body, received_at, source),
        attempts=attempts,
    )
