"""What is older than what is held of one chat: a page of it, for whoever has it open."""

import asyncio
import datetime as dt
from typing import Any, Final

from psycopg_pool import AsyncConnectionPool

from communications.feed.announce import changes_announce
from communications.outbox.history_rows import chat_parts, chat_whole
from communications.outbox.history_work import history_save
from communications.schemas.history import ClaimedRun, Progress
from communications.tasks.history_account import NotOurs, counts_of
from communications.tasks.listing import Listing, Tally
from communications.tasks.older import OlderMessages
from communications.tasks.overlap import WIDER
from communications.tasks.pages import messages_keep
from unipile.client import UnipileClient
from unipile.errors import Refused
from unipile.resources.sent import SyncStatus

# The call that asks the phone also looks how far it is, and one after the end would begin anew: few looks, and then the page.
PHONE_LOOKS_MAX: Final = 8
PHONE_PAUSE_SECONDS: Final = 0.5
_STILL: Final = (SyncStatus.STARTED, SyncStatus.RUNNING)
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
        older = OlderMessages(self._connections, self._run.account)
        begun = Listing.begun(self._run.account, self._run.client_id, "history")
        is_whole = True
        for part in parts:
            if self._run.from_phone:
                await self._ask_phone(part.external_id)
            listing = Listing.begun(self._run.account, self._run.client_id, "history")
            before = part.oldest_at
            self.calls += 1
            page = await self._client.messages.page_stated(
                part.external_id,
                account_id=self._run.account,
                before=None if before is None else before + WIDER,
                reason=REASON,
            )
            is_whole = is_whole and page.cursor is None
            added = await messages_keep(self._connections, listing, page.items)
            kept.add(added)
            await older.found(added.new_ids)
        await older.tell()
        await self._note(kept, begun.asked_at, [part.oldest_at for part in parts], is_whole=is_whole)

    async def _ask_phone(self, chat_id: str) -> None:
        """Until upstream has what the phone gives, or gives up waiting; where it cannot ask phones, what it has is read."""
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
        self,
        kept: Tally,
        asked_at: dt.datetime,
        held_since: list[dt.datetime | None],
        *,
        is_whole: bool,
    ) -> None:
        progress = Progress("messages", "", asked_at, kept.oldest_at, None)
        async with self._connections.connection() as connection:
            if not await history_save(connection, self._run, progress, counts_of(kept, self.calls), []):
                raise NotOurs
            before = min((moment for moment in held_since if moment is not None), default=asked_at)
            await chat_whole(
                connection,
                self._run,
                before=before,
                since=min(kept.oldest_at or before, before),
                compared_at=asked_at,
                is_whole=is_whole,
            )
            await changes_announce(connection)
        self.calls = 0
