"""The one reader of the feed in a process: reads what changed once, and hands each open reader what concerns it."""

import asyncio
import time
import uuid
from typing import Any, Final, Protocol, Self

import psycopg
import structlog
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from communications.feed.changes import changes_read
from communications.feed.cursor import Cursor
from communications.feed.epoch import epoch_ensure, epoch_renew, mark_add, start_cursor
from communications.realtime.frames import ChangesFrames
from communications.realtime.wakeup import Wakeup
from communications.schemas.connections import connection_pool
from communications.schemas.scope import Scope

log = structlog.get_logger(__name__)

TICK_SECONDS: Final = 1.0
PAUSE_BETWEEN_READS_SECONDS: Final = 0.005
MARK_EVERY_SECONDS: Final = 60
RETRY_SECONDS: Final = 0.5
POOL_MAX_CONNECTIONS: Final = 6


class Reader(Protocol):
    """Somebody who listens: an open socket or a waiting request."""

    scope: Scope

    def take(self, frame: bytes) -> None:
        """A frame to pass on. Must not wait."""

    def rescope(self, scope: Scope) -> None:
        """What the reader may see has changed, or their session is over."""

    def restart(self, reason: str) -> None:
        """The database is another one: what the reader holds is of no use."""


class Hub:
    """Reads only while somebody listens. ``epoch`` is the database's present one."""

    epoch: uuid.UUID

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self._pool = pool
        self._readers: set[Reader] = set()
        self._news = asyncio.Event()
        self._position: Cursor | None = None
        self._marked_at = time.monotonic()
        self._saw_writes = False
        self._wakeup = Wakeup(pool, self._news)
        self._task: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls) -> Self:
        """Raises what the database raises when it is not there, and ``StandbyRefused`` on a standby."""
        pool = connection_pool(
            "feed", max_size=POOL_MAX_CONNECTIONS, lock_timeout_ms=5_000, statement_timeout_ms=5_000
        )
        await pool.open(wait=True, timeout=10)
        hub = cls(pool)
        async with pool.connection() as connection:
            hub.epoch = await epoch_ensure(connection)
        hub._wakeup.start()
        hub._task = asyncio.create_task(hub._read_for_ever(), name="feed reader")
        return hub

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._wakeup.close()
        await self._pool.close()

    def connection(self) -> Any:
        """A connection for a catch-up, as an async context manager."""
        return self._pool.connection()

    def poke(self) -> None:
        """This process has committed something: read at once, and let other processes know soon."""
        self._saw_writes = True
        self._news.set()
        self._wakeup.tell_others()

    async def join(self, reader: Reader) -> None:
        """From now on the reader gets every change; a catch-up read after this call misses nothing."""
        if self._position is None:
            async with self._pool.connection() as connection:
                position = await start_cursor(connection, self.epoch)
            if self._position is None:
                self._position = position
        self._readers.add(reader)

    def leave(self, reader: Reader) -> None:
        self._readers.discard(reader)
        if not self._readers:
            self._position = None

    def presence(self, frame: bytes, *, channel_id: int, besides: Reader) -> None:
        """Passes on a sign of life to everybody who sees the channel."""
        for reader in self._readers:
            if reader is not besides and channel_id in reader.scope.channels:
                reader.take(frame)

    async def database_is_another(self) -> None:
        """A cursor proved that the database was put back: everybody starts anew."""
        async with self._pool.connection() as connection:
            self.epoch = await epoch_renew(connection)
        self._restart_readers("the database was put back to an earlier state")

    async def _read_for_ever(self) -> None:
        while True:
            try:
                await self._wait_for_news()
                await self._mark()
                await self._read()
            except (psycopg.Error, PoolTimeout) as error:
                log.warning("feed_interrupted", error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
                await self._reconnected()
            except Exception:
                log.exception("feed_broken")
                await asyncio.sleep(RETRY_SECONDS)

    async def _wait_for_news(self) -> None:
        try:
            async with asyncio.timeout(TICK_SECONDS if self._readers else None):
                await self._news.wait()
        except TimeoutError:
            pass
        self._news.clear()

    async def _mark(self) -> None:
        if self._saw_writes and time.monotonic() - self._marked_at >= MARK_EVERY_SECONDS:
            async with self._pool.connection() as connection, connection.transaction():
                await mark_add(connection)
            self._marked_at, self._saw_writes = time.monotonic(), False

    async def _read(self) -> None:
        while (position := self._position) is not None:
            async with self._pool.connection() as connection:
                changes = await changes_read(connection, position)
            if self._position is not position:
                return
            self._position = changes.cursor
            if changes.rows or changes.gone or changes.scopes:
                self._saw_writes = True
                self._hand_out(ChangesFrames(changes), changes.scopes)
            if not changes.more:
                await asyncio.sleep(PAUSE_BETWEEN_READS_SECONDS)
                return

    def _hand_out(self, frames: ChangesFrames, scopes: Any) -> None:
        for reader in list(self._readers):
            rescoped = scopes.get(reader.scope.user_id)
            if rescoped is not None:
                reader.rescope(rescoped)
            frame = frames.for_reader(reader.scope)
            if frame is not None:
                reader.take(frame)

    async def _reconnected(self) -> None:
        try:
            async with self._pool.connection() as connection:
                epoch = await epoch_ensure(connection)
        except (psycopg.Error, PoolTimeout):
            return
        if epoch != self.epoch:
            self.epoch = epoch
            self._restart_readers("the database is another one")
        self._news.set()

    def _restart_readers(self, reason: str) -> None:
        self._position = None
        for reader in list(self._readers):
            self._readers.discard(reader)
            reader.restart(reason)
