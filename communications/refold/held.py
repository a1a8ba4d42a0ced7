"""Deliveries as the ledger holds them, read anew from their bytes."""

import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from communications.refold.selection import DeliverySelection
from communications.schemas.deliveries import Delivery
from communications.webhooks.handlers.reading import delivery_read

# A batch of the fold keeps its channels' other writers waiting, who give up after half a second; a list holds up to 250 messages.
BATCH_ROWS: Final = 256
BATCH_BYTES: Final = 400_000

LAST: Final = uuid.UUID(int=2**128 - 1)

# Of a large ledger few rows may be meant. They are looked for in so many rows at a time, fewer where bodies are read for it:
# finding them may take long, but no single statement does.
STEP_ROWS: Final = 50_000
TEXT_STEP_ROWS: Final = 2_000

# Bodies may be large, and a fold's own limit is short.
READING_TIMEOUT: Final = "SET LOCAL statement_timeout = '1min'"

_HIGH: Final = """
SELECT delivery.id FROM communications_webhookdelivery AS delivery
WHERE {indexed} AND delivery.id > %(after)s ORDER BY delivery.id OFFSET %(step)s - 1 LIMIT 1
"""

_HELD: Final = """
SELECT delivery.id, delivery.source, delivery.received_at, delivery.headers, delivery.sha256, delivery.size_bytes,
       delivery.attempts, body.raw
FROM communications_webhookdelivery AS delivery
JOIN communications_webhookbody AS body ON body.delivery_id = delivery.id
"""

_PAGE: Final = """
SELECT id, source, received_at, headers, sha256, size_bytes, attempts, raw
FROM (
    SELECT page.*, sum(page.size_bytes) OVER (ORDER BY page.id) - page.size_bytes AS bytes_before
    FROM (
        {held} WHERE {condition} AND delivery.id > %(after)s AND delivery.id <= %(high)s ORDER BY delivery.id LIMIT %(rows)s
    ) AS page
) AS sized
WHERE bytes_before < %(bytes)s ORDER BY id
"""

_TOTALS: Final = """
SELECT delivery.outcome, count(body.delivery_id), count(*) - count(body.delivery_id)
FROM communications_webhookdelivery AS delivery
LEFT JOIN communications_webhookbody AS body ON body.delivery_id = delivery.id
WHERE {condition} AND delivery.id > %(after)s AND delivery.id <= %(high)s
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
    page = _PAGE.format(held=_HELD, condition=selection.condition())
    parameters = selection.parameters() | {"rows": BATCH_ROWS, "bytes": BATCH_BYTES}
    async for after, high in _ranges(connections, selection):
        read_to: uuid.UUID | None = after
        while read_to is not None:
            rows = await _read(connections, page, parameters | {"after": read_to, "high": high}, binary=True)
            if rows:
                yield [_delivery(row) for row in rows]
            read_to = rows[-1][0] if rows else None


async def deliveries_total(connections: Connections, selection: DeliverySelection) -> tuple[Totals, Totals]:
    """Per outcome: how many have their bodies, and how many do not (any more)."""
    held: Totals = Counter()
    bodiless: Totals = Counter()
    totals = _TOTALS.format(condition=selection.condition())
    async for after, high in _ranges(connections, selection):
        bounds = {"after": after, "high": high}
        for outcome, with_body, without in await _read(connections, totals, selection.parameters() | bounds):
            held[outcome] += with_body
            bodiless[outcome] += without
    return +held, +bodiless


async def _ranges(
    connections: Connections, selection: DeliverySelection
) -> AsyncIterator[tuple[uuid.UUID, uuid.UUID]]:
    """The ledger as ranges of ids, oldest first: above the one, up to and with the other."""
    high = _HIGH.format(indexed=selection.indexed_condition())
    step = STEP_ROWS if selection.text is None else TEXT_STEP_ROWS
    after: uuid.UUID | None = uuid.UUID(int=0)
    while after is not None:
        parameters = selection.parameters() | {"after": after, "step": step}
        found = await _read(connections, high, parameters)
        ends: uuid.UUID | None = found[0][0] if found else None
        yield after, ends or LAST
        after = ends


async def _read(
    connections: Connections, query: str, parameters: dict[str, Any], *, binary: bool = False
) -> list[Any]:
    async with connections.connection() as connection, connection.transaction():
        await connection.execute(READING_TIMEOUT)
        found = await connection.execute(query, parameters, binary=binary)
        rows: list[Any] = await found.fetchall()
    return rows


def _delivery(row: Sequence[Any]) -> Delivery:
    delivery_id, source, received_at, headers, sha256, size_bytes, attempts, raw = row
    return Delivery(
        id=delivery_id,
        source=source,
        received_at=received_at,
        headers=headers,
        sha256=sha256,
        size_bytes=size_bytes,
        raw=None,
        reading=delivery_read(raw, received_at, source),
        attempts=attempts,
    )
