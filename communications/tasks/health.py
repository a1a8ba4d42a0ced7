"""What came is counted and what is the matter is looked for, once a minute: from the database, never by asking upstream."""

import datetime as dt
import time
from typing import Any, Final

from django.conf import settings
from psycopg_pool import AsyncConnectionPool

from communications.feed.announce import changes_announce
from communications.health.alarms import alarms_settle
from communications.health.conditions import STATEMENTS, conditions_read
from communications.health.hours import hours_count
from communications.models import Alarm

EVERY_SECONDS: Final = 55
KINDS: Final = (*(kind.value for kind, _ in STATEMENTS), Alarm.Kind.DISK_FULL.value)

_measured_at = float("-inf")


async def health_measure(connections: AsyncConnectionPool[Any]) -> None:
    global _measured_at  # noqa: PLW0603
    if time.monotonic() - _measured_at < EVERY_SECONDS:
        return
    await health_measure_at(connections, dt.datetime.now(dt.UTC))
    _measured_at = time.monotonic()


async def health_measure_at(connections: AsyncConnectionPool[Any], now: dt.datetime) -> None:
    """One round, as of ``now``."""
    async with connections.connection() as connection:
        await hours_count(connection)
        found = await conditions_read(
            connection,
            now=now,
            data_dir=settings.LANDLINE_DATA_DIR,
            keep_free_bytes=settings.LANDLINE_MEDIA_KEEP_FREE_BYTES,
        )
        if await alarms_settle(connection, found, kinds=KINDS):
            await changes_announce(connection)
