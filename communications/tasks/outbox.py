"""The door out: one loop in every worker that attempts what is due, once, and writes down how it ended.

A job only wakes it; what is to be done is a state on a row, and the loop looks every half minute by itself.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, Final, TypeVar

import structlog
from django.conf import settings
from procrastinate.contrib.django import app
from psycopg_pool import AsyncConnectionPool

from communications.cancellation import cancellation_respect
from communications.feed.announce import changes_announce
from communications.ingest.record import record
from communications.ingest.unfinished import (
    ACCOUNTS_TASK,
    FILES_TASK,
    OUTBOX_TASK,
    brings_files,
    job_announce,
)
from communications.outbox.queue import (
    channel_refusals,
    intent_accept,
    intent_by_id,
    intent_claim,
    intent_end,
)
from communications.outbox.reasons import NOT_FOUND, NOT_THERE_YET
from communications.outbox.waiting import (
    READ_BACK_AFTER_SECONDS,
    abandoned_settle,
    intents_settle,
    next_moment,
    read_back_claim,
    read_back_done,
    read_back_postpone,
)
from communications.schemas.charges import charged
from communications.schemas.connections import connection_pool
from communications.schemas.outbox import Absent, Accepted, Claimed
from communications.tasks.answers import answer_delivery
from communications.tasks.calls import KINDS
from communications.tasks.key import key_judge
from communications.tasks.metered import metered_client
from communications.tasks.outcomes import outcome_of
from communications.tasks.presence import Presence, present
from communications.tasks.waking import DATABASE_GONE, woken_or_after
from communications.webhooks.handlers.sent import sent_bytes
from unipile.client import UnipileClient
from unipile.errors import NotFound, Unauthorised, UnipileError

log = structlog.get_logger(__name__)

CALLS_MAX: Final = 8
# However much is to be sent: a message that nobody has looked for holds up its conversation.
READINGS_FIRST: Final = 2
LOOKS_EVERY_SECONDS: Final = 30.0
OTHERS_EVERY_SECONDS: Final = 5.0
ENDS_WITHIN_SECONDS: Final = 8.0
LOCK_TIMEOUT_MS: Final = 5_000
STATEMENT_TIMEOUT_MS: Final = 10_000
AGAIN_SECONDS: Final = 1.0

CALLED: Final = list(KINDS)
READ_BACK: Final = [name for name, kind in KINDS.items() if kind.read_back is not None]

Value = TypeVar("Value")

_woken = asyncio.Event()


@app.task(name=OUTBOX_TASK, queueing_lock=OUTBOX_TASK)
async def outbox() -> None:
    """Wakes the loop of this process."""
    _woken.set()


async def outbox_for_ever() -> None:
    """Attempts what is due for as long as the worker runs. What is under way at its end gets a few seconds."""
    while True:
        try:
            async with connection_pool(
                "outbox",
                max_size=CALLS_MAX + 2,
                lock_timeout_ms=LOCK_TIMEOUT_MS,
                statement_timeout_ms=STATEMENT_TIMEOUT_MS,
            ) as connections:
                await _serve(connections)
        except Exception:
            cancellation_respect()
            log.exception("outbox_interrupted")
            await asyncio.sleep(AGAIN_SECONDS)


async def _serve(connections: AsyncConnectionPool[Any]) -> None:
    """Works until the database is lost or the credentials change."""
    credentials = settings.LANDLINE_UPSTREAM.credentials()
    async with AsyncExitStack() as stack:
        if credentials is None:
            await woken_or_after(_woken, LOOKS_EVERY_SECONDS)
            if settings.LANDLINE_UPSTREAM.is_configured():
                await job_announce(ACCOUNTS_TASK)
            return
        client = await stack.enter_async_context(metered_client("send"))
        presence = await stack.enter_async_context(present(connections))
        sender = Outbox(client, connections, presence, _woken)
        try:
            while settings.LANDLINE_UPSTREAM.credentials() == credentials:
                _woken.clear()
                await sender.run_due()
                await woken_or_after(_woken, await sender.pause_seconds())
            await job_announce(ACCOUNTS_TASK)
        except asyncio.CancelledError:
            await sender.end()
            raise
        finally:
            await sender.finish()


class Outbox:
    """One worker's calls. Claims are made on the connection that says that the worker lives; ends are written by any."""

    def __init__(
        self,
        client: UnipileClient,
        connections: AsyncConnectionPool[Any],
        presence: Presence,
        woken: asyncio.Event,
    ) -> None:
        self._client = client
        self._connections = connections
        self._presence = presence
        self._woken = woken
        self._under_way: set[asyncio.Task[None]] = set()
        self._readings: set[asyncio.Task[None]] = set()

    async def run_due(self) -> None:
        """Works until nothing is due and nothing under way."""
        looks_at = float("-inf")
        while True:
            self._woken.clear()
            changed = False
            if looks_at < time.monotonic():
                looks_at = time.monotonic() + OTHERS_EVERY_SECONDS
                changed = await abandoned_settle(self._presence.connection, alive=self._presence.worker) > 0
            if await intents_settle(self._presence.connection) or changed:
                await changes_announce(self._presence.connection)
            await self._begin()
            if self._under_way:
                await woken_or_after(self._woken, await self.pause_seconds())
            elif not self._woken.is_set():
                return

    async def pause_seconds(self) -> float:
        """How long nothing is due by itself, at most as long as the loop may sleep."""
        seconds = await next_moment(self._presence.connection, called=CALLED, read_back=READ_BACK)
        return LOOKS_EVERY_SECONDS if seconds is None else min(max(seconds, 0.02), LOOKS_EVERY_SECONDS)

    async def finish(self) -> None:
        """Waits until nothing is under way, however long that takes."""
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def end(self) -> None:
        """Gives what is under way a few seconds to end; what does not is taken for unknown by the next worker."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=ENDS_WITHIN_SECONDS)
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _begin(self) -> None:
        connection, worker = self._presence.connection, self._presence.worker
        while len(self._under_way) < CALLS_MAX:
            if len(self._readings) < READINGS_FIRST and await self._begin_reading():
                continue
            claimed = await intent_claim(
                connection, worker=worker, kinds=CALLED, pace_factor=settings.LANDLINE_SEND_PACE_PERCENT / 100
            )
            if claimed is not None:
                self._start(self._attempt(claimed))
            elif not await self._begin_reading():
                return

    async def _begin_reading(self) -> bool:
        asked = await read_back_claim(self._presence.connection, READ_BACK)
        if asked is None:
            return False
        self._readings.add(self._start(self._read_back(asked)))
        return True

    def _start(self, work: Any) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._readings.discard(task)
        self._woken.set()
        if not task.cancelled() and task.exception() is not None:
            log.error("outbox_fault", exc_info=task.exception())

    async def _attempt(self, claimed: Claimed) -> None:
        """One call, then its end. Whatever happens, an end is written."""
        try:
            with charged(account=claimed.account):
                accepted = await KINDS[claimed.kind].call(self._client, claimed)
        except Exception as error:
            if not isinstance(error, UnipileError):
                log.exception("outbox_fault", intent=claimed.id)
            failure = error
        else:
            await self._write_acceptance(claimed, accepted)
            return
        await self._insist(lambda: self._write_end(claimed, failure))

    async def _write_acceptance(self, claimed: Claimed, accepted: Accepted) -> None:
        """The answer enters the ledger and is folded, which binds it to its row; then the intent is settled."""
        if accepted.names_message and claimed.message_id is not None:
            answered = answer_delivery(
                sent_bytes(
                    account=claimed.account,
                    message_id=claimed.message_id,
                    client_id=claimed.client_id,
                    attempt=claimed.attempts,
                    asked=_asked(claimed),
                    external_message_id=accepted.external_message_id,
                    answer=accepted.answer,
                )
            )
            await self._insist(lambda: record(self._connections, [answered]))
        await self._insist(lambda: self._settle(claimed, accepted))

    async def _write_end(self, claimed: Claimed, error: Exception) -> None:
        if isinstance(error, Unauthorised):
            await key_judge(self._connections, refused_as=error.code)
        async with self._connections.connection() as connection:
            refusals = await channel_refusals(connection, claimed.channel_id)
            end = outcome_of(error, attempts=claimed.attempts, refusals=refusals)
            await intent_end(connection, claimed, end)
            await changes_announce(connection)
        if isinstance(error, Unauthorised):
            await job_announce(ACCOUNTS_TASK)
        log.info("not_accepted", intent=claimed.id, state=end.state, code=end.reason_code)

    async def _settle(self, claimed: Claimed, accepted: Accepted) -> None:
        is_unnamed = accepted.names_message and accepted.external_message_id is None
        unproven = READ_BACK_AFTER_SECONDS if is_unnamed else settings.LANDLINE_UNPROVEN_SECONDS
        async with self._connections.connection() as connection:
            await intent_accept(connection, claimed, accepted, unproven_seconds=unproven)
            await changes_announce(connection)

    async def _read_back(self, intent_id: int) -> None:
        """One bounded read of upstream: what it shows is folded, what it does not show is not there."""
        async with self._connections.connection() as connection:
            claimed = await intent_by_id(connection, intent_id)
        read_back = None if claimed is None else KINDS[claimed.kind].read_back
        if claimed is None or read_back is None:
            return
        try:
            with charged(account=claimed.account):
                found = await read_back(self._client, claimed)
        except NotFound:
            # What no longer exists will not show it, however often upstream is asked.
            found = []
        except Exception as error:
            if not isinstance(error, UnipileError):
                log.exception("outbox_fault", intent=claimed.id)
            await self._insist(lambda: self._ask_later(claimed))
            return
        if found:
            await self._insist(lambda: record(self._connections, found))
            if brings_files(found):
                await job_announce(FILES_TASK)
        await self._insist(lambda: self._write_reading(claimed))

    async def _ask_later(self, claimed: Claimed) -> None:
        async with self._connections.connection() as connection:
            await read_back_postpone(connection, claimed.id, claimed.account)

    async def _write_reading(self, claimed: Claimed) -> None:
        absent = KINDS[claimed.kind].absent or (
            Absent("unconfirmed", "not_found", NOT_FOUND)
            if claimed.external_message_id is None
            else Absent("unconfirmed", "not_there", NOT_THERE_YET)
        )
        async with self._connections.connection() as connection:
            is_found = await read_back_done(connection, claimed.id, claimed.attempts, claimed.account, absent)
            await changes_announce(connection)
        log.info("read_back", intent=claimed.id, found=is_found)

    async def _insist(self, write: Callable[[], Awaitable[Value]]) -> Value:
        """Repeats a write until the database takes it, so that the outcome of a call is not lost with a connection."""
        while True:
            try:
                return await write()
            except DATABASE_GONE as error:
                cancellation_respect()
                log.warning("outbox_end_not_written", error=type(error).__name__)
                await asyncio.sleep(AGAIN_SECONDS)


def _asked(claimed: Claimed) -> dict[str, object]:
    return {
        "chat_id": claimed.thread,
        "characters": len(claimed.text),
        "quote_id": claimed.quoted_id,
        "files": [[file.kind, file.size_bytes] for file in claimed.files],
    }
