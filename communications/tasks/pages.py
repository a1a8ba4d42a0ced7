"""Pages of upstream's lists of messages, into the rows: what is held already is passed over; what is new or has changed enters
the ledger and is folded.

Keeping a page again changes nothing, so whoever reads a list notes how far it is after each page. A page is folded in
parts, each a short transaction, the newest first: a live delivery of the same account waits for one part at most, and the parts
are shorter while there are any.
"""

import asyncio
import datetime as dt
import math
import time
import uuid
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from communications.errors import Divisible
from communications.feed.announce import changes_announce
from communications.ingest.listed import HeldMessage, held_messages, is_lively, not_applied
from communications.ingest.record import Connections, record
from communications.ingest.turns import InTurn
from communications.outbox.history_rows import files_leave
from communications.schemas.deliveries import Delivery
from communications.schemas.facts import MessageListed, MessagesListed
from communications.status import Status, status_climb
from communications.tasks.answers import answer_delivery_read
from communications.tasks.listing import Listing, Refused, Tally, Unread, refused_note, work_announce
from communications.webhooks.handlers.answers import answer_reading
from communications.webhooks.handlers.listed import LISTED, Shown, listed_bytes, listed_message
from unipile.payloads import fields
from unipile.payloads.refusals import PayloadError
from unipile.payloads.times import EARLIEST
from unipile.resources.message import Message, parse_message, stated_id

# The size of a whole page.
PART_MAX: Final = 250
PART_MAX_BESIDE_LIVE: Final = 8
LIVE_FOR_SECONDS: Final = 30.0
PARTS_AT_ONCE: Final = 2
# After this many messages the event loop has a turn, so that the database gets its next part in time.
LOOKS_EVERY: Final = 8

Stated = Mapping[str, object]


@dataclass
class Kept(Tally):
    """Of a page of messages, in all and by chat: by upstream's id of it, empty where a message names none. ``new_ids`` are
    upstream's ids of those that were stored. ``unread_left``: how many of older pages' messages upstream counts as unread.
    """

    chats: dict[str, Tally] = field(default_factory=dict)
    new_ids: list[str] = field(default_factory=list)
    unread_left: Mapping[str, int] = field(default_factory=dict)

    def tallies(self, chat: str) -> tuple[Tally, Tally]:
        return self, self.chats.setdefault(chat, Tally())

    def count(self, message: Message, *, is_known: bool) -> None:
        for tally in self.tallies(message.chat_id or ""):
            tally.found += 1
            tally.known += is_known
            if message.timestamp is not None and message.timestamp.moment >= EARLIEST:
                tally.saw(message.timestamp.moment)


class _News(NamedTuple):
    shown: Shown
    fact: MessageListed
    chat: str
    is_new: bool


async def messages_keep(
    connections: Connections, listing: Listing, items: Sequence[Stated], *, unread: Unread | None = None
) -> Kept:
    """Keeps one page of messages: see ``Keeper``."""
    return await Keeper(connections, unread=unread).keep(listing, items)


class Keeper:
    """Keeps pages of one list. Several may be kept at once: each is made ready in its turn, while parts of another are folded.

    A new inbound message counts as read if it is beyond upstream's ``unread`` ones; without those, if it is history.
    ``leaves_files``: they are fetched only when somebody asks for them. ``is_beside_live``: deliveries of the account came
    lately, so that whatever else is written meanwhile is better written ``in_turn``.
    """

    def __init__(
        self, connections: Connections, *, unread: Unread | None = None, leaves_files: bool = False
    ) -> None:
        self.in_turn = InTurn(connections)
        self._connections = connections
        self.unread = unread
        self._leaves_files = leaves_files
        self._live_at = -math.inf
        self._making_ready = asyncio.Lock()
        self._made_ready: frozenset[str] = frozenset()

    @property
    def is_beside_live(self) -> bool:
        return time.monotonic() - self._live_at < LIVE_FOR_SECONDS

    async def keep(self, listing: Listing, items: Sequence[Stated]) -> Kept:
        """Raises ``Unsaved`` and ``psycopg.OperationalError`` like ``record``; what was kept before stays."""
        kept = Kept()
        folding = _Folding(self.in_turn, listing, kept, leaves_files=self._leaves_files)
        refused: list[Refused] = []
        try:
            async with self._making_ready:
                await self._make_ready(listing, items, kept, folding, refused)
        finally:
            await folding.end()
            async with self._connections.connection() as connection:
                await changes_announce(connection)
        for stated, error in refused:
            for tally in kept.tallies(fields.companion_id(stated.get("chat_id")) or ""):
                tally.found += 1
                tally.refused[f"unreadable: {error.code}"] += 1
        await refused_note(self._connections, listing, LISTED, refused)
        return kept

    async def _make_ready(
        self,
        listing: Listing,
        items: Sequence[Stated],
        kept: Kept,
        folding: "_Folding",
        refused: list[Refused],
    ) -> None:
        async with self._connections.connection() as connection:
            held = await held_messages(connection, listing.account, message_ids(items))
            if await is_lively(connection, listing.account):
                self._live_at = time.monotonic()
        part_max = PART_MAX_BESIDE_LIVE if self.is_beside_live else PART_MAX
        seen: set[str] = set()
        for start in range(0, len(items), part_max):
            received_at = dt.datetime.now(dt.UTC)
            news: list[_News] = []
            for message, stated in _parsed(items[start : start + part_max], seen, refused):
                # Of a page that is not folded yet, nothing is held.
                before, is_of_last_page = held.get(message.id), message.id in self._made_ready
                is_read = (
                    listing.found_by == "history" if self.unread is None else self.unread.is_read(message)
                )
                try:
                    told = (
                        None
                        if is_of_last_page
                        else _news(listing, message, stated, before, received_at, is_read=is_read)
                    )
                except PayloadError as refusal:
                    refused.append((stated, refusal))
                    continue
                if told is not None:
                    news.append(told)
                kept.count(message, is_known=is_of_last_page or before is not None)
                if kept.found % LOOKS_EVERY == 0:
                    await asyncio.sleep(0)
            await folding.add(news, received_at)
        self._made_ready = frozenset(seen)
        if self.unread is not None:
            kept.unread_left = {
                chat: self.unread.left[chat] for chat in kept.chats if chat in self.unread.left
            }


def message_ids(items: Iterable[Stated]) -> list[str]:
    """Upstream's ids of those that have one."""
    told = (fields.companion_id(stated_id(stated)) for stated in items)
    return [message_id for message_id in told if message_id is not None]


def _parsed(
    items: Iterable[Stated], seen: set[str], refused: list[Refused]
) -> Iterator[tuple[Message, Stated]]:
    """Each message that the page has not shown before; what cannot be read as one is refused."""
    for stated in items:
        try:
            message = parse_message(stated)
        except PayloadError as refusal:
            refused.append((stated, refusal))
        else:
            if message.id not in seen:
                seen.add(message.id)
                yield message, stated


def _differs(message: Message, stated: Stated, held: HeldMessage) -> bool:
    """Whether the list shows of a held message what the rows do not."""
    if held.is_deleted or message.is_deleted:
        return bool(message.is_deleted) and not held.is_deleted
    if message.is_edited and (message.text or "") != held.text:
        return True
    if held.direction == "inbound" and message.is_seen and not held.is_read:
        return True
    reported: Status | None = "read" if message.is_seen else "delivered" if message.is_delivered else None
    if held.direction == "outbound" and status_climb(held.status, reported) != held.status:
        return True
    return isinstance(stated.get("reactions"), list) and _reacted_otherwise(
        _reactions(message), held.reactions
    )


def _reacted_otherwise(shown: frozenset[tuple[str, str]], held: frozenset[tuple[str, str]]) -> bool:
    """Of several reactions that one person has at once, one is held."""
    return not held <= shown or {sender for sender, _ in shown} != {sender for sender, _ in held}


def _reactions(message: Message) -> frozenset[tuple[str, str]]:
    return frozenset(
        (reaction.sender_provider_id, reaction.value)
        for reaction in message.reactions
        if reaction.sender_provider_id is not None
    )


def _news(
    listing: Listing,
    message: Message,
    stated: Stated,
    held: HeldMessage | None,
    received_at: dt.datetime,
    *,
    is_read: bool,
) -> _News | None:
    """What the list tells beyond what is held, if anything. Raises ``PayloadError`` for a message that does not say in which chat
    it is.
    """
    if held is not None and not _differs(message, stated, held):
        return None
    is_read = is_read and held is None
    took_back: list[str] = []
    if held is not None:
        reacting = {sender for sender, _ in _reactions(message)}
        took_back = sorted({sender for sender, _ in held.reactions} - reacting)
    fact = listed_message(
        message,
        asked_at=listing.asked_at,
        received_at=received_at,
        found_by=listing.found_by,
        is_read=is_read,
        took_back=took_back,
    )
    return _News(Shown(stated, is_read, took_back), fact, message.chat_id or "", held is None)


def _list_delivery(listing: Listing, news: Sequence[_News], received_at: dt.datetime) -> Delivery:
    raw = listed_bytes(
        account=listing.account,
        asked_by=listing.asked_by,
        asked_at=listing.asked_at,
        shown=[one.shown for one in news],
        found_by=listing.found_by,
    )
    fact = MessagesListed(messages=tuple(one.fact for one in news))
    return answer_delivery_read(
        raw, received_at, answer_reading(LISTED, listing.account, raw, received_at, fact)
    )


class _Folding:
    """The parts of a page: while the database folds one, the next is made ready."""

    def __init__(self, connections: InTurn, listing: Listing, kept: Kept, *, leaves_files: bool) -> None:
        self._connections = connections
        self._listing = listing
        self._kept = kept
        self._leaves_files = leaves_files
        self._under_way: deque[asyncio.Task[None]] = deque()

    async def add(self, news: Sequence[_News], received_at: dt.datetime) -> None:
        """Raises what an earlier part has met."""
        if not news:
            return
        if len(self._under_way) == PARTS_AT_ONCE:
            await self._under_way.popleft()
        self._under_way.append(asyncio.create_task(self._fold(news, received_at)))
        await asyncio.sleep(0)

    async def end(self) -> None:
        """Raises the first of what the parts have met, once all have ended."""
        ended = await asyncio.gather(*self._under_way, return_exceptions=True)
        self._under_way.clear()
        for error in ended:
            if isinstance(error, BaseException):
                raise error

    async def _fold(self, news: Sequence[_News], received_at: dt.datetime) -> None:
        """One part, the oldest first, as answers come after what they answer to. What is new is one list; what became of a
        message that is held is found by it, and a list of its own.
        """
        oldest_first = list(reversed(news))
        new = [one for one in oldest_first if one.is_new]
        changed = [[one] for one in oldest_first if not one.is_new]
        if new:
            await self._fold_new(new, received_at)
        if changed:
            await self._record(changed, received_at)

    async def _fold_new(self, news: Sequence[_News], received_at: dt.datetime) -> None:
        try:
            await self._record([news], received_at)
        except Divisible:
            middle = len(news) // 2
            await self._fold_new(news[:middle], received_at)
            await self._fold_new(news[middle:], received_at)

    async def _record(self, lists: Sequence[Sequence[_News]], received_at: dt.datetime) -> None:
        connections = self._connections
        deliveries = [_list_delivery(self._listing, news, received_at) for news in lists]
        outcomes = await record(connections, deliveries)
        if self._leaves_files:
            new_ids = [one.fact.external_message_id for news in lists for one in news if one.is_new]
            async with connections.connection() as connection:
                await files_leave(connection, self._listing.account, new_ids)
        await work_announce(deliveries, outcomes)
        reasons: Mapping[uuid.UUID, str] = {}
        if outcomes["applied"] < len(deliveries):
            async with connections.connection() as connection:
                reasons = await not_applied(connection, [delivery.id for delivery in deliveries])
        for delivery, news in zip(deliveries, lists, strict=True):
            self._count(news, reasons.get(delivery.id))

    def _count(self, news: Sequence[_News], refused: str | None) -> None:
        for one in news:
            for tally in self._kept.tallies(one.chat):
                tally.known -= not one.is_new
                if refused is not None:
                    tally.refused[refused] += 1
                elif one.is_new:
                    tally.stored += 1
                else:
                    tally.changed += 1
            if one.is_new and refused is None:
                self._kept.new_ids.append(one.fact.external_message_id)
