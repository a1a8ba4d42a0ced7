"""What one server process keeps open: connections, the batch writer, the reader of the feed."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextvars import copy_context
from typing import Any, Self

from django.conf import settings
from psycopg_pool import AsyncConnectionPool

from communications.ingest.connections import fold_connections
from communications.ingest.gaps import Heartbeat
from communications.ingest.unfinished import (
    ACCOUNTS_TASK,
    COMPARISONS_TASK,
    FILES_TASK,
    HISTORY_TASK,
    OUTBOX_TASK,
    READS_TASK,
    RETRY_AFTER_SECONDS,
    RETRY_TASK,
    JobAnnouncer,
    brings_files,
    leaves_questions,
    tells_of_new_account,
    tells_of_working_account,
)
from communications.outbox.waking import outbox_told_by
from communications.realtime.hub import Hub
from communications.realtime.longpoll import LongPoll
from communications.realtime.socket import Socket
from communications.schemas.deliveries import Delivery
from communications.webhooks.batcher import Batcher
from communications.webhooks.receiver import WebhookReceiver
from communications.webhooks.refusals import RefusalCounter

# A message that somebody writes just after another waits for no more than this to be noticed by the worker.
WRITTEN_PAUSE_SECONDS = 0.05


class Services:
    """Opened once per event loop, by the server's lifespan."""

    receiver: WebhookReceiver
    socket: Socket
    longpoll: LongPoll
    _pool: AsyncConnectionPool[Any]
    _hub: Hub
    _batcher: Batcher
    _heartbeat: Heartbeat
    _files: JobAnnouncer
    _retries: JobAnnouncer
    _accounts: JobAnnouncer
    _reads: JobAnnouncer
    _outbox: JobAnnouncer
    _history: JobAnnouncer
    _comparisons: JobAnnouncer

    @classmethod
    async def open(cls) -> Self:
        """Raises what the database raises when it is not there, and ``ValueError`` without a webhook secret."""
        services = cls()
        services._pool = fold_connections(max_size=4)
        await services._pool.open(wait=True, timeout=10)
        services._hub = await Hub.open()
        services._files = JobAnnouncer(FILES_TASK)
        services._retries = JobAnnouncer(RETRY_TASK, after_seconds=RETRY_AFTER_SECONDS)
        services._accounts = JobAnnouncer(ACCOUNTS_TASK)
        services._reads = JobAnnouncer(READS_TASK)
        services._outbox = JobAnnouncer(OUTBOX_TASK, pause_seconds=WRITTEN_PAUSE_SECONDS)
        services._history = JobAnnouncer(HISTORY_TASK)
        services._comparisons = JobAnnouncer(COMPARISONS_TASK)
        services._heartbeat = Heartbeat(services._pool)
        services._batcher = Batcher(services._pool, on_saved=services._on_saved)
        services.receiver = WebhookReceiver(
            services._batcher,
            secrets=settings.LANDLINE_WEBHOOK_SECRETS,
            refusals=RefusalCounter(settings.LANDLINE_TRUSTED_PROXIES),
            hosted_token=settings.LANDLINE_HOSTED_TOKEN,
            on_unsaved=services._heartbeat.unsaved,
        )
        services._heartbeat.start()
        services.socket = Socket(services._hub)
        services.longpoll = LongPoll(services._hub)
        # Not in the context of the request that wrote, whose thread ends with it.
        loop, context = asyncio.get_running_loop(), copy_context()
        outbox_told_by(lambda: loop.call_soon_threadsafe(services._on_written, context=context))
        return services

    async def close(self) -> None:
        """Deliveries first: what waits is saved and answered before its database goes."""
        outbox_told_by(None)
        await self._batcher.close()
        await self._heartbeat.close()
        await self._files.close()
        await self._retries.close()
        await self._accounts.close()
        await self._reads.close()
        await self._outbox.close()
        await self._history.close()
        await self._comparisons.close()
        await self._hub.close()
        await self._pool.close()

    def _on_written(self) -> None:
        self._hub.poke()
        self._outbox.ask()

    def _on_saved(self, deliveries: Sequence[Delivery], outcomes: Counter[str]) -> None:
        if outcomes["applied"]:
            self._hub.poke(outcomes["applied"])
            if brings_files(deliveries):
                self._files.ask()
        if leaves_questions(deliveries, some_repeat=outcomes["duplicate"] > 0):
            self._reads.ask()
        if tells_of_new_account(deliveries, some_are_parked=outcomes["parked"] > 0):
            self._accounts.ask()
        if tells_of_working_account(deliveries):
            self._outbox.ask()
            self._history.ask()
            self._comparisons.ask()
        if outcomes["failed"]:
            self._retries.ask()
