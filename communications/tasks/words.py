"""The words of copied messages, written while the next page is kept."""

import asyncio

import structlog

from communications.cancellation import cancellation_respect
from communications.ingest.record import Connections
from communications.ingest.search_backlog import search_backlog_write
from communications.tasks.pages import Keeper

log = structlog.get_logger(__name__)


class Words:
    """Writes search words in the background; what it does not get to is left to the worker's next sweep."""

    def __init__(self, connections: Connections, keeper: Keeper) -> None:
        self._connections = connections
        self._keeper = keeper
        self._writing: asyncio.Task[None] | None = None

    def write(self) -> None:
        """In the background, once at a time."""
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="words of copied messages")

    async def end(self) -> None:
        if self._writing is not None:
            await self._writing
        await self._write()

    async def _write(self) -> None:
        try:
            await search_backlog_write(
                self._keeper.in_turn if self._keeper.is_beside_live else self._connections
            )
        except Exception as error:
            cancellation_respect()
            log.warning("words_not_written", error=type(error).__name__)
