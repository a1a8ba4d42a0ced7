"""How much a channel's files may take together (I2)."""

from __future__ import annotations

import time
from typing import Any, Final

from django.conf import settings
from psycopg_pool import AsyncConnectionPool

from communications.ingest.files import channel_media_bytes
from communications.media.outcomes import OverQuota

RECOUNTED_AFTER_SECONDS: Final = 600


class Quota:
    """Counts a channel now and then, and adds in between."""

    def __init__(self, connections: AsyncConnectionPool[Any]) -> None:
        self._connections = connections
        self._counted: dict[int, tuple[float, int]] = {}

    async def check(self, channel_id: int) -> None:
        """Raises ``OverQuota`` once the channel holds what it may."""
        counted_at, size_bytes = self._counted.get(channel_id, (float("-inf"), 0))
        if time.monotonic() - counted_at > RECOUNTED_AFTER_SECONDS:
            async with self._connections.connection() as connection:
                size_bytes = await channel_media_bytes(connection, channel_id)
            self._counted[channel_id] = (time.monotonic(), size_bytes)
        if size_bytes >= settings.LANDLINE_MEDIA_QUOTA_BYTES:
            raise OverQuota

    def add(self, channel_id: int, size_bytes: int) -> None:
        counted_at, before = self._counted[channel_id]
        self._counted[channel_id] = (counted_at, before + size_bytes)
