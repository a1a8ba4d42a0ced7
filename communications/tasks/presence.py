"""Who sends is known to live: by a lock that PostgreSQL itself gives back when the program's connection ends."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from communications.schemas.identifiers import uuid7

_LOCK: Final = "SELECT pg_advisory_lock(hashtextextended('landline worker ' || %s, 0))"
_UNLOCK: Final = "SELECT pg_advisory_unlock(hashtextextended('landline worker ' || %s, 0))"


class Presence(NamedTuple):
    """``worker`` lives for as long as ``connection`` does. What it claims, it claims by that connection, and by no other."""

    worker: uuid.UUID
    connection: AsyncConnection[Any]


@asynccontextmanager
async def present(connections: AsyncConnectionPool[Any]) -> AsyncIterator[Presence]:
    """A name nobody had before, with its lock. Raises ``psycopg.OperationalError`` where the database is not there."""
    async with connections.connection() as connection:
        worker = uuid7()
        await connection.execute(_LOCK, (str(worker),))
        try:
            yield Presence(worker, connection)
        finally:
            if not connection.closed:
                await connection.execute(_UNLOCK, (str(worker),))
