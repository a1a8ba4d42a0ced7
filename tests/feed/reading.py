"""A reader without a network: pages of the feed as frames, into a copy."""

from __future__ import annotations

from typing import Any

import msgspec
import psycopg

from communications.feed.access import scope_of, scope_question
from communications.feed.changes import Changes, changes_read
from communications.feed.cursor import Cursor
from communications.feed.questions import ask
from communications.feed.standing import start_cursor
from communications.realtime import frames
from communications.realtime.frames import LiveFrames
from communications.schemas.frames import ChangesFrame
from communications.schemas.scope import Scope
from communications.selectors.channels import CHANNELS_OF_READER
from tests.feed.copy import Copy
from tests.feed.stored import comparable, stored, stored_of_channel


class Reader:
    """One person's browser, asking for one page at a time."""

    def __init__(self, connection: psycopg.AsyncConnection[Any], user_id: int, *, limit: int) -> None:
        self.copy = Copy()
        self.user_id = user_id
        self._connection = connection
        self._limit = limit

    async def begin(self) -> None:
        self.copy.cursor = (await start_cursor(self._connection)).encode()

    async def page(self) -> Changes:
        changes = await changes_read(
            self._connection, Cursor.decode(self.copy.cursor), user_id=self.user_id, limit=self._limit
        )
        self.copy.apply(msgspec.json.decode(frames.page(changes), type=ChangesFrame))
        return changes

    async def catch_up(self) -> None:
        """Up to now: a catch-up under way is finished first, then comes what was written since it began."""
        while Cursor.decode(self.copy.cursor).target is not None:
            await self.page()
        while (await self.page()).more:
            pass

    def load(self, connection: psycopg.Connection) -> None:
        granted_load(self.copy, connection, self.user_id)


def granted_load(copy: Copy, connection: psycopg.Connection, user_id: int) -> None:
    """What is to be loaded by REST, as it shows by now; of a channel that was taken again, nothing."""
    readable = {str(row[0]) for row in connection.execute(CHANNELS_OF_READER, (user_id,)).fetchall()}
    for channel in sorted(copy.to_load & readable):
        for (entity, _), document in stored_of_channel(connection, user_id, int(channel)).items():
            copy.write(entity, [document])
    copy.to_load.clear()


def assert_equal_to_stored(copy: Copy, connection: psycopg.Connection, user_id: int) -> None:
    """Quiet history may be missing; what is there is right."""
    shown, held = comparable(stored(connection, user_id)), comparable(copy.rows)
    missing = {key: row for key, row in shown.items() if row.version != "0" and key not in held}
    wrong = {key: (row, shown.get(key)) for key, row in held.items() if row != shown.get(key)}
    if missing or wrong:
        raise AssertionError(f"missing {missing}; wrong {wrong}")


class LiveReaders:
    """Browsers of several people behind one reader of everybody's changes, as in a server process."""

    def __init__(self, connection: psycopg.AsyncConnection[Any], user_ids: list[int], *, limit: int) -> None:
        self.copies = {user_id: Copy() for user_id in user_ids}
        self._scopes: dict[int, Scope] = {}
        self.connection = connection
        self._limit = limit
        self._position: Cursor | None = None

    async def begin(self) -> None:
        self._position = await start_cursor(self.connection)
        for user_id, copy in self.copies.items():
            copy.cursor = self._position.encode()
            (rows,) = await ask(self.connection, scope_question(user_id))
            self._scopes[user_id] = scope_of(user_id, rows)

    async def page(self) -> Changes:
        assert self._position is not None
        changes = await changes_read(self.connection, self._position, limit=self._limit)
        self._position = changes.cursor
        live = LiveFrames(changes)
        for user_id, copy in self.copies.items():
            before = self._scopes[user_id].channels
            self._scopes[user_id] = changes.scopes.get(user_id, self._scopes[user_id])
            frame = live.for_reader(self._scopes[user_id], before=before)
            if frame is not None:
                copy.apply(msgspec.json.decode(frame, type=ChangesFrame))
        return changes

    async def catch_up(self) -> None:
        """As ``Reader.catch_up``."""
        while self._position is not None and self._position.target is not None:
            await self.page()
        while (await self.page()).more:
            pass
