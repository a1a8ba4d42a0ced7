"""One wanted file: asked for, received, described, kept once, and told to the readers."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any, Final

import structlog
from django.conf import settings
from psycopg_pool import AsyncConnectionPool

from communications.feed.announce import changes_announce
from communications.ingest.files import (
    Content,
    WantedFile,
    content_abandon,
    content_begin,
    file_held,
    file_postponed,
    file_stored,
    file_unavailable,
)
from communications.media.content_type import content_type
from communications.media.incoming import Arrived, file_receive, room_check, working_folder
from communications.media.outcomes import (
    Empty,
    Outcome,
    Postponed,
    PutElsewhere,
    Stored,
    TooLarge,
    Unavailable,
    outcome_of,
)
from communications.media.quota import Quota
from communications.media.source import Source, download_open
from communications.media.storage import file_put, file_remove, key_make, thumbnail_key
from communications.media.thumbnails import Thumbnails

log = structlog.get_logger(__name__)

STORING_LOCKS: Final = 16


class Fetcher:
    """Fetches files one by one, several at a time. Use one in each event loop."""

    def __init__(self, source: Source, connections: AsyncConnectionPool[Any]) -> None:
        self._source = source
        self._connections = connections
        self._thumbnails = Thumbnails()
        self._quota = Quota(connections)
        # Equal bytes, forwarded to many chats at once, are stored by the first and found by the others.
        self._storing = tuple(asyncio.Lock() for _ in range(STORING_LOCKS))

    async def fetch(self, wanted: WantedFile) -> Outcome:
        """Settles a claimed file. Raises what nobody foresaw; the claim lapses then, and it is tried again."""
        outcome = await self._outcome(wanted)
        async with self._connections.connection() as connection:
            match outcome:
                case Unavailable(failure=failure):
                    await file_unavailable(connection, wanted, failure)
                case Postponed(failure=failure, after_seconds=after_seconds, counts=counts):
                    await file_postponed(
                        connection, wanted, failure, after_seconds=after_seconds, counts=counts
                    )
            if not isinstance(outcome, Postponed):
                await changes_announce(connection)
        # One line for each file that came would bury what did not.
        level = logging.DEBUG if isinstance(outcome, Stored) else logging.INFO
        log.log(level, "file_fetched", queue=wanted.queue, id=wanted.id, outcome=_described(outcome))
        return outcome

    async def _outcome(self, wanted: WantedFile) -> Outcome:
        if wanted.is_of_deleted:
            return Unavailable("deleted")
        if wanted.queue == "attachment" and wanted.upstream_message_id is None:
            return Unavailable("refused")
        try:
            return await self._receive_and_store(wanted)
        except Exception as error:
            return outcome_of(error, wanted.attempts)

    async def _receive_and_store(self, wanted: WantedFile) -> Stored:
        await self._quota.check(wanted.channel_id)
        room_check()
        with working_folder() as folder:
            arrived = await self._receive(wanted, folder)
            async with self._storing[arrived.sha256[0] % STORING_LOCKS]:
                await self._store(wanted, arrived, folder)
        self._quota.add(wanted.channel_id, arrived.size_bytes)
        return Stored(arrived.size_bytes)

    async def _receive(self, wanted: WantedFile, folder: Path) -> Arrived:
        largest = settings.LANDLINE_MEDIA_MAX_BYTES
        async with download_open(self._source, wanted) as download:
            if (download.size_bytes or 0) > largest:
                raise TooLarge
            room_check(download.size_bytes or 0)
            arrived = await file_receive(download.chunks(largest), folder)
        if arrived.size_bytes == 0:
            raise Empty
        return arrived

    async def _store(self, wanted: WantedFile, arrived: Arrived, folder: Path) -> None:
        async with self._connections.connection() as connection:
            if await file_held(connection, wanted, arrived.sha256):
                return
        thumbnail = folder / "thumbnail"
        content = await self._described_content(arrived, thumbnail)
        await self._put(content, arrived.path, thumbnail)
        async with self._connections.connection() as connection:
            is_stored = await file_stored(connection, wanted, content.storage_key)
        if not is_stored:
            await self._abandon(content.storage_key)
            raise PutElsewhere

    async def _put(self, content: Content, original: Path, thumbnail: Path) -> None:
        key = content.storage_key
        async with self._connections.connection() as connection:
            begun = await content_begin(connection, content)
        if not begun.is_ours:
            raise PutElsewhere
        if begun.left_key is not None:
            await asyncio.to_thread(file_remove, begun.left_key)
        try:
            await asyncio.to_thread(file_put, original, key)
            if content.thumbnail_size_bytes:
                await asyncio.to_thread(file_put, thumbnail, thumbnail_key(key))
        except BaseException:
            await self._abandon(key)
            raise

    async def _abandon(self, key: str) -> None:
        await asyncio.to_thread(file_remove, key)
        async with self._connections.connection() as connection:
            await content_abandon(connection, key)

    async def _described_content(self, arrived: Arrived, thumbnail: Path) -> Content:
        mime_type = content_type(arrived.head)
        drawn = await self._thumbnails.draw(arrived.path, mime_type, thumbnail)
        return Content(
            sha256=arrived.sha256,
            size_bytes=arrived.size_bytes,
            mime_type=mime_type,
            storage_key=key_make(),
            width=drawn.width if drawn else None,
            height=drawn.height if drawn else None,
            duration_seconds=drawn.duration_seconds if drawn else None,
            thumbnail_size_bytes=drawn.size_bytes if drawn else 0,
        )


def _described(outcome: Outcome) -> str:
    return "stored" if isinstance(outcome, Stored) else outcome.failure
