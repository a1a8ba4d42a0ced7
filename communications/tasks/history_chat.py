"""What is older than what is held of one chat: a page of it, for whoever has it open."""

import asyncio
import datetime as dt
from typing import Any, Final

from psycopg_pool import AsyncConnectionPool

from communications.feed.announce import changes_announce
from communications.ingest.search_backlog import search_backlog_write
from communications.outbox.history_rows import Part, chat_parts, chat_whole
from communications.outbox.history_work import history_save
from communications.schemas.history import ClaimedRun, Progress
from communications.tasks.history_account import NotOurs, counts_of
from communications.tasks.listing import Listing, Tally
from communications.tasks.older import OlderMessages
from communications.tasks.overlap import WIDER, Overlapping, Stated
from communications.tasks.pages import messages_keep
from unipile.client import UnipileClient
from unipile.errors import Refused
from unipile.resources.page import Page
from unipile.resources.sent import SyncStatus

# The call that starts the phone's import also tells how far it is, and one after its end would start it again: so it is made a
# few times at most.
PHONE_LOOKS_MAX: Final = 8
PHONE_PAUSE_SECONDS: Final = 0.5
_STILL: Final = (SyncStatus.STARTED, SyncStatus.RUNNING)
# What came live is compared on the way to what is older.
PAGES_MAX: Final = 4
REASON: Final = "somebody scrolled up"


class ChatRun:
    def __init__(
        self, client: UnipileClient, connections: AsyncConnectionPool[Any], claimed: ClaimedRun
    ) -> None:
        self._client = client
        self._connections = connections
        self._run = claimed
        self.calls = 0

    async def work(self) -> None:
        """Raises any ``UnipileError``, ``NotOurs``, and whatever the database raises."""
        if self._run.conversation_id is None:
            raise NotOurs
        async with self._connections.connection() as connection:
            parts = await chat_parts(connection, self._run.conversation_id)
        kept = Tally()
        begun = Listing.begun(self._run.account, self._run.client_id, "history")
        reached = []
        for part in parts:
            if self._run.from_phone:
                await self._ask_phone(part.external_id)
            reached.append(await self._read(part, kept))
        held_since = min((part.held_since for part in parts if part.held_since is not None), default=None)
        await self._note(kept, begun.asked_at, held_since or begun.asked_at, reached)

    async def _read(self, part: Part, kept: Tally) -> dt.datetime | None:
        """Reads pages of a chat until one shows what is new here; one, as a rule.

        Returns the time of the oldest message they reach, ``None`` if nothing is older.
        """
        reached, position = part.held_since, None
        older = OlderMessages(self._connections, self._run.account)

        async def ask(cursor: str | None, wider: dt.datetime | None) -> Page[Stated]:
            self.calls += 1
            if cursor is None and wider is None and part.held_since is not None:
                wider = part.held_since + WIDER
            return await self._client.messages.page_stated(
                part.external_id, account_id=self._run.account, before=wider, cursor=cursor, reason=REASON
            )

        overlapping = Overlapping(ask, by_time=True)
        for _ in range(PAGES_MAX):
            listing = Listing.begun(self._run.account, self._run.client_id, "history")
            page = await overlapping.page(position)
            added = await messages_keep(self._connections, listing, page.items)
            kept.add(added)
            await older.found(added.new_ids)
            reached, position = added.oldest_at or reached, page.cursor
            if position is None or added.stored:
                break
        await search_backlog_write(self._connections)
        await older.tell()
        return None if position is None else reached

    async def _ask_phone(self, chat_id: str) -> None:
        """Returns once upstream has what the phone gives, has waited long enough, or says that it cannot ask phones."""
        for _ in range(PHONE_LOOKS_MAX):
            self.calls += 1
            try:
                status = await self._client.chats.sync(chat_id, reason="somebody asked the phone for more")
            except Refused as refusal:
                if refusal.status in (422, 501):
                    return
                raise
            if status not in _STILL:
                return
            await asyncio.sleep(PHONE_PAUSE_SECONDS)

    async def _note(
        self, kept: Tally, asked_at: dt.datetime, held_since: dt.datetime, reached: list[dt.datetime | None]
    ) -> None:
        """Notes what is whole: only as far back as every part of the conversation was read."""
        progress = Progress("messages", "", asked_at, kept.oldest_at, None)
        stopped_at = [moment for moment in reached if moment is not None]
        since = max(stopped_at, default=kept.oldest_at or held_since)
        async with self._connections.connection() as connection:
            if not await history_save(connection, self._run, progress, counts_of(kept, self.calls), []):
                raise NotOurs
            await chat_whole(
                connection,
                self._run,
                before=held_since,
                since=min(since, held_since),
                compared_at=asked_at,
                is_whole=not stopped_at,
            )
            await changes_announce(connection)
        self.calls = 0
