"""Deliveries with ids and times of the test's choosing, saved as the server saves them."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from communications.ingest.record import Connections, record
from communications.schemas.deliveries import Delivery, Source, sha256_of
from communications.schemas.identifiers import uuid7
from communications.webhooks.handlers.reading import delivery_read

NOON = dt.datetime(2026, 6, 2, 12, 0, 0, tzinfo=dt.UTC)


def delivery_of(
    body: object,
    *,
    received_at: dt.datetime | None = None,
    delivery_id: uuid.UUID | None = None,
    source: Source = "webhook",
) -> Delivery:
    """``body`` is bytes as they come, or anything JSON can write."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    at = received_at or dt.datetime.now(dt.UTC)
    return Delivery(
        id=delivery_id or uuid7(),
        source=source,
        received_at=at,
        headers={"content-type": "application/x-www-form-urlencoded"},
        sha256=sha256_of(raw),
        size_bytes=len(raw),
        raw=raw,
        reading=delivery_read(raw, at, source),
    )


async def deliver(connections: Connections, *bodies: object) -> Counter[str]:
    """Each body in a transaction of its own, in this order."""
    outcomes: Counter[str] = Counter()
    for body in bodies:
        outcomes += await record(connections, [delivery_of(body)])
    return outcomes


async def deliver_together(connections: Connections, bodies: Iterable[object]) -> Counter[str]:
    """All bodies in one batch."""
    return await record(connections, [delivery_of(body) for body in bodies])


async def rows(connections: Connections, query: str, *parameters: object) -> Sequence[Sequence[Any]]:
    async with connections.connection() as connection:
        return await (await connection.execute(query, parameters)).fetchall()


async def channel_make(
    connections: Connections,
    account: str,
    *,
    provider: str = "whatsapp",
    own_identities: Sequence[str] = (),
) -> None:
    """A connected account, as the database alone knows it."""
    async with connections.connection() as connection:
        await connection.execute(
            "INSERT INTO communications_channel (provider, external_account_id, own_identities) VALUES (%s, %s, %s)",
            (provider, account, list(own_identities)),
        )
