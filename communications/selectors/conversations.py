"""Conversations with what their list entry shows."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from communications.errors import NotFound
from communications.schemas.documents import (
    Conversation,
    ConversationKind,
    Direction,
    HereOnly,
    HistoryHeld,
    LastMessage,
    MessageKind,
)
from communications.selectors.mentions import mentions_column, mentions_read
from communications.selectors.queries import rows, rows_planned_once
from communications.selectors.values import event_word, id_text, optional_id, optional_instant
from communications.status import Status

NAMED_MEMBERS: Final = 3
NAMED_OF_MANY: Final = 2
NAMELESS: Final[Mapping[ConversationKind, str]] = {
    "direct": "Unknown contact",
    "group": "Group",
    "channel": "Channel",
}


class ConversationRow(NamedTuple):
    id: int
    channel_id: int
    provider: str
    kind: ConversationKind
    title: str
    picture_url: str | None
    contact_id: int | None
    contact_name: str | None
    contact_phone: str | None
    contact_public_identifier: str | None
    member_names: list[str] | None
    member_count: int | None
    last_message_at: dt.datetime
    last_message_id: int | None
    last_message_direction: Direction
    last_message_kind: MessageKind
    last_message_event: str | None
    last_message_text: str
    last_message_mentions: str | None
    last_message_sender_name: str
    last_message_status: Status | None
    last_message_deleted_at: dt.datetime | None
    unread_count: int
    marked_unread: bool
    here_only: list[HereOnly]
    archived: bool
    pinned: bool
    muted_until: dt.datetime | None
    read_only: bool
    disabled_features: list[str]
    content_type: str
    whole_since: dt.datetime | None
    is_whole: bool
    history_revision: int
    version: str


# Merged into another, not met yet, or without a message to show: in no list and no feed.
CONVERSATION_IS_SHOWN: Final = (
    "NOT conversation.is_stub AND conversation.continues_id IS NULL "
    "AND conversation.last_message_at IS NOT NULL"
)

_MENTIONS: Final = mentions_column(
    "left(last_message.text, 300)",
    channel="conversation.channel_id",
    conversation="last_message.conversation_id",
)

_IS_NAMED_BY_MEMBERS: Final = "conversation.title = '' AND conversation.kind <> 'direct'"

_MEMBERS: Final = """
FROM communications_conversation AS part
JOIN communications_conversationattendee AS member ON member.conversation_id = part.id
JOIN communications_chatattendee AS attendee ON attendee.id = member.attendee_id
WHERE (part.id = conversation.id OR part.continues_id = conversation.id)
  AND member.state = 'in' AND NOT attendee.is_self
"""

# Of the last message only the beginning is shown.
CONVERSATION_ROWS: Final = f"""
SELECT conversation.id, conversation.channel_id, channel.provider, conversation.kind, conversation.title,
       '/api/v1/communications/pictures/' || picture.id || '/?file=' || picture.file_id AS picture_url,
       contact.id AS contact_id, person.name AS contact_name, person.phone AS contact_phone,
       person.public_identifier AS contact_public_identifier,
       CASE WHEN {_IS_NAMED_BY_MEMBERS} THEN ARRAY(
           SELECT coalesce(
               nullif(person.name, ''), '+' || nullif(person.phone, ''), nullif(person.public_identifier, ''))
           FROM (SELECT DISTINCT coalesce(attendee.same_as_id, attendee.id) AS root {_MEMBERS}) AS seen
           CROSS JOIN LATERAL landline_person(seen.root) AS person
           WHERE (person.name, person.phone, person.public_identifier) <> ('', '', '')
           ORDER BY seen.root LIMIT {NAMED_MEMBERS}
       ) END AS member_names,
       CASE WHEN {_IS_NAMED_BY_MEMBERS} THEN (
           SELECT count(DISTINCT coalesce(attendee.same_as_id, attendee.id)) {_MEMBERS}
       ) END AS member_count,
       conversation.last_message_at, last_message.id AS last_message_id,
       last_message.direction AS last_message_direction, last_message.kind AS last_message_kind,
       last_message.event_kind AS last_message_event,
       CASE WHEN last_message.deleted_at IS NULL
           THEN regexp_replace(left(last_message.text, 300), '\\{{\\{{[^{{}}]*$', '') ELSE '' END
           AS last_message_text,
       CASE WHEN last_message.deleted_at IS NULL THEN {_MENTIONS} END AS last_message_mentions,
       last_message.sender_name AS last_message_sender_name, last_message.status AS last_message_status,
       last_message.deleted_at AS last_message_deleted_at,
       conversation.unread_count, conversation.marked_unread, conversation.here_only, conversation.archived,
       conversation.pinned, conversation.muted_until,
       conversation.read_only <> 0 OR conversation.kind <> 'direct' AND EXISTS (
           SELECT FROM communications_conversation AS part
           JOIN communications_conversationattendee AS member ON member.conversation_id = part.id
           JOIN communications_chatattendee AS attendee ON attendee.id = member.attendee_id
           WHERE (part.id = conversation.id OR part.continues_id = conversation.id)
             AND member.told_at IS NOT NULL AND member.state = 'gone' AND attendee.is_self
       ) AS read_only, conversation.disabled_features, conversation.content_type,
       conversation.whole_since, conversation.is_whole, conversation.history_revision, conversation.version::text AS version
FROM communications_conversation AS conversation
JOIN communications_channel AS channel ON channel.id = conversation.channel_id
LEFT JOIN communications_chatattendee AS contact ON contact.id = conversation.contact_id
LEFT JOIN LATERAL landline_person(coalesce(contact.same_as_id, contact.id)) AS person ON contact.id IS NOT NULL
LEFT JOIN communications_picture AS picture
    ON picture.conversation_id = conversation.id AND picture.file_id IS NOT NULL
LEFT JOIN communications_message AS last_message ON last_message.id = conversation.last_message_id
"""  # noqa: S608 (constants of this package)

# Parameter: conversation ids.
CONVERSATIONS_BY_ID: Final = (
    f"{CONVERSATION_ROWS} WHERE conversation.id = ANY(%s::bigint[]) AND {CONVERSATION_IS_SHOWN}"
)


def conversation_document(row: Sequence[Any]) -> Conversation:
    held = ConversationRow._make(row)
    return Conversation(
        id=id_text(held.id),
        channel_id=id_text(held.channel_id),
        provider=held.provider,
        kind=held.kind,
        title=held.title or None,
        name=_name(held),
        picture_url=held.picture_url,
        contact_id=optional_id(held.contact_id),
        last_message_at=optional_instant(held.last_message_at),
        last_message=None if held.last_message_id is None else _last_message(held, held.last_message_id),
        unread_count=held.unread_count,
        marked_unread=held.marked_unread,
        here_only=tuple(held.here_only),
        archived=held.archived,
        pinned=held.pinned,
        muted_until=optional_instant(held.muted_until),
        read_only=held.read_only,
        disabled_features=tuple(held.disabled_features),
        content_type=held.content_type or None,
        history=HistoryHeld(since=optional_instant(held.whole_since), is_whole=held.is_whole),
        history_revision=held.history_revision,
        version=held.version,
    )


def conversation_by_id(conversation_id: int) -> Conversation:
    """Raises NotFound if it is not shown. Whether somebody may read it is for the caller to have asked."""
    found = rows_planned_once(CONVERSATIONS_BY_ID, [[conversation_id]])
    if not found:
        raise NotFound
    return conversation_document(found[0])


def conversation_names(conversation_ids: Iterable[int | None]) -> Mapping[int | None, str]:
    """What to call those of them that are shown."""
    asked = {one for one in conversation_ids if one is not None}
    found = rows(CONVERSATIONS_BY_ID, [sorted(asked)]) if asked else []
    return {held.id: _name(held) for held in map(ConversationRow._make, found)}


def _last_message(held: ConversationRow, message_id: int) -> LastMessage:
    return LastMessage(
        id=id_text(message_id),
        direction=held.last_message_direction,
        kind=held.last_message_kind,
        event=event_word(held.last_message_event or ""),
        text=held.last_message_text,
        mentions=mentions_read(held.last_message_mentions),
        sender_name=held.last_message_sender_name or None,
        status=held.last_message_status,
        deleted_at=optional_instant(held.last_message_deleted_at),
    )


def _name(held: ConversationRow) -> str:
    phone = f"+{held.contact_phone}" if held.contact_phone else ""
    return (
        held.title
        or held.contact_name
        or phone
        or held.contact_public_identifier
        or _names_of_members(held.member_names or (), held.member_count or 0)
        or NAMELESS[held.kind]
    )


def _names_of_members(names: Sequence[str], count: int) -> str:
    """``Ada, Grace and 3 more``; empty where no name is known."""
    named = names if count <= NAMED_MEMBERS else names[:NAMED_OF_MANY]
    if not named:
        return ""
    others = count - len(named)
    *first, last = [*named, f"{others:,} more"] if others else named
    return f"{', '.join(first)} and {last}" if first else last
