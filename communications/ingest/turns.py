"""One call of the database at a time, while the next is made ready."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from communications.ingest.record import Connections


class InTurn:
    """Connections of which one is used at a time, in the order in which they were asked for."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def connection(self, timeout: float | None = None) -> AsyncIterator[Any]:  # noqa: ASYNC109
        async with self._turn, self._connections.connection(timeout) as connection:
            yield connection
