"""All that is wanted, a few files at a time and no channel at the cost of another, until nothing is due."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any, Final

import structlog
from django.conf import settings
from psycopg_pool import AsyncConnectionPool

from communications.ingest.files import (
    CLAIM_SECONDS,
    Queue,
    WantedFile,
    claims_release,
    claims_renew,
    files_claim,
)
from communications.media.fetch import Fetcher
from communications.media.outcomes import Interrupted, Outcome

log = structlog.get_logger(__name__)

AT_ONCE: Final = 6
AT_ONCE_PER_CHANNEL: Final = 4
RENEW_SECONDS: Final = CLAIM_SECONDS / 3

# What people sent before what they look like.
QUEUES: Final[tuple[Queue, ...]] = ("attachment", "picture")


class Round:
    """``woken`` is set by whoever knows of more to fetch while the round is under way."""

    def __init__(self, fetcher: Fetcher, connections: AsyncConnectionPool[Any], woken: asyncio.Event) -> None:
        self._fetcher = fetcher
        self._connections = connections
        self._woken = woken
        self._running: dict[asyncio.Task[Outcome], WantedFile] = {}
        self._interrupted = False
        self._renewed_at = time.monotonic()

    async def run(self) -> None:
        """Until nothing is due, or what happened to one file says that the others must wait as well."""
        try:
            while True:
                self._woken.clear()
                await self._start_due()
                if not self._running:
                    return
                await self._wait()
        finally:
            await self._stop()

    async def _start_due(self) -> None:
        for queue in QUEUES:
            free = AT_ONCE - len(self._running)
            if free == 0 or self._interrupted:
                return
            async with self._connections.connection() as connection:
                claimed = await files_claim(
                    connection,
                    queue,
                    limit=free,
                    per_channel=AT_ONCE_PER_CHANNEL,
                    running=[wanted.channel_id for wanted in self._running.values()],
                    calls_per_day=settings.LANDLINE_CALLS_PER_DAY,
                )
            for wanted in claimed:
                self._running[asyncio.create_task(self._fetcher.fetch(wanted))] = wanted

    async def _wait(self) -> None:
        """For a file to be settled or for more to come, and not for so long that claims lapse."""
        waking = asyncio.create_task(self._woken.wait())
        try:
            settled, _ = await asyncio.wait(
                {*self._running, waking}, timeout=RENEW_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            waking.cancel()
        for task in [running for running in self._running if running in settled]:
            self._settle(task)
        if time.monotonic() - self._renewed_at >= RENEW_SECONDS:
            await self._claims_renew()

    def _settle(self, task: asyncio.Task[Outcome]) -> None:
        wanted = self._running.pop(task)
        error = task.exception()
        if error is not None:
            log.error("file_not_fetched", queue=wanted.queue, id=wanted.id, exc_info=error)
        elif isinstance(outcome := task.result(), Interrupted) and not self._interrupted:
            self._interrupted = True
            log.error("files_wait", because=outcome.failure)

    async def _claims_renew(self) -> None:
        self._renewed_at = time.monotonic()
        async with self._connections.connection() as connection:
            for queue in QUEUES:
                await claims_renew(connection, queue, self._ids(queue))

    async def _stop(self) -> None:
        """Whatever still runs is given back, for others or for the next start."""
        if not self._running:
            return
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        async with self._connections.connection() as connection:
            for queue in QUEUES:
                await claims_release(connection, queue, self._ids(queue))

    def _ids(self, queue: Queue) -> Iterable[int]:
        return [wanted.id for wanted in self._running.values() if wanted.queue == queue]
