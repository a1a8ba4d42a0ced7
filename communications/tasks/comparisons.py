"""Comparing channels with upstream: what webhooks did not tell is found in its lists and folded as news.

A comparison is of a window that was written down before, by whatever made it likely that something is missing; nothing here looks
for new messages by itself. It reads the chats that were active in its time, then the messages of that time: the fewest pages that
can tell. Absence from a list deletes nothing.
"""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any, Final

import structlog
from django.conf import settings
from procrastinate.contrib.django import app
from psycopg_pool import AsyncConnectionPool

from communications.feed.announce import changes_announce
from communications.ingest.comparisons import (
    Chat,
    Comparison,
    LeaseLost,
    Listed,
    comparison_claim,
    comparison_done,
    comparison_fail,
    comparison_hold,
    comparison_save,
    comparisons_are_due,
    not_shown_between,
)
from communications.ingest.connections import fold_connections
from communications.ingest.unfinished import COMPARISONS_TASK, job_announce
from communications.schemas.charges import CallHeld, charged
from communications.selectors.values import instant
from communications.tasks.chat_pages import chats_keep
from communications.tasks.listing import Listing, Unread
from communications.tasks.metered import metered_client
from communications.tasks.overlap import WIDER, Overlapping
from communications.tasks.pages import Kept, message_ids, messages_keep
from communications.tasks.waking import DATABASE_GONE
from unipile.client import UnipileClient
from unipile.errors import EndlessPages, ExpiredCursor, Rejected, UnipileError
from unipile.operations.paging import follow_pages
from unipile.resources.message import Message
from unipile.resources.page import Page

log = structlog.get_logger(__name__)

AT_ONCE: Final = 3
PAUSE_SECONDS: Final = 30
PAUSE_MAX_SECONDS: Final = 900
DATABASE_BUSY: Final = "What was read could not be stored."
FAULT: Final = "It met a fault of ours, which the log describes."

Stated = Mapping[str, object]
Read = Callable[[str | None], Awaitable[Page[Stated]]]


@app.task(name=COMPARISONS_TASK, queueing_lock=COMPARISONS_TASK)
async def comparisons() -> None:
    """Compares every channel with a window that waits."""
    if not settings.LANDLINE_UPSTREAM.is_configured():
        return
    async with metered_client("repair") as client, fold_connections(max_size=2 * AT_ONCE) as connections:
        await comparisons_work(client, connections)


async def comparisons_due_announce(connections: AsyncConnectionPool[Any]) -> None:
    """Windows whose job was lost or whose worker died, and those that need to wait no longer."""
    if not settings.LANDLINE_UPSTREAM.is_configured():
        return
    async with connections.connection() as connection:
        due = await comparisons_are_due(connection)
    if due:
        await job_announce(COMPARISONS_TASK)


async def comparisons_work(client: UnipileClient, connections: AsyncConnectionPool[Any]) -> int:
    """Returns how many comparisons were worked on."""
    return sum(await asyncio.gather(*(_work(client, connections) for _ in range(AT_ONCE))))


async def _work(client: UnipileClient, connections: AsyncConnectionPool[Any]) -> int:
    worked = 0
    while True:
        async with connections.connection() as connection:
            run = await comparison_claim(connection)
        if run is None:
            return worked
        await changes_told(connections)
        await _compare(client, connections, run)
        await changes_told(connections)
        worked += 1


async def changes_told(connections: AsyncConnectionPool[Any]) -> None:
    async with connections.connection() as connection:
        await changes_announce(connection)


async def _compare(client: UnipileClient, connections: AsyncConnectionPool[Any], run: Comparison) -> None:
    try:
        with charged(account=run.account, window=run.id):
            comparing = Comparing(client, connections, run)
            await comparing.chats()
            await comparing.messages()
    except LeaseLost:
        log.warning("comparison_lost", comparison=run.id)
    except DATABASE_GONE as error:
        log.warning("comparison_not_stored", comparison=run.id, error=type(error).__name__)
        await _hold(connections, run, None, "database", DATABASE_BUSY)
    except CallHeld as held:
        await _hold(connections, run, held.until, held.code, held.sentence)
    except UnipileError as error:
        if _is_final(error):
            await _fail(connections, run, error)
        else:
            await _hold(connections, run, None, error.code, error.sentence)
    except Exception as error:
        log.exception("comparison_fault", comparison=run.id, error=type(error).__name__)
        await _hold(connections, run, None, "fault", FAULT)
    else:
        async with connections.connection() as connection:
            await comparison_save(connection, run)
            is_ours = await comparison_done(connection, run)
        log.info("compared", comparison=run.id, trigger=run.trigger, is_ours=is_ours)


def _is_final(error: UnipileError) -> bool:
    """Whether another attempt would end in the same way. A refused page token is replaced by a time."""
    if isinstance(error, Rejected):
        return error.is_permanent and not isinstance(error, ExpiredCursor)
    return isinstance(error, EndlessPages)


async def _hold(
    connections: AsyncConnectionPool[Any],
    run: Comparison,
    until: dt.datetime | None,
    code: str,
    reason: str,
) -> None:
    log.warning("comparison_held", comparison=run.id, code=code)
    if until is None:
        pause = min(PAUSE_SECONDS * 2 ** min(run.attempts - 1, 10), PAUSE_MAX_SECONDS)
        until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=pause)
    async with connections.connection() as connection:
        await comparison_hold(connection, run, until, code, reason)


async def _fail(connections: AsyncConnectionPool[Any], run: Comparison, error: UnipileError) -> None:
    log.warning("comparison_failed", comparison=run.id, code=error.code)
    async with connections.connection() as connection:
        await comparison_fail(connection, run, error.code, error.sentence)


class UnreadOfListed(Unread):
    """Of a chat that upstream did not list nobody knows what was read, so that what is found of it counts as unread."""

    def is_read(self, message: Message) -> bool:
        return (message.chat_id or "") in self.left and super().is_read(message)


class Comparing:
    """Reads the lists of one comparison, from where it stands. The next page is asked for while one is kept."""

    def __init__(self, client: UnipileClient, connections: AsyncConnectionPool[Any], run: Comparison) -> None:
        self._client = client
        self._connections = connections
        self._run = run
        self._listing = Listing.begun(run.account, run.asked_by, "repair")
        self._reason = f"comparison {run.id} ({run.trigger})"
        self._unread: UnreadOfListed | None = None

    async def chats(self) -> None:
        """Titles and settings, as far as they changed meanwhile."""
        run = self._run
        if run.phase != "chats":
            return

        async def read(cursor: str | None) -> Page[Stated]:
            return await self._client.chats.page_stated(
                account_id=run.account, after=run.since - WIDER, cursor=cursor, reason=self._reason
            )

        unread: dict[str, int] = {}
        async with aclosing(self._pages(read)) as pages:
            async for page in pages:
                kept = await chats_keep(self._connections, self._listing, page.items)
                unread |= kept.unread
                await self._save()
        self._unread = UnreadOfListed(unread, self._listing.asked_at)
        run.phase, run.page_cursor = "messages", ""
        await self._save()

    async def messages(self) -> None:
        run = self._run
        if run.oldest_at == run.since and not run.page_cursor:
            return
        before = run.oldest_at + WIDER if run.oldest_at is not None and not run.page_cursor else None

        async def ask(cursor: str | None, wider: dt.datetime | None) -> Page[Stated]:
            return await self._client.messages.page_stated(
                None,
                account_id=run.account,
                after=run.since - WIDER,
                before=wider or (before if cursor is None else None),
                cursor=cursor,
                reason=self._reason,
            )

        while True:
            try:
                async with aclosing(self._pages(Overlapping(ask, by_time=True).page)) as pages:
                    async for page in pages:
                        await self._keep(page)
            except ExpiredCursor:
                if run.oldest_at is None or before == run.oldest_at + WIDER:
                    raise
                before, run.page_cursor = run.oldest_at + WIDER, ""
            else:
                break

    async def _keep(self, page: Page[Stated]) -> None:
        run = self._run
        kept = await messages_keep(self._connections, self._listing, page.items, unread=self._unread)
        self._count(kept)
        newest = run.oldest_at or run.until
        oldest = (kept.oldest_at or newest) if page.cursor else run.since
        run.oldest_at = min(newest, oldest)
        run.page_cursor = page.cursor or ""
        ids = message_ids(page.items)
        listed = Listed(ids, kept.new_ids, kept.found, kept.stored, kept.changed, kept.known)
        async with self._connections.connection() as connection:
            missing = await not_shown_between(connection, run, ids, after=oldest, before=newest)
            await comparison_save(connection, run, listed, not_shown=missing)

    def _count(self, kept: Kept) -> None:
        self._run.refused += kept.refused
        for external_id, tally in kept.chats.items():
            if not tally.stored:
                continue
            chat = self._run.chats.setdefault(external_id, Chat())
            chat.recovered += tally.stored
            chat.newest_at = chat.newest_at or _text(tally.newest_at)
            chat.oldest_at = _text(tally.oldest_at) or chat.oldest_at

    async def _save(self) -> None:
        async with self._connections.connection() as connection:
            await comparison_save(connection, self._run)

    async def _pages(self, read: Read) -> AsyncGenerator[Page[Stated]]:
        pages = follow_pages(read, self._run.page_cursor or None)

        async def following() -> Page[Stated] | None:
            return await anext(pages, None)

        page = await following()
        while page is not None:
            coming = asyncio.create_task(following())
            try:
                yield page
                page = await coming
            finally:
                coming.cancel()
                await asyncio.wait([coming])


def _text(moment: dt.datetime | None) -> str | None:
    return None if moment is None else instant(moment)
