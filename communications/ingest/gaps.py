"""What makes it likely that something is missing: windows are written down here, and compared by a worker."""

import asyncio
import datetime as dt
from typing import Any, Final

import psycopg
import structlog
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from communications.cancellation import cancellation_respect
from communications.feed.announce import changes_announce
from communications.ingest.unfinished import COMPARISONS_TASK, job_announce

log = structlog.get_logger(__name__)

BEAT_SECONDS: Final = 30
# Seven minutes after it came, and five times tried.
FAILURES_MAX: Final = 5
ASKED_AT_ONCE: Final = 20

_BEAT: Final = "SELECT landline_heartbeat(make_interval(secs => %s), %s)"
_FAILURES: Final = "SELECT landline_gaps_of_failures(%s)"
_NIGHT: Final = "SELECT landline_gaps_of_the_night(%s)"
_ASK: Final = "SELECT landline_missing_ask(%s)"
_IS_HISTORY: Final = "SELECT landline_is_before_history(%s, %s, %s)"
_REFERENCE: Final = "SELECT landline_gap_of_reference(%s, %s)"


class Heartbeat:
    """Says that a server is here that takes deliveries, and what it could not take."""

    def __init__(self, connections: AsyncConnectionPool[Any]) -> None:
        self._connections = connections
        self._unsaved_since: dt.datetime | None = None
        self._beating: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._beating = asyncio.create_task(self._beat_for_ever(), name="heartbeat")

    async def close(self) -> None:
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.wait([self._beating])

    def unsaved(self) -> None:
        """A delivery was refused because it could not be saved."""
        if self._unsaved_since is None:
            self._unsaved_since = dt.datetime.now(dt.UTC)

    async def beat(self) -> int:
        """Returns how many windows it opened."""
        unsaved_since, self._unsaved_since = self._unsaved_since, None
        try:
            async with self._connections.connection() as connection:
                [(opened,)] = await (
                    await connection.execute(_BEAT, (BEAT_SECONDS, unsaved_since))
                ).fetchall()
        except BaseException:
            self._unsaved_since = unsaved_since or self._unsaved_since
            raise
        await _opened_tell(self._connections, opened)
        return int(opened)

    async def _beat_for_ever(self) -> None:
        while True:
            try:
                await self.beat()
            except (psycopg.Error, PoolTimeout) as error:
                cancellation_respect()
                log.warning("heartbeat_missed", error=type(error).__name__)
            await asyncio.sleep(BEAT_SECONDS)


async def gaps_look(connections: AsyncConnectionPool[Any]) -> None:
    """Windows for deliveries that failed for good, and for the night."""
    async with connections.connection() as connection:
        [(failed,)] = await (await connection.execute(_FAILURES, (FAILURES_MAX,))).fetchall()
        [(nightly,)] = await (await connection.execute(_NIGHT, (dt.datetime.now(dt.UTC),))).fetchall()
    await _opened_tell(connections, failed + nightly)


async def missing_ask(connection: AsyncConnection[Any]) -> None:
    """Questions for messages of which something was told and that never came."""
    await connection.execute(_ASK, (ASKED_AT_ONCE,))


async def is_before_history(
    connections: AsyncConnectionPool[Any], channel_id: int, external_id: str, told_at: dt.datetime | None
) -> bool:
    """Whether a message is only quoted, and older than what was copied of its chat. ``None``: nobody knows when it was sent."""
    async with connections.connection() as connection:
        asked = (channel_id, external_id, told_at)
        [(is_before,)] = await (await connection.execute(_IS_HISTORY, asked)).fetchall()
    return bool(is_before)


async def reference_gap_open(
    connections: AsyncConnectionPool[Any], channel_id: int, told_at: dt.datetime
) -> None:
    """A message of then was missing: others may be."""
    async with connections.connection() as connection:
        [(opened,)] = await (await connection.execute(_REFERENCE, (channel_id, told_at))).fetchall()
    await _opened_tell(connections, int(opened))


async def _opened_tell(connections: AsyncConnectionPool[Any], opened: int) -> None:
    if opened:
        log.info("gaps_opened", gaps=opened)
        async with connections.connection() as connection:
            await changes_announce(connection)
        await job_announce(COMPARISONS_TASK)
