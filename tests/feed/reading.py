"""A reader without a network: pages of the feed as frames, into a copy."""

from __future__ import annotations

from typing import Any

import msgspec
import psycopg

from communications.feed.changes import Changes, changes_read
from communications.feed.cursor import Cursor
from communications.feed.standing import start_cursor
from communications.realtime import frames
from communications.schemas.frames import ChangesFrame
from communications.selectors.channels import CHANNELS_OF_READER
from tests.feed.copy import Copy
from tests.feed.stored import stored_of_channel


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

    async def catch_up(self) -> int:
        """The number of pages."""
        pages = 1
        while (await self.page()).more:
            pages += 1
        return pages

    def load(self, connection: psycopg.Connection) -> None:
        """What is to be loaded by REST, as it shows by now; of a channel that was taken again, nothing."""
        readable = {str(row[0]) for row in connection.execute(CHANNELS_OF_READER, (self.user_id,)).fetchall()}
        for channel in sorted(self.copy.to_load & readable):
            for (entity, _), document in stored_of_channel(connection, self.user_id, int(channel)).items():
                self.copy.write(entity, [document])
        self.copy.to_load.clear()
