"""Pages of upstream's lists of chats and of people, into the rows: what is held as it is listed is passed over."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from communications.ingest.listed import HeldChat, HeldPerson, held_chats, held_people
from communications.ingest.record import Connections, record
from communications.schemas.deliveries import Delivery
from communications.schemas.facts import ChatDescribed, Fact, PeopleListed
from communications.tasks.answers import answer_delivery_read
from communications.tasks.listing import Listing, Refused, Tally, news_announce, refused_note
from communications.webhooks.handlers.answers import (
    CHAT,
    PERSON,
    answer_bytes,
    answer_reading,
    chat_description,
    person_listed,
)
from unipile.payloads.refusals import PayloadError
from unipile.resources.attendee import parse_attendee
from unipile.resources.chat import parse_chat

# A chat costs more than a message.
PART_MAX: Final = 16

Stated = Mapping[str, object]


class ListedChat(NamedTuple):
    """``unread`` is upstream's count, ``active_at`` the time of its last message, both ``None`` where not said."""

    external_id: str
    name: str
    unread: int | None
    active_at: dt.datetime | None


@dataclass
class ChatsKept(Tally):
    chats: list[ListedChat] = field(default_factory=list)

    @property
    def unread(self) -> Mapping[str, int]:
        return {chat.external_id: chat.unread for chat in self.chats if chat.unread is not None}


async def chats_keep(connections: Connections, listing: Listing, items: Sequence[Stated]) -> ChatsKept:
    """Keeps a page of chats: their titles and settings. In a comparison, chats that are not held are left to their first message,
    which asks for them with their people.
    """
    kept = ChatsKept()
    described: dict[str, tuple[ChatDescribed, Stated]] = {}
    refused: list[Refused] = []
    for stated in items:
        kept.found += 1
        try:
            chat = parse_chat(stated)
            fact = chat_description(chat, None, listing.asked_at)
        except PayloadError as refusal:
            kept.refused[f"unreadable: {refusal.code}"] += 1
            refused.append((stated, refusal))
            continue
        if not fact.chat.aliases or chat.id in described:
            kept.found -= 1
            continue
        described[chat.id] = fact, stated
        active_at = chat.timestamp.moment if chat.timestamp is not None else None
        kept.saw(active_at)
        kept.chats.append(ListedChat(chat.id, chat.name or chat.subject or "", chat.unread_count, active_at))
    async with connections.connection() as connection:
        held = await held_chats(connection, listing.account, list(described))
    news: list[Delivery] = []
    for external_id, (fact, stated) in described.items():
        before = held.get(external_id)
        if (before is None and listing.found_by == "repair") or (
            before is not None and not _chat_differs(fact, before)
        ):
            kept.known += 1
        else:
            kept.stored += before is None
            kept.changed += before is not None
            news.append(_delivery(listing, CHAT, stated, fact))
    await _fold(connections, news)
    await refused_note(connections, listing, CHAT, refused)
    return kept


async def people_keep(connections: Connections, listing: Listing, items: Sequence[Stated]) -> Tally:
    """Keeps a page of people: who they are, whatever chats they are in."""
    kept = Tally()
    listed: dict[str, tuple[PeopleListed, Stated]] = {}
    refused: list[Refused] = []
    for stated in items:
        kept.found += 1
        try:
            fact = person_listed(parse_attendee(stated), listing.asked_at)
        except PayloadError as refusal:
            kept.refused[f"unreadable: {refusal.code}"] += 1
            refused.append((stated, refusal))
            continue
        provider_id = fact.people[0].provider_id
        kept.found -= provider_id in listed
        listed.setdefault(provider_id, (fact, stated))
    async with connections.connection() as connection:
        held = await held_people(connection, listing.account, list(listed))
    news: list[Delivery] = []
    for provider_id, (fact, stated) in listed.items():
        before = held.get(provider_id)
        if before is not None and not _person_differs(fact, before):
            kept.known += 1
        else:
            kept.stored += before is None
            kept.changed += before is not None
            news.append(_delivery(listing, PERSON, stated, fact))
    await _fold(connections, news)
    await refused_note(connections, listing, PERSON, refused)
    return kept


def _chat_differs(fact: ChatDescribed, held: HeldChat) -> bool:
    said, state = fact.chat, fact.state
    return (
        not held.is_described
        or said.title not in ("", held.title)
        or state.archived not in (None, held.archived)
        or state.pinned not in (None, held.pinned)
        or state.muted_until != held.muted_until
        or state.read_only not in (None, held.read_only)
        or state.disabled_features != held.disabled_features
    )


def _person_differs(fact: PeopleListed, held: HeldPerson) -> bool:
    said = fact.people[0]
    if said.attendee_id and not held.attendee_id:
        return True
    return said.name not in ("", held.name) and said.name_rank >= held.name_rank


def _delivery(listing: Listing, event: str, stated: Stated, fact: Fact) -> Delivery:
    raw = answer_bytes(
        event, account=listing.account, asked_by=listing.asked_by, asked_at=listing.asked_at, answer=stated
    )
    received_at = dt.datetime.now(dt.UTC)
    return answer_delivery_read(
        raw, received_at, answer_reading(event, listing.account, raw, received_at, fact)
    )


async def _fold(connections: Connections, news: Sequence[Delivery]) -> None:
    for start in range(0, len(news), PART_MAX):
        part = news[start : start + PART_MAX]
        await news_announce(connections, part, await record(connections, part))
