"""Pages of conversations and messages: by key, so that the thousandth costs what the first does."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec

from communications.schemas.documents import Attendee, Conversation, Document, Message
from communications.selectors.attendees import ATTENDEES_BY_ID, attendee_document
from communications.selectors.conversations import (
    CONVERSATION_IS_SHOWN,
    CONVERSATION_ROWS,
    ConversationRow,
    conversation_document,
)
from communications.selectors.messages import MESSAGE_IS_SHOWN, MESSAGE_ROWS, MessageRow, message_document
from communications.selectors.queries import rows

_LAST_INSTANT: Final = dt.datetime.max.replace(tzinfo=dt.UTC)
_LAST_ID: Final = 2**63 - 1


class ConversationPosition(msgspec.Struct, frozen=True, array_like=True):
    """The key of the last conversation of a page; the next page holds smaller ones."""

    pinned: bool
    last_message_at: dt.datetime
    id: int


class MessagePosition(msgspec.Struct, frozen=True, array_like=True):
    """The key of the oldest message of a page; the next page holds smaller ones."""

    sent_at: dt.datetime
    received_at: dt.datetime
    id: int


ABOVE_ALL_CONVERSATIONS: Final = ConversationPosition(True, _LAST_INSTANT, _LAST_ID)
ABOVE_ALL_MESSAGES: Final = MessagePosition(_LAST_INSTANT, _LAST_INSTANT, _LAST_ID)

Item = TypeVar("Item", bound=Document)
Position = TypeVar("Position", bound=msgspec.Struct)


class Page(NamedTuple, Generic[Item, Position]):
    """``next_position`` is ``None`` on the last page; ``attendees`` are those the items name."""

    items: tuple[Item, ...]
    attendees: tuple[Attendee, ...]
    next_position: Position | None


# Each channel yields one page from the index conversation_list; the first page of all is made of these.
CONVERSATION_PAGE: Final = f"""{CONVERSATION_ROWS}
JOIN (
    SELECT listed.id
    FROM unnest(%(channel_ids)s::bigint[]) AS reader (channel_id)
    CROSS JOIN LATERAL (
        SELECT conversation.id, conversation.pinned, conversation.last_message_at
        FROM communications_conversation AS conversation
        WHERE conversation.channel_id = reader.channel_id AND {CONVERSATION_IS_SHOWN}
          AND (conversation.pinned, conversation.last_message_at, conversation.id)
            < (%(pinned)s, %(last_message_at)s::timestamptz, %(id)s::bigint)
        ORDER BY conversation.pinned DESC, conversation.last_message_at DESC, conversation.id DESC
        LIMIT %(rows)s
    ) AS listed
    ORDER BY listed.pinned DESC, listed.last_message_at DESC, listed.id DESC
    LIMIT %(rows)s
) AS page ON page.id = conversation.id
ORDER BY conversation.pinned DESC, conversation.last_message_at DESC, conversation.id DESC
"""  # noqa: S608 (constants of this package)

# Each part of the conversation (itself, and those that continue it) yields one page from the index
# message_thread.
MESSAGE_PAGE: Final = f"""{MESSAGE_ROWS}
JOIN (
    SELECT listed.id
    FROM communications_conversation AS part
    CROSS JOIN LATERAL (
        SELECT message.id, message.sent_at, message.received_at
        FROM communications_message AS message
        WHERE message.conversation_id = part.id AND {MESSAGE_IS_SHOWN}
          AND (message.sent_at, message.received_at, message.id)
            < (%(sent_at)s::timestamptz, %(received_at)s::timestamptz, %(id)s::bigint)
        ORDER BY message.sent_at DESC, message.received_at DESC, message.id DESC
        LIMIT %(rows)s
    ) AS listed
    WHERE part.id = %(conversation_id)s OR part.continues_id = %(conversation_id)s
    ORDER BY listed.sent_at DESC, listed.received_at DESC, listed.id DESC
    LIMIT %(rows)s
) AS page ON page.id = message.id
ORDER BY message.sent_at DESC, message.received_at DESC, message.id DESC
"""  # noqa: S608 (constants of this package)


def conversation_page(
    channel_ids: Sequence[int], *, after: ConversationPosition, limit: int
) -> Page[Conversation, ConversationPosition]:
    """Conversations of these channels, pinned ones first, then the newest."""
    found = rows(
        CONVERSATION_PAGE,
        {
            "channel_ids": list(channel_ids),
            "pinned": after.pinned,
            "last_message_at": after.last_message_at,
            "id": after.id,
            "rows": limit + 1,
        },
    )
    shown = [ConversationRow._make(row) for row in found[:limit]]
    return Page(
        items=tuple(conversation_document(row) for row in shown),
        attendees=attendees_by_id(row.contact_id for row in shown),
        next_position=_conversation_position(shown[-1]) if len(found) > limit else None,
    )


def message_page(
    conversation_id: int, *, after: MessagePosition, limit: int
) -> Page[Message, MessagePosition]:
    """Messages of a conversation and of those that continue it, newest first."""
    found = rows(
        MESSAGE_PAGE,
        {
            "conversation_id": conversation_id,
            "sent_at": after.sent_at,
            "received_at": after.received_at,
            "id": after.id,
            "rows": limit + 1,
        },
    )
    shown = [MessageRow._make(row) for row in found[:limit]]
    items = tuple(message_document(row) for row in shown)
    senders: list[int | None] = [row.sender_id for row in shown]
    senders += [
        int(reaction.sender_id) for item in items for reaction in item.reactions if reaction.sender_id
    ]
    senders += [
        int(mention.attendee_id) for item in items for mention in item.mentions if mention.attendee_id
    ]
    return Page(
        items=items,
        attendees=attendees_by_id(senders),
        next_position=_message_position(shown[-1]) if len(found) > limit else None,
    )


def attendees_by_id(ids: Iterable[int | None]) -> tuple[Attendee, ...]:
    """Each attendee once, by id; ``None`` names nobody."""
    wanted = sorted({attendee_id for attendee_id in ids if attendee_id is not None})
    if not wanted:
        return ()
    found: list[tuple[Any, ...]] = rows(f"{ATTENDEES_BY_ID} ORDER BY attendee.id", [wanted])
    return tuple(attendee_document(row) for row in found)


def _conversation_position(row: ConversationRow) -> ConversationPosition:
    return ConversationPosition(row.pinned, row.last_message_at, row.id)


def _message_position(row: MessageRow) -> MessagePosition:
    return MessagePosition(row.sent_at, row.received_at, row.id)
