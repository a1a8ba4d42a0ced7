"""Pages of conversations and messages: by key, so that the thousandth costs what the first does."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec

from communications.errors import NotFound
from communications.schemas.documents import Attendee, Conversation, Document, Message
from communications.selectors.attendees import ATTENDEES_BY_ID, attendee_document
from communications.selectors.conversations import (
    CONVERSATION_IS_SHOWN,
    CONVERSATION_ROWS,
    ConversationRow,
    conversation_document,
)
from communications.selectors.messages import MESSAGE_IS_SHOWN, MESSAGE_ROWS, MessageRow, message_document
from communications.selectors.queries import rows_planned_once

_LAST_INSTANT: Final = dt.datetime.max.replace(tzinfo=dt.UTC)
_LAST_ID: Final = 2**63 - 1


class ConversationPosition(msgspec.Struct, frozen=True, array_like=True):
    """The key of the last conversation of a page; the next page holds smaller ones."""

    pinned: bool
    last_message_at: dt.datetime
    id: int


class MessagePosition(msgspec.Struct, frozen=True, array_like=True):
    """The key of the oldest message of a page, and the next page holds smaller ones; or, ``is_upward``, of the
    newest one, and the next page holds greater ones.
    """

    sent_at: dt.datetime
    received_at: dt.datetime
    id: int
    is_upward: bool = False


ABOVE_ALL_CONVERSATIONS: Final = ConversationPosition(True, _LAST_INSTANT, _LAST_ID)
ABOVE_ALL_MESSAGES: Final = MessagePosition(_LAST_INSTANT, _LAST_INSTANT, _LAST_ID)

Item = TypeVar("Item", bound=Document)
Position = TypeVar("Position", bound=msgspec.Struct)


class Page(NamedTuple, Generic[Item, Position]):
    """``next_position`` is ``None`` on the last page; ``attendees`` are those the items name."""

    items: tuple[Item, ...]
    attendees: tuple[Attendee, ...]
    next_position: Position | None


class Window(NamedTuple):
    """Messages around one; a position is ``None`` where nothing is left in its direction."""

    items: tuple[Message, ...]
    attendees: tuple[Attendee, ...]
    older_position: MessagePosition | None
    newer_position: MessagePosition | None


# Each channel yields one page from the index conversation_list; the first page of all is made of these. The number of rows is
# written into the statement: a plan that does not know it expects a tenth of all there are.
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
        LIMIT {{rows}}
    ) AS listed
    ORDER BY listed.pinned DESC, listed.last_message_at DESC, listed.id DESC
    LIMIT {{rows}}
) AS page ON page.id = conversation.id
ORDER BY conversation.pinned DESC, conversation.last_message_at DESC, conversation.id DESC
"""  # noqa: S608 (constants of this package)


# Each part of the conversation (itself, and those that continue it) yields one page from the index
# message_thread.
def _messages_beside(beyond: str, way: str) -> str:
    return f"""{MESSAGE_ROWS}
JOIN (
    SELECT listed.id
    FROM communications_conversation AS part
    CROSS JOIN LATERAL (
        SELECT message.id, message.sent_at, message.received_at
        FROM communications_message AS message
        WHERE message.conversation_id = part.id AND {MESSAGE_IS_SHOWN}
          AND (message.sent_at, message.received_at, message.id)
            {beyond} (%(sent_at)s::timestamptz, %(received_at)s::timestamptz, %(id)s::bigint)
        ORDER BY message.sent_at {way}, message.received_at {way}, message.id {way}
        LIMIT {{rows}}
    ) AS listed
    WHERE part.id = %(conversation_id)s OR part.continues_id = %(conversation_id)s
    ORDER BY listed.sent_at {way}, listed.received_at {way}, listed.id {way}
    LIMIT {{rows}}
) AS page ON page.id = message.id
ORDER BY message.sent_at DESC, message.received_at DESC, message.id DESC
"""  # noqa: S608 (constants of this package)


MESSAGE_PAGE: Final = _messages_beside("<", "DESC")
NEWER_MESSAGE_PAGE: Final = _messages_beside(">", "ASC")

# The place of a message that is shown in the conversation.
MESSAGE_PLACE: Final = f"""
SELECT message.sent_at, message.received_at, message.id
FROM communications_message AS message
JOIN communications_conversation AS part ON part.id = message.conversation_id
WHERE message.id = %(id)s AND {MESSAGE_IS_SHOWN}
  AND (part.id = %(conversation_id)s OR part.continues_id = %(conversation_id)s)
"""  # noqa: S608 (a constant of this package)


def of_rows(page: str, count: int) -> str:
    """The statement of a page that yields so many rows at most."""
    return page.replace("{rows}", str(count))


def conversation_page(
    channel_ids: Sequence[int], *, after: ConversationPosition, limit: int
) -> Page[Conversation, ConversationPosition]:
    """Conversations of these channels, pinned ones first, then the newest."""
    found = rows_planned_once(
        of_rows(CONVERSATION_PAGE, limit + 1),
        {
            "channel_ids": list(channel_ids),
            "pinned": after.pinned,
            "last_message_at": after.last_message_at,
            "id": after.id,
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
    """Messages of a conversation and of those that continue it, newest first, on one side of a position."""
    found = _message_rows(conversation_id, after, limit + 1)
    shown = (found[-limit:] if after.is_upward else found[:limit]) if len(found) > limit else found
    end = shown[0 if after.is_upward else -1] if len(found) > limit else None
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
        next_position=None if end is None else _message_position(end, is_upward=after.is_upward),
    )


def message_window(conversation_id: int, *, around: int, limit: int) -> Window:
    """Messages before and after one of them, newest first. Raises NotFound if it is not shown there."""
    found = rows_planned_once(MESSAGE_PLACE, {"id": around, "conversation_id": conversation_id})
    if not found:
        raise NotFound
    place = MessagePosition(*found[0])
    just_above = MessagePosition(place.sent_at, place.received_at, place.id + 1)
    upward = MessagePosition(place.sent_at, place.received_at, place.id, is_upward=True)
    newer = message_page(conversation_id, after=upward, limit=limit // 2)
    older = message_page(conversation_id, after=just_above, limit=limit - limit // 2)
    people = {person.id: person for person in (*newer.attendees, *older.attendees)}
    return Window(
        items=newer.items + older.items,
        attendees=tuple(people.values()),
        older_position=older.next_position,
        newer_position=newer.next_position,
    )


def _message_rows(conversation_id: int, after: MessagePosition, count: int) -> list[MessageRow]:
    found = rows_planned_once(
        of_rows(NEWER_MESSAGE_PAGE if after.is_upward else MESSAGE_PAGE, count),
        {
            "conversation_id": conversation_id,
            "sent_at": after.sent_at,
            "received_at": after.received_at,
            "id": after.id,
        },
    )
    return [MessageRow._make(row) for row in found]


def attendees_by_id(ids: Iterable[int | None]) -> tuple[Attendee, ...]:
    """Each attendee once, by id; ``None`` names nobody."""
    wanted = sorted({attendee_id for attendee_id in ids if attendee_id is not None})
    if not wanted:
        return ()
    found: list[tuple[Any, ...]] = rows_planned_once(f"{ATTENDEES_BY_ID} ORDER BY attendee.id", [wanted])
    return tuple(attendee_document(row) for row in found)


def _conversation_position(row: ConversationRow) -> ConversationPosition:
    return ConversationPosition(row.pinned, row.last_message_at, row.id)


def _message_position(row: MessageRow, *, is_upward: bool) -> MessagePosition:
    return MessagePosition(row.sent_at, row.received_at, row.id, is_upward)
