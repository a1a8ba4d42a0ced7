"""Deliveries of one and the same happening."""

import uuid
from typing import Any, Final

import msgspec
from psycopg import AsyncConnection

IDS_MAX: Final = 100

_REPEATS: Final = f"""
SELECT count(*), (array_agg(other.id ORDER BY other.id))[:{IDS_MAX}]
FROM communications_webhookdelivery AS asked
JOIN communications_webhookdelivery AS other ON other.event_key = asked.event_key AND other.id <> asked.id
WHERE asked.id = %s
"""  # noqa: S608 (a constant)


class Repeats(msgspec.Struct, frozen=True):
    """How many other deliveries have the same event key, and the first hundred of them, oldest first."""

    count: int
    ids: tuple[uuid.UUID, ...]


async def delivery_repeats(connection: AsyncConnection[Any], delivery_id: uuid.UUID) -> Repeats:
    [(count, ids)] = await (await connection.execute(_REPEATS, (delivery_id,))).fetchall()
    return Repeats(count, tuple(ids or ()))
