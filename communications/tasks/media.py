"""Files are fetched at once when the message that brought them is saved, and by the sweep where that was lost."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

import structlog
from django.conf import settings
from procrastinate.contrib.django import app
from psycopg_pool import AsyncConnectionPool

from communications.ingest.files import files_are_due
from communications.ingest.unfinished import FILES_TASK, job_announce
from communications.ingest.unreferenced import unreferenced_forget, unreferenced_take
from communications.media.fetch import Fetcher
from communications.media.incoming import abandoned_remove
from communications.media.rounds import Round
from communications.media.storage import file_remove
from communications.outbox.uploads import uploads_forget
from communications.schemas.connections import connection_pool
from communications.tasks.metered import metered_client

log = structlog.get_logger(__name__)

CONNECTIONS_MAX: Final = 3
LOCK_TIMEOUT_MS: Final = 5_000
STATEMENT_TIMEOUT_MS: Final = 10_000
CLEANED_EVERY_SECONDS: Final = 3_600
UPLOADS_AT_ONCE: Final = 1_000

_cleaned_at = float("-inf")


class Rounds:
    """One round at a time in this process; whoever asks meanwhile wakes the one that is under way."""

    def __init__(self) -> None:
        self._is_running = False
        self._woken = asyncio.Event()

    async def run(self) -> None:
        self._woken.set()
        if self._is_running:
            return
        self._is_running = True
        try:
            while self._woken.is_set():
                await self._run_once()
        finally:
            self._is_running = False

    async def _run_once(self) -> None:
        self._woken.clear()
        if not settings.LANDLINE_UPSTREAM.is_configured():
            return
        async with (
            metered_client("answer") as client,
            connection_pool(
                "media",
                max_size=CONNECTIONS_MAX,
                lock_timeout_ms=LOCK_TIMEOUT_MS,
                statement_timeout_ms=STATEMENT_TIMEOUT_MS,
            ) as connections,
        ):
            await Round(Fetcher(client, connections), connections, self._woken).run()


_rounds = Rounds()


@app.task(name=FILES_TASK, queueing_lock=FILES_TASK)
async def files_fetch() -> None:
    """Fetches all that is due. No lock: a killed worker's job would hold it."""
    await _rounds.run()


async def files_due_announce(connections: AsyncConnectionPool[Any]) -> None:
    """Files whose job was lost, or whose next attempt has come."""
    if not settings.LANDLINE_UPSTREAM.is_configured():
        return
    async with connections.connection() as connection:
        due = await files_are_due(connection, calls_per_day=settings.LANDLINE_CALLS_PER_DAY)
    if due:
        await job_announce(FILES_TASK)


async def unreferenced_remove(connections: AsyncConnectionPool[Any]) -> None:
    """Removes bytes that nothing refers to any more, and what killed workers left, at most once an hour."""
    global _cleaned_at  # noqa: PLW0603
    if time.monotonic() - _cleaned_at < CLEANED_EVERY_SECONDS:
        return
    _cleaned_at = time.monotonic()
    await asyncio.to_thread(abandoned_remove)
    await old_uploads_forget(connections)
    removed = await files_remove_unreferenced(connections)
    if removed:
        log.info("unreferenced_files_removed", files=removed)


async def old_uploads_forget(connections: AsyncConnectionPool[Any]) -> None:
    """What was handed over a day ago and sent, or never sent."""
    forgotten = UPLOADS_AT_ONCE
    while forgotten == UPLOADS_AT_ONCE:
        async with connections.connection() as connection:
            forgotten = await uploads_forget(connection, limit=UPLOADS_AT_ONCE)


async def files_remove_unreferenced(connections: AsyncConnectionPool[Any]) -> int:
    """One pass over all files; returns how many went."""
    removed = 0
    after: int | None = 0
    while after is not None:
        async with connections.connection() as connection:
            page = await unreferenced_take(connection, after=after)
        for key in page.keys:
            await asyncio.to_thread(file_remove, key)
        if page.keys:
            async with connections.connection() as connection:
                await unreferenced_forget(connection, page.keys)
        removed, after = removed + len(page.keys), page.after
    return removed
