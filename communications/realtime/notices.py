"""What server processes tell each other through PostgreSQL: that something changed, and who types.

Only hints, and never inside a writing transaction: changes themselves are read from the feed, and a lost sign
of life does no harm.
"""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import aclosing, suppress
from typing import Any, Final, Literal

import msgspec
import psycopg
from psycopg import Notify
from psycopg_pool import AsyncConnectionPool

from communications.feed.announce import ANNOUNCEMENTS, changes_announce
from communications.realtime.perpetual import Perpetual

PAUSE_SECONDS: Final = 0.05
SIGNS: Final = "landline_presence"

_TELL_SIGN: Final = """
SELECT pg_notify(%(signs)s, json_build_object(
    'user_id', %(user_id)s::bigint, 'user', %(user)s::text, 'state', %(state)s::text,
    'conversation_id', coalesce(continues_id, id), 'channel_id', channel_id)::text)
FROM communications_conversation
WHERE id = %(conversation_id)s AND channel_id = ANY(%(channels)s::bigint[]) AND NOT is_stub
"""


class Sign(msgspec.Struct, frozen=True):
    """Somebody types or looks. ``user`` is the name to show."""

    user_id: int
    user: str
    state: Literal["typing", "viewing"]
    conversation_id: int
    channel_id: int


class Notices:
    """``on_changes`` is called for what other processes committed, ``on_sign`` for a sign of anybody's."""

    def __init__(
        self,
        pool: AsyncConnectionPool[Any],
        *,
        on_changes: Callable[[], None],
        on_sign: Callable[[Sign], None],
    ) -> None:
        self._pool = pool
        self._on_changes = on_changes
        self._on_sign = on_sign
        self._own_name = secrets.token_hex(8)
        self._to_tell = asyncio.Event()
        self._tasks = (Perpetual("notices, in", self._listen), Perpetual("notices, out", self._tell))

    def start(self) -> None:
        for task in self._tasks:
            task.start()

    async def close(self) -> None:
        for task in self._tasks:
            await task.close()

    def tell_of_changes(self) -> None:
        """At once, and then once for all changes of the next moment."""
        self._to_tell.set()

    async def tell_sign(
        self, *, user_id: int, user: str, state: str, conversation_id: int, channels: frozenset[int]
    ) -> None:
        """Nothing is told of a conversation that is not in one of these channels."""
        async with self._pool.connection() as connection:
            await connection.execute(
                _TELL_SIGN,
                {
                    "signs": SIGNS,
                    "user_id": user_id,
                    "user": user,
                    "state": state,
                    "conversation_id": conversation_id,
                    "channels": sorted(channels),
                },
            )

    async def _listen(self) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(f"LISTEN {ANNOUNCEMENTS}")
            await connection.execute(f"LISTEN {SIGNS}")
            try:
                self._on_changes()
                async with aclosing(connection.notifies()) as notices:
                    async for notice in notices:
                        self._take(notice)
            finally:
                # Back in its pool nobody would read what it hears.
                with suppress(psycopg.Error):
                    await connection.execute("UNLISTEN *")

    def _take(self, notice: Notify) -> None:
        if notice.channel == ANNOUNCEMENTS:
            if notice.payload != self._own_name:
                self._on_changes()
            return
        with suppress(msgspec.MsgspecError, RecursionError):
            self._on_sign(msgspec.json.decode(notice.payload, type=Sign))

    async def _tell(self) -> None:
        while True:
            await self._to_tell.wait()
            self._to_tell.clear()
            async with self._pool.connection() as connection:
                await changes_announce(connection, announcer=self._own_name)
            await asyncio.sleep(PAUSE_SECONDS)
