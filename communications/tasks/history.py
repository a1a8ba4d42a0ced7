"""Copying history, as the specification names it: ``sync_chat_history``. One loop in every worker takes what waits.

A job only wakes it; what is to be done is a state on a row. Chats that somebody has open have places of their own, beside whole
accounts.
"""

import asyncio
import datetime as dt
from typing import Any, Final, NamedTuple

import structlog
from django.conf import settings
from procrastinate.contrib.django import app
from psycopg_pool import AsyncConnectionPool

from communications.cancellation import cancellation_respect
from communications.feed.announce import changes_announce
from communications.ingest.connections import copy_connections
from communications.ingest.unfinished import FILES_TASK, HISTORY_TASK, job_announce
from communications.outbox.history_work import (
    DISCONNECTED,
    history_claim,
    history_end,
    history_next_seconds,
    history_tidy,
)
from communications.schemas.charges import HELD, CallHeld, charged
from communications.schemas.history import ClaimedRun
from communications.tasks.history_account import AccountRun, NotOurs
from communications.tasks.history_chat import ChatRun
from communications.tasks.key import key_judge
from communications.tasks.metered import metered_client
from communications.tasks.presence import Presence, present
from communications.tasks.waking import DATABASE_GONE, woken_or_after
from unipile.client import UnipileClient
from unipile.errors import (
    DisconnectedAccount,
    EndlessPages,
    RateLimited,
    Rejected,
    Unauthorised,
    UnipileError,
)

log = structlog.get_logger(__name__)

ACCOUNTS_MAX: Final = 2
CHATS_MAX: Final = 2
LOOKS_EVERY_SECONDS: Final = 30.0
AGAIN_SECONDS: Final = 1.0
WHOLE_PAST_DAYS: Final = 36_500

RATE_LIMITED_SECONDS: Final = 15
DISCONNECTED_SECONDS: Final = 60
UNREACHABLE_SECONDS: Final = (2, 5, 15, 60, 300, 900)
UNREACHABLE_MAX: Final = 50


_woken = asyncio.Event()


class End(NamedTuple):
    state: str
    code: str = ""
    reason: str = ""
    seconds: float | None = None
    until: dt.datetime | None = None
    is_failure: bool = False


@app.task(name=HISTORY_TASK, queueing_lock=HISTORY_TASK)
async def sync_chat_history() -> None:
    """Wakes the loop of this process."""
    _woken.set()


async def history_for_ever() -> None:
    """Takes what waits for as long as the worker runs. The next worker goes on from the last page that was noted."""
    while True:
        try:
            async with copy_connections(max_size=3 * (ACCOUNTS_MAX + CHATS_MAX) + 2) as connections:
                await _serve(connections)
        except Exception:
            cancellation_respect()
            log.exception("history_interrupted")
            await asyncio.sleep(AGAIN_SECONDS)


async def _serve(connections: AsyncConnectionPool[Any]) -> None:
    """Works until the database is lost or the credentials change."""
    credentials = settings.LANDLINE_UPSTREAM.credentials()
    if credentials is None:
        await woken_or_after(_woken, LOOKS_EVERY_SECONDS)
        return
    async with metered_client("history") as client, present(connections) as presence:
        history = History(client, connections, presence, _woken)
        try:
            while settings.LANDLINE_UPSTREAM.credentials() == credentials:
                _woken.clear()
                await history.run_due()
                await woken_or_after(_woken, await history.pause_seconds())
        finally:
            await history.stop()


class History:
    """One worker's runs."""

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
        self._accounts: set[asyncio.Task[None]] = set()
        self._chats: set[asyncio.Task[None]] = set()

    async def run_due(self) -> None:
        """Works until nothing is due and nothing under way."""
        while True:
            self._woken.clear()
            await self._begin()
            if self._accounts or self._chats:
                await woken_or_after(self._woken, max(await self.pause_seconds(), AGAIN_SECONDS))
            elif not self._woken.is_set():
                return

    async def pause_seconds(self) -> float:
        """How long nothing is due by itself, at most as long as the loop may sleep."""
        seconds = await history_next_seconds(self._presence.connection)
        return LOOKS_EVERY_SECONDS if seconds is None else min(seconds, LOOKS_EVERY_SECONDS)

    async def stop(self) -> None:
        """Cancels what is under way; each run stays as it was last noted."""
        under_way = self._accounts | self._chats
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def _begin(self) -> None:
        days = settings.LANDLINE_FIRST_HISTORY_DAYS
        first_days = None if days == 0 else 0 if days >= WHOLE_PAST_DAYS else days
        connection, worker = self._presence.connection, self._presence.worker
        await history_tidy(connection, worker=worker, first_days=first_days)
        for places, most, of_chat in ((self._chats, CHATS_MAX, True), (self._accounts, ACCOUNTS_MAX, False)):
            while len(places) < most:
                claimed = await history_claim(connection, worker=worker, of_chat=of_chat)
                if claimed is None:
                    break
                task = asyncio.create_task(self._work(claimed), name=f"history {claimed.id}")
                places.add(task)
                task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._accounts.discard(task)
        self._chats.discard(task)
        self._woken.set()

    async def _work(self, claimed: ClaimedRun) -> None:
        """Does one run and writes how it ended; without a database it goes back to waiting, at its last noted page."""
        run = (ChatRun if claimed.conversation_id is not None else AccountRun)(
            self._client, self._connections, claimed
        )
        end = End("done")
        try:
            with charged(
                account=claimed.account, purpose="open" if claimed.conversation_id is not None else "history"
            ):
                await run.work()
        except NotOurs:
            return
        except DATABASE_GONE as error:
            cancellation_respect()
            log.warning("history_without_database", run=claimed.id, error=type(error).__name__)
            end = End("waiting")
        except Exception as error:
            if not isinstance(error, UnipileError):
                log.exception("history_fault", run=claimed.id)
            end = end_of(error, failures=claimed.failures)
            if isinstance(error, Unauthorised):
                await key_judge(self._connections, refused_as=error.code)
        await self._end(claimed, end, run.calls)

    async def _end(self, claimed: ClaimedRun, end: End, calls: int) -> None:
        until = end.until
        if end.seconds is not None:
            until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=end.seconds)
        while True:
            try:
                async with self._connections.connection() as connection:
                    await history_end(
                        connection,
                        claimed,
                        state=end.state,
                        code=end.code,
                        reason=end.reason,
                        held_until=until,
                        calls=calls,
                        is_failure=end.is_failure,
                    )
                    await changes_announce(connection)
                break
            except DATABASE_GONE as error:
                cancellation_respect()
                log.warning("history_end_not_written", error=type(error).__name__)
                await asyncio.sleep(AGAIN_SECONDS)
        await job_announce(FILES_TASK)
        log.info("history_ended", run=claimed.id, state=end.state, code=end.code)


def end_of(error: Exception, *, failures: int) -> End:
    """What becomes of a run that met this error; ``failures``: how many calls in a row had failed before."""
    match error:
        case CallHeld():
            end = End("held", error.code, error.sentence, until=error.until)
        case RateLimited():
            seconds = error.retry_after_seconds or RATE_LIMITED_SECONDS
            end = End("held", "account_paused", HELD["account_paused"], seconds)
        case DisconnectedAccount():
            end = End("held", "disconnected", DISCONNECTED, DISCONNECTED_SECONDS)
        case Unauthorised():
            end = End("held", "key_refused", "Unipile refuses our key: set it anew.", DISCONNECTED_SECONDS)
        case EndlessPages():
            end = End("failed", error.code, f"{error.sentence} What was copied stays.")
        case Rejected() if error.is_permanent:
            end = End("failed", error.code, f"Unipile refuses that: {error.sentence}")
        case UnipileError() if failures < UNREACHABLE_MAX:
            seconds = UNREACHABLE_SECONDS[min(failures, len(UNREACHABLE_SECONDS) - 1)]
            sentence = f"Unipile cannot be reached: {error.sentence}"
            end = End("held", "unreachable", sentence, seconds, is_failure=True)
        case UnipileError():
            end = End("failed", error.code, error.sentence)
        case _:
            end = End("failed", "fault", "Something went wrong on our side; what was copied stays.")
    return end
