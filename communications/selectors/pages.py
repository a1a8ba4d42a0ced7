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
def _listed_beside(beyond: str, way: str, *, place: str, rows: str) -> str:
    return f"""
    SELECT listed.id
    FROM communications_conversation AS part
    CROSS JOIN LATERAL (
        SELECT message.id, message.sent_at, message.received_at
        FROM communications_message AS message
        WHERE message.conversation_id = part.id AND {MESSAGE_IS_SHOWN}
          AND (message.sent_at, message.received_at, message.id) {beyond} ({place})
        ORDER BY message.sent_at {way}, message.received_at {way}, message.id {way}
        LIMIT {rows}
    ) AS listed
    WHERE part.id = %(conversation_id)s OR part.continues_id = %(conversation_id)s
    ORDER BY listed.sent_at {way}, listed.received_at {way}, listed.id {way}
    LIMIT {rows}
"""  # noqa: S608 (constants of this package)


def _messages_listed(listed: str) -> str:
    return f"""{MESSAGE_ROWS}
JOIN ({listed}) AS page ON page.id = message.id
ORDER BY message.sent_at DESC, message.received_at DESC, message.id DESC
"""


_GIVEN: Final = "%(sent_at)s::timestamptz, %(received_at)s::timestamptz, %(id)s::bigint"
MESSAGE_PAGE: Final = _messages_listed(_listed_beside("<", "DESC", place=_GIVEN, rows="{rows}"))
NEWER_MESSAGE_PAGE: Final = _messages_listed(_listed_beside(">", "ASC", place=_GIVEN, rows="{rows}"))

# From a message that is shown in the conversation, both ways; nothing where it is not.
_OF_TARGET: Final = "target.sent_at, target.received_at, target.id"
MESSAGE_WINDOW: Final = _messages_listed(f"""
    SELECT listed.id
    FROM (
        SELECT message.sent_at, message.received_at, message.id
        FROM communications_message AS message
        JOIN communications_conversation AS part ON part.id = message.conversation_id
        WHERE message.id = %(around)s AND {MESSAGE_IS_SHOWN}
          AND (part.id = %(conversation_id)s OR part.continues_id = %(conversation_id)s)
    ) AS target
    CROSS JOIN LATERAL (
        ({_listed_beside("<=", "DESC", place=_OF_TARGET, rows="{older}")})
        UNION ALL
        ({_listed_beside(">", "ASC", place=_OF_TARGET, rows="{newer}")})
    ) AS listed
""")  # noqa: S608 (constants of this package)


def of_rows(page: str, count: int) -> str:
    """The statement of a page that yields so many rows at most."""
    return page.replace("{rows}", str(count))


def window_of_rows(older: int, newer: int) -> str:
    """The statement that yields a message with the ``older - 1`` before it and the ``newer`` after it at most."""
    return MESSAGE_WINDOW.replace("{older}", str(older)).replace("{newer}", str(newer))


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
    return Page(
        items=items,
        attendees=_named_by(shown, items),
        next_position=None if end is None else _message_position(end, is_upward=after.is_upward),
    )


def message_window(conversation_id: int, *, around: int, limit: int) -> Window:
    """Messages before and after one of them, newest first. Raises NotFound if it is not shown there."""
    newer_limit = limit // 2
    older_limit = limit - newer_limit
    window = window_of_rows(older_limit + 1, newer_limit + 1)
    asked = {"conversation_id": conversation_id, "around": around}
    found = [MessageRow._make(row) for row in rows_planned_once(window, asked)]
    place = next((number for number, row in enumerate(found) if row.id == around), None)
    if place is None:
        raise NotFound
    shown = found[max(0, place - newer_limit) : place + older_limit]
    items = tuple(message_document(row) for row in shown)
    is_more_above, is_more_below = place > newer_limit, len(found) - place > older_limit
    return Window(
        items=items,
        attendees=_named_by(shown, items),
        older_position=_message_position(shown[-1], is_upward=False) if is_more_below else None,
        newer_position=_message_position(shown[0], is_upward=True) if is_more_above else None,
    )


def _named_by(shown: Sequence[MessageRow], items: Sequence[Message]) -> tuple[Attendee, ...]:
    named: list[int | None] = [row.sender_id for row in shown]
    named += [int(reaction.sender_id) for item in items for reaction in item.reactions if reaction.sender_id]
    named += [int(mention.attendee_id) for item in items for mention in item.mentions if mention.attendee_id]
    return attendees_by_id(named)


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
