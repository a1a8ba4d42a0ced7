"""The one reader of the feed in a process: reads what changed once, and tells each reader of its own."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final, Protocol, Self, TypeVar

import psycopg
import structlog
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from communications.feed.changes import Changes, changes_read
from communications.feed.cursor import Cursor
from communications.feed.epoch import epoch_ensure, epoch_renew, mark_add
from communications.feed.refusals import CursorRefused, EpochUnsettled
from communications.feed.standing import cursor_check
from communications.realtime import frames
from communications.realtime.frames import LiveFrames
from communications.realtime.notices import Notices, Sign
from communications.realtime.perpetual import Perpetual
from communications.schemas.connections import PLANNED_ONCE, connection_pool
from communications.schemas.frames import PresenceFrame
from communications.schemas.scope import Scope

log = structlog.get_logger(__name__)

TICK_SECONDS: Final = 1.0
# Between two readings: a moment, and the longer the more is coming in. One reading of many changes costs a fraction of many
# readings of one.
SHORTEST_PAUSE_SECONDS: Final = 0.008
PAUSE_PER_DELIVERY_SECONDS: Final = 0.0005
LONGEST_PAUSE_SECONDS: Final = 0.05
MARK_EVERY_SECONDS: Final = 60
POOL_MAX_CONNECTIONS: Final = 6

T = TypeVar("T")


class Reader(Protocol):
    """Somebody who listens: an open socket or a waiting request. No method may wait."""

    scope: Scope

    def take(self, frame: bytes) -> None:
        """A frame that moves no position."""

    def take_changes(self, frame: bytes, position: Cursor) -> None:
        """A frame of changes, and how far the reader has come with it."""

    def rescope(self, scope: Scope) -> None:
        """What the reader may see has changed, or their session is over."""

    def restart(self, reason: str) -> None:
        """The database is another one: what the reader holds is of no use. It has left."""


class Hub:
    """Reads only while somebody listens."""

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self._pool = pool
        self._readers: set[Reader] = set()
        self._news = asyncio.Event()
        self._position: Cursor | None = None
        self._read_at = time.monotonic()
        self._turn = asyncio.Lock()
        self._settling = asyncio.Lock()
        self._settled = 0
        self._was_interrupted = False
        self._marked_at = time.monotonic()
        self._saw_writes = False
        self._came_in = 0
        self._notices = Notices(pool, on_changes=self._news.set, on_sign=self._pass_on)
        self._task = Perpetual("feed reader", self._follow)

    @classmethod
    async def open(cls) -> Self:
        """Raises what the database raises when it is not there, and ``StandbyRefused`` on a standby."""
        pool = connection_pool(
            "feed",
            max_size=POOL_MAX_CONNECTIONS,
            lock_timeout_ms=5_000,
            statement_timeout_ms=5_000,
            planner=PLANNED_ONCE,
        )
        await pool.open(wait=True, timeout=10)
        try:
            async with pool.connection() as connection:
                await epoch_ensure(connection)
                await mark_add(connection)
        except BaseException:
            await pool.close()
            raise
        hub = cls(pool)
        hub._notices.start()
        hub._task.start()
        return hub

    async def close(self) -> None:
        await self._task.close()
        await self._notices.close()
        await self._pool.close()

    @property
    def notices(self) -> Notices:
        return self._notices

    @property
    def position(self) -> Cursor | None:
        """How far every reader has come; ``None`` while nobody listens."""
        return self._position

    @property
    def readers(self) -> int:
        """How many listen."""
        return len(self._readers)

    @property
    def unread_seconds(self) -> float:
        """Seconds since the feed was last read."""
        return time.monotonic() - self._read_at

    def poke(self, deliveries: int = 1) -> None:
        """This process has committed something: read at once, and let other processes know soon."""
        self._saw_writes = True
        self._came_in += deliveries
        self._news.set()
        self._notices.tell_of_changes()

    async def read(self, work: Callable[[AsyncConnection[Any]], Awaitable[T]]) -> T:
        """Reads the feed on a connection of its own: again, if that connection had been lost since its last use.

        Where the database may be another one since, that is settled first.
        """
        settled = self._settled
        async with self._pool.connection() as connection:
            try:
                return await work(connection)
            except EpochUnsettled:
                pass
            except psycopg.OperationalError:
                if not connection.broken:
                    raise
        await self._settle(after=settled)
        async with self._pool.connection() as connection:
            return await work(connection)

    @asynccontextmanager
    async def standing_still(self) -> AsyncIterator[None]:
        """A context manager in which nothing is handed out: a reader that reads up to now and then joins misses nothing."""
        async with self._turn:
            yield

    def join(self, reader: Reader, position: Cursor) -> None:
        """From ``position`` on the reader gets every change. Only while ``standing_still``."""
        if self._position is None:
            self._position = position
            self._read_at = time.monotonic()
        self._readers.add(reader)
        self._news.set()

    def leave(self, reader: Reader) -> None:
        self._readers.discard(reader)
        if not self._readers:
            self._position = None

    async def database_was_put_back(self, epoch: uuid.UUID) -> None:
        """A cursor of this epoch has seen what the database has not: everybody starts anew."""
        async with self._pool.connection() as connection:
            await epoch_renew(connection, instead_of=epoch)
        if self._position is not None and self._position.epoch == epoch:
            self._restart_readers("the database was put back to an earlier state")

    async def _follow(self) -> None:
        if self._was_interrupted:
            await self._settle(after=self._settled)
        self._was_interrupted = True
        while True:
            await self._wait_for_news()
            await self._mark()
            await self._read_what_changed()

    async def _wait_for_news(self) -> None:
        try:
            async with asyncio.timeout(TICK_SECONDS if self._readers else None):
                await self._news.wait()
        except TimeoutError:
            pass
        self._news.clear()

    async def _mark(self) -> None:
        if self._saw_writes and time.monotonic() - self._marked_at >= MARK_EVERY_SECONDS:
            async with self._pool.connection() as connection:
                await mark_add(connection)
            self._marked_at, self._saw_writes = time.monotonic(), False

    async def _read_what_changed(self) -> None:
        """Every page there is, then a pause twice as long or more: deliveries have the first right to the processor."""
        started, more = time.monotonic(), True
        came_in, self._came_in = self._came_in, 0
        while more:
            async with self._turn:
                more = await self._read_page()
        pause = max(
            2 * (time.monotonic() - started), SHORTEST_PAUSE_SECONDS + came_in * PAUSE_PER_DELIVERY_SECONDS
        )
        await asyncio.sleep(min(pause, LONGEST_PAUSE_SECONDS))

    async def _read_page(self) -> bool:
        position = self._position
        if position is None:
            return False
        try:
            changes = await self.read(partial(changes_read, since=position))
        except CursorRefused as refused:
            await self._start_anew(position, refused)
            return False
        if self._position is not position:
            return False
        self._position = changes.cursor
        self._read_at = time.monotonic()
        if not changes.is_empty or changes.scopes:
            self._saw_writes = True
            self._hand_out(changes)
        return changes.more

    def _hand_out(self, changes: Changes) -> None:
        live = LiveFrames(changes)
        for reader in list(self._readers):
            before = reader.scope.channels
            self._rescope(reader, changes.scopes)
            frame = live.for_reader(reader.scope, before=before)
            if frame is not None:
                reader.take_changes(frame, changes.cursor)

    @staticmethod
    def _rescope(reader: Reader, scopes: Mapping[int, Scope]) -> None:
        present = scopes.get(reader.scope.user_id)
        if present is not None:
            reader.rescope(present)

    def _pass_on(self, sign: Sign) -> None:
        """A sign of life, to everybody else who sees the channel."""
        frame = frames.presence(
            PresenceFrame(user=sign.user, conversation_id=str(sign.conversation_id), state=sign.state)
        )
        for reader in list(self._readers):
            if reader.scope.user_id != sign.user_id and sign.channel_id in reader.scope.channels:
                reader.take(frame)

    async def _settle(self, *, after: int) -> None:
        """The database may be another one, or have been put back, since the connection to it was lost.

        ``after``: how often that had been settled when it was found out; one time is enough for all who did.
        """
        async with self._settling:
            if self._settled > after:
                return
            await self._pool.check()
            async with self._pool.connection() as connection:
                await epoch_ensure(connection)
                await self._check_position(connection)
            self._settled += 1
        self._news.set()

    async def _check_position(self, connection: AsyncConnection[Any]) -> None:
        position = self._position
        if position is None:
            return
        try:
            await cursor_check(connection, position)
        except CursorRefused as refused:
            await self._start_anew(position, refused)

    async def _start_anew(self, position: Cursor, refused: CursorRefused) -> None:
        log.warning("feed_starts_anew", because=refused.reason)
        if refused.is_ahead:
            await self.database_was_put_back(position.epoch)
        if self._position is position:
            self._restart_readers(refused.reason)

    def _restart_readers(self, reason: str) -> None:
        self._position = None
        readers, self._readers = self._readers, set()
        for reader in readers:
            reader.restart(reason)
