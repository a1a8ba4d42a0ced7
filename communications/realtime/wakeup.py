"""Telling other processes that something changed, and hearing it from them. Only a hint: the feed itself is the truth."""

import asyncio
from typing import Any, Final

import psycopg
import structlog
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from communications.feed.announce import ANNOUNCEMENTS, changes_announce

log = structlog.get_logger(__name__)

DEBOUNCE_SECONDS: Final = 0.01
RETRY_SECONDS: Final = 1.0


class Wakeup:
    """``news`` is set whenever another process says that it committed something."""

    def __init__(self, pool: AsyncConnectionPool[Any], news: asyncio.Event) -> None:
        self._pool = pool
        self._news = news
        self._to_tell = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._listen(), name="feed wake-up, in"),
            asyncio.create_task(self._tell(), name="feed wake-up, out"),
        ]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def tell_others(self) -> None:
        self._to_tell.set()

    async def _listen(self) -> None:
        while True:
            try:
                async with self._pool.connection() as connection:
                    await connection.execute(f"LISTEN {ANNOUNCEMENTS}")
                    self._news.set()
                    async for _ in connection.notifies():
                        self._news.set()
            except (psycopg.Error, PoolTimeout) as error:
                log.warning("feed_wakeup_interrupted", error=type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)

    async def _tell(self) -> None:
        while True:
            await self._to_tell.wait()
            await asyncio.sleep(DEBOUNCE_SECONDS)
            self._to_tell.clear()
            try:
                async with self._pool.connection() as connection:
                    await changes_announce(connection)
            except (psycopg.Error, PoolTimeout) as error:
                log.warning("feed_wakeup_untold", error=type(error).__name__)
