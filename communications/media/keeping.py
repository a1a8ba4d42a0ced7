"""A finished file, kept once by its content: described, put where files are, and referred to."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Final

from psycopg_pool import AsyncConnectionPool

from communications.ingest.files import (
    Content,
    Referrer,
    content_abandon,
    content_begin,
    file_held,
    file_stored,
)
from communications.media.content_type import content_type
from communications.media.incoming import Arrived
from communications.media.outcomes import PutElsewhere
from communications.media.storage import file_put, file_remove, key_make, thumbnail_key
from communications.media.thumbnails import Thumbnails

STORING_LOCKS: Final = 16


class Keeper:
    """Keeps files one by one, several at a time. Use one in each event loop."""

    def __init__(self, connections: AsyncConnectionPool[Any]) -> None:
        self._connections = connections
        self._thumbnails = Thumbnails()
        # The same bytes may be forwarded to many chats at once: the first stores them, and the others find them.
        self._storing = tuple(asyncio.Lock() for _ in range(STORING_LOCKS))

    async def keep(self, arrived: Arrived, folder: Path, referrer: Referrer) -> None:
        """``folder`` is for what is made of the file. Raises ``PutElsewhere``, ``OSError``."""
        async with self._storing[arrived.sha256[0] % STORING_LOCKS]:
            await self._store(arrived, folder, referrer)

    async def _store(self, arrived: Arrived, folder: Path, referrer: Referrer) -> None:
        async with self._connections.connection() as connection:
            if await file_held(connection, referrer, arrived.sha256):
                return
        thumbnail = folder / "thumbnail"
        content = await self._described_content(arrived, thumbnail)
        await self._put(content, arrived.path, thumbnail)
        async with self._connections.connection() as connection:
            is_stored = await file_stored(connection, referrer, content.storage_key)
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
