"""A copy of all that upstream holds of an account: its chats, its people, then all messages in one list, newest first.

One list for all chats takes the fewest calls. Each page is kept, then noted with its counts: whoever takes the run up goes on
there.
"""

import datetime as dt
import time
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any, Final

from psycopg_pool import AsyncConnectionPool

from communications.feed.announce import changes_announce
from communications.outbox.history_rows import account_whole
from communications.outbox.history_work import history_save, unread_left
from communications.schemas.history import ChatFound, ClaimedRun, HistoryPhase, Progress
from communications.tasks.chat_pages import chats_keep, people_keep
from communications.tasks.following import Following
from communications.tasks.history_reading import Asked, Reading
from communications.tasks.listing import Listing, Tally, Unread
from communications.tasks.older import OlderMessages
from communications.tasks.overlap import WIDER, Ask, Stated
from communications.tasks.pages import Keeper, Kept
from communications.tasks.words import Words
from unipile.client import UnipileClient
from unipile.resources.page import Page

REASON: Final = "history of the account"
# The share of the newest page in the rate that is shown.
SMOOTHING: Final = 0.3


class NotOurs(Exception):
    """The run was paused, cancelled or taken over: what is read now is not noted any more."""


class AccountRun:
    def __init__(
        self, client: UnipileClient, connections: AsyncConnectionPool[Any], claimed: ClaimedRun
    ) -> None:
        self._client = client
        self._connections = connections
        self._run = claimed
        self._progress = Progress(
            claimed.phase, claimed.cursor, claimed.listed_at, claimed.reached_at, claimed.counted_at
        )
        self._page_ended_at = time.monotonic()
        self._following = Following()
        self._reading: Reading | None = None
        self._calls_noted = 0
        self._is_taken_up = claimed.phase == "messages"
        self._keeper = Keeper(connections, leaves_files=claimed.media == "none")
        self._older = OlderMessages(self._keeper.in_turn, claimed.account)
        self._words = Words(connections, self._keeper)

    @property
    def calls(self) -> int:
        """How many calls are not noted yet."""
        return 0 if self._reading is None else self._reading.calls - self._calls_noted

    async def work(self) -> None:
        """Works to the end. Raises any ``UnipileError``, ``NotOurs``, and whatever the database raises; what was noted stays."""
        if self._progress.phase == "chats":
            await self._list(self._chats_page, self._chats)
            await self._begin("people")
        if self._progress.phase == "people":
            await self._list(self._people_page, self._people)
            await self._begin("messages")
        if self._progress.counted_at is not None:
            async with self._connections.connection() as connection:
                self._keeper.unread = Unread(
                    await unread_left(connection, self._run.id), self._progress.counted_at
                )
        try:
            async with self._following:
                await self._list(self._messages_page, self._messages)
        finally:
            await self._words.end()
            await self._older.tell()
        async with self._connections.connection() as connection:
            conversations = await account_whole(connection, self._run, listed_at=self._listed_at)
            await changes_announce(connection)
        if self._is_taken_up:
            await self._older.tell_all(conversations)

    @property
    def _listed_at(self) -> dt.datetime:
        return self._progress.listed_at or dt.datetime.now(dt.UTC)

    @property
    def _after(self) -> dt.datetime | None:
        return None if self._run.since is None else self._run.since - WIDER

    async def _chats_page(self, cursor: str | None, before: dt.datetime | None) -> Page[Stated]:
        return await self._client.chats.page_stated(
            account_id=self._run.account, cursor=cursor, before=before, after=self._after, reason=REASON
        )

    async def _people_page(self, cursor: str | None, _before: dt.datetime | None) -> Page[Stated]:
        return await self._client.attendees.page_stated(
            account_id=self._run.account, cursor=cursor, reason=REASON
        )

    async def _messages_page(self, cursor: str | None, before: dt.datetime | None) -> Page[Stated]:
        return await self._client.messages.page_stated(
            None, account_id=self._run.account, cursor=cursor, before=before, after=self._after, reason=REASON
        )

    async def _begin(self, phase: HistoryPhase) -> None:
        self._progress = Progress(phase, "", None, None, self._progress.counted_at)
        await self._note(self._progress, Tally(), 0, [])

    async def _list(self, ask: Ask, keep: Any) -> None:
        self._reading = Reading(
            ask,
            cursor=self._progress.cursor,
            reached_at=self._progress.reached_at,
            by_time=self._progress.phase == "messages",
            settle=self._following.end,
        )
        self._calls_noted = 0
        async with aclosing(self._reading.pages()) as pages:
            async for asked in pages:
                self._progress = self._progress._replace(
                    listed_at=self._progress.listed_at or asked.asked_at, cursor=asked.page.cursor or ""
                )
                await keep(asked)

    async def _chats(self, asked: Asked) -> None:
        listing = self._listing(asked)
        kept = await chats_keep(self._connections, listing, asked.page.items)
        self._progress = self._progress._replace(counted_at=self._progress.counted_at or asked.asked_at)
        await self._note(
            self._reached(self._progress, kept),
            Tally(),
            asked.calls,
            [
                ChatFound(
                    external_id=chat.external_id,
                    title=chat.name,
                    unread_left=chat.unread,
                    active_at=chat.active_at,
                )
                for chat in kept.chats
            ],
            chats_found=len(kept.chats),
        )

    async def _people(self, asked: Asked) -> None:
        kept = await people_keep(self._connections, self._listing(asked), asked.page.items)
        await self._note(self._progress, Tally(), asked.calls, [], people=kept.found)

    async def _messages(self, asked: Asked) -> None:
        """The page is made ready while the one before is folded and noted."""
        progress = self._progress

        async def end(kept: Kept) -> None:
            self._words.write()
            reached = self._reached(progress, kept)._replace(rate=self._measured(kept.found))
            await self._note(reached, kept, asked.calls, _found(kept))
            await self._older.found(kept.new_ids)

        await self._following.add(self._keeper.keep(self._listing(asked), asked.page.items), end)

    def _listing(self, asked: Asked) -> Listing:
        return Listing(self._run.account, self._run.client_id, asked.asked_at, "history")

    def _reached(self, progress: Progress, kept: Tally) -> Progress:
        """The page's progress, with the time it reaches; a page without times reaches no further than the one before it."""
        if kept.oldest_at is not None and self._reading is not None:
            self._reading.reached_at = kept.oldest_at
            self._progress = self._progress._replace(reached_at=kept.oldest_at)
        return progress._replace(reached_at=self._progress.reached_at)

    def _measured(self, found: int) -> float:
        now = time.monotonic()
        rate = found / max(now - self._page_ended_at, 0.001)
        self._page_ended_at = now
        before = self._progress.rate
        rate = round(rate if before is None else before + SMOOTHING * (rate - before), 1)
        self._progress = self._progress._replace(rate=rate)
        return rate

    async def _note(
        self,
        progress: Progress,
        tally: Tally,
        calls: int,
        chats: list[ChatFound],
        *,
        chats_found: int = 0,
        people: int = 0,
    ) -> None:
        counts = counts_of(tally, calls, chats=chats_found, people=people)
        async with self._connections.connection() as connection:
            if not await history_save(connection, self._run, progress, counts, chats):
                raise NotOurs
            await changes_announce(connection)
        self._calls_noted += calls


def _found(kept: Kept) -> list[ChatFound]:
    return [
        ChatFound(
            external_id=external_id,
            unread_left=kept.unread_left.get(external_id),
            found=tally.found,
            stored=tally.stored,
            changed=tally.changed,
            known=tally.known,
            refused=tally.refused.total(),
            newest_at=tally.newest_at,
            oldest_at=tally.oldest_at,
        )
        for external_id, tally in kept.chats.items()
    ]


def counts_of(tally: Tally, calls: int, *, chats: int = 0, people: int = 0) -> Mapping[str, Any]:
    """What a page adds to its run's counts."""
    return {
        "calls": calls,
        "chats": chats,
        "people": people,
        "found": tally.found,
        "stored": tally.stored,
        "changed": tally.changed,
        "known": tally.known,
        "refused": tally.refused,
        "newest_at": tally.newest_at,
        "oldest_at": tally.oldest_at,
    }
