"""Messages, each one document with its attachments and reactions."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec

from communications.errors import NotFound
from communications.schemas.documents import (
    Attachment,
    Change,
    Direction,
    FoundBy,
    Message,
    MessageKind,
    Origin,
    Quoted,
    Reaction,
    Sending,
)
from communications.selectors.mentions import mentions_column, mentions_read
from communications.selectors.queries import rows, rows_planned_once
from communications.selectors.values import (
    event_word,
    id_text,
    instant,
    instant_sql,
    optional_id,
    optional_instant,
)
from communications.status import Status


class MessageRow(NamedTuple):
    id: int
    channel_id: int
    conversation_id: int
    external_message_id: str | None
    client_id: str | None
    direction: Direction
    origin: Origin
    sender_id: int | None
    sender_name: str
    kind: MessageKind
    event_kind: str
    subject: str
    text: str
    mentions: str | None
    status: Status | None
    sent_at: dt.datetime
    received_at: dt.datetime
    found_by: FoundBy | None
    time_flagged: bool
    edited_at: dt.datetime | None
    deleted_at: dt.datetime | None
    is_forwarded: bool
    is_view_once: bool
    quoted_external_id: str
    quoted_sender_name: str
    quoted_text: str
    quoted_message_id: int | None
    attachments: str | None
    reactions: str | None
    author_id: int | None
    author_name: str | None
    sending: str | None
    changes: str | None
    version: str


MESSAGE_IS_SHOWN: Final = "NOT message.is_stub AND NOT message.is_hidden"

# Whoever reacts under two ids is one person.
REACTOR: Final = "coalesce(coalesce(reactor.same_as_id, reactor.id)::text, told.sender_provider_id)"

_MENTIONS: Final = mentions_column(
    "message.text", channel="message.channel_id", conversation="message.conversation_id"
)

# A name's letters that turn the direction of reading make one ending look like another, and are left out.
# What was deleted by its author leaves neither text nor parts. A quoted message is linked if it was stored
# before the answer: what comes later changes no row, so no reader would hear of a link made later. Its text
# is the answer's own copy until it is edited or deleted: then no reader holds the earlier one any longer.
MESSAGE_ROWS: Final = f"""
SELECT message.id, message.channel_id,
       coalesce(conversation.continues_id, conversation.id) AS conversation_id,
       message.external_message_id, message.client_id::text AS client_id, message.direction, message.origin,
       message.sender_id, message.sender_name, message.kind, message.event_kind,
       CASE WHEN message.deleted_at IS NULL THEN message.subject ELSE '' END AS subject,
       CASE WHEN message.deleted_at IS NULL THEN message.text ELSE '' END AS text,
       CASE WHEN message.deleted_at IS NULL THEN {_MENTIONS} END AS mentions,
       message.status, message.sent_at, message.received_at, nullif(message.found_by, '') AS found_by,
       message.time_flagged, message.edited_at, message.deleted_at, message.is_forwarded, message.is_view_once,
       CASE WHEN message.deleted_at IS NULL THEN message.quoted_external_id ELSE '' END AS quoted_external_id,
       CASE WHEN message.deleted_at IS NULL THEN message.quoted_sender_name ELSE '' END AS quoted_sender_name,
       CASE WHEN message.deleted_at IS NULL AND message.quoted_text <> '' THEN coalesce((
           SELECT CASE WHEN quoted.deleted_at IS NOT NULL THEN '' WHEN quoted.edited_at IS NOT NULL THEN quoted.text END
           FROM communications_message AS quoted
           WHERE quoted.channel_id = message.channel_id AND quoted.external_message_id = message.quoted_external_id
       ), (
           SELECT CASE WHEN quoted.deleted_at IS NOT NULL THEN '' WHEN quoted.edited_at IS NOT NULL THEN quoted.text END
           FROM communications_message AS quoted
           WHERE quoted.conversation_id = message.conversation_id AND quoted.provider_message_id <> ''
             AND quoted.provider_message_id = message.quoted_external_id
           ORDER BY quoted.id DESC LIMIT 1
       ), message.quoted_text) ELSE '' END AS quoted_text,
       CASE WHEN message.deleted_at IS NULL AND message.quoted_external_id <> '' THEN coalesce((
           SELECT quoted.id FROM communications_message AS quoted
           WHERE quoted.channel_id = message.channel_id
             AND quoted.external_message_id = message.quoted_external_id AND quoted.id < message.id
       ), (
           SELECT max(quoted.id) FROM communications_message AS quoted
           WHERE quoted.conversation_id = message.conversation_id AND quoted.provider_message_id <> ''
             AND quoted.provider_message_id = message.quoted_external_id AND quoted.id < message.id
       )) END AS quoted_message_id,
       CASE WHEN message.deleted_at IS NULL THEN (
           SELECT json_agg(json_build_object(
               'id', part.id::text, 'kind', part.kind,
               'name', nullif(translate(
                   part.name, U&'\\200E\\200F\\202A\\202B\\202C\\202D\\202E\\2066\\2067\\2068\\2069', ''), ''),
               'mime_type', coalesce(file.mime_type, nullif(part.mime_type, '')),
               'size_bytes', coalesce(file.size_bytes, part.size_bytes),
               'width', coalesce(file.width, part.width), 'height', coalesce(file.height, part.height),
               'duration_seconds', coalesce(file.duration_seconds, part.duration_seconds), 'state', part.state,
               'failure', CASE part.state WHEN 'unavailable' THEN nullif(part.failure, '') END,
               'url', '/api/v1/communications/media/' || CASE WHEN file.id IS NOT NULL THEN part.id END || '/',
               'thumbnail_url', '/api/v1/communications/media/'
                   || CASE WHEN file.thumbnail_size_bytes > 0 THEN part.id END || '/thumbnail/'
           ) ORDER BY part.position, part.id)::text
           FROM communications_attachment AS part
           LEFT JOIN communications_mediafile AS file ON file.id = part.file_id AND part.state = 'stored'
           WHERE part.message_id = message.id
       ) END AS attachments,
       CASE WHEN message.deleted_at IS NULL THEN (
           SELECT json_agg(json_build_object(
               'id', part.id::text, 'emoji', part.emoji, 'sender_id', part.sender_id::text,
               'sender_name', coalesce(nullif(sender.name, ''), nullif(part.sender_name, '')),
               'is_own', coalesce(sender.is_self, part.is_own)
           ) ORDER BY part.reacted_at, part.id)::text
           FROM (
               SELECT DISTINCT ON ({REACTOR}) told.*
               FROM communications_reaction AS told
               LEFT JOIN communications_chatattendee AS reactor ON reactor.id = told.sender_id
               WHERE told.message_id = message.id
               ORDER BY {REACTOR}, told.reacted_at DESC, told.event_key DESC
           ) AS part
           LEFT JOIN communications_chatattendee AS sender ON sender.id = part.sender_id
           WHERE part.emoji <> ''
       ) END AS reactions,
       message.author_id, coalesce(nullif(author.first_name, ''), author.username) AS author_name,
       CASE WHEN message.client_id IS NOT NULL THEN (
           SELECT json_build_object(
               'state', intent.state, 'reason_code', nullif(intent.reason_code, ''), 'reason', nullif(intent.reason, ''),
               'attempts', intent.attempts, 'attempted_at', {instant_sql("intent.attempted_at")},
               'retry_at', CASE intent.state WHEN 'waiting' THEN {instant_sql("intent.next_attempt_at")} END,
               'evidence', nullif(intent.evidence, ''), 'evidence_at', {instant_sql("intent.evidence_at")})::text
           FROM communications_intent AS intent
           WHERE intent.message_id = message.id AND intent.kind IN ('send', 'forward')
       ) END AS sending,
       (
           SELECT json_agg(json_build_object(
               'id', intent.id::text, 'client_id', intent.client_id::text, 'kind', intent.kind, 'state', intent.state,
               'emoji', intent.payload ->> 'emoji', 'text', intent.payload ->> 'text',
               'reason_code', nullif(intent.reason_code, ''), 'reason', nullif(intent.reason, ''),
               'author_id', intent.author_id::text, 'created_at', {instant_sql("intent.created_at")}) ORDER BY intent.id)::text
           FROM communications_intent AS intent
           WHERE intent.message_id = message.id AND intent.kind IN ('react', 'edit', 'delete')
             AND intent.state NOT IN ('done', 'cancelled')
       ) AS changes,
       message.version::text AS version
FROM communications_message AS message
JOIN communications_conversation AS conversation ON conversation.id = message.conversation_id
LEFT JOIN communications_user AS author ON author.id = message.author_id
"""  # noqa: S608 (constants of this package)

# Parameter: message ids.
MESSAGES_BY_ID: Final = f"{MESSAGE_ROWS} WHERE message.id = ANY(%s::bigint[]) AND {MESSAGE_IS_SHOWN}"

_attachments = msgspec.json.Decoder(tuple[Attachment, ...])
_reactions = msgspec.json.Decoder(tuple[Reaction, ...])
_sending = msgspec.json.Decoder(Sending)
_changes = msgspec.json.Decoder(tuple[Change, ...])


_IS_UNDER_WAY: Final = """
SELECT EXISTS (SELECT FROM communications_message WHERE id = %s AND status IN ('pending', 'sending'))
"""


def message_by_id(message_id: int) -> Message:
    """As it is committed. Raises NotFound for one that is not shown."""
    found = rows_planned_once(MESSAGES_BY_ID, [[message_id]])
    if not found:
        raise NotFound
    return message_document(found[0])


def message_is_under_way(message_id: int) -> bool:
    """Whether a message that was written here has neither left nor failed."""
    return bool(rows(_IS_UNDER_WAY, [message_id])[0][0])


def message_document(row: Sequence[Any]) -> Message:
    held = MessageRow._make(row)
    return Message(
        id=id_text(held.id),
        channel_id=id_text(held.channel_id),
        conversation_id=id_text(held.conversation_id),
        external_message_id=held.external_message_id,
        client_id=held.client_id,
        direction=held.direction,
        origin=held.origin,
        sender_id=optional_id(held.sender_id),
        sender_name=held.sender_name or None,
        kind=held.kind,
        event=event_word(held.event_kind),
        subject=held.subject or None,
        text=held.text,
        mentions=mentions_read(held.mentions),
        status=held.status,
        sent_at=instant(held.sent_at),
        received_at=instant(held.received_at),
        found_by=held.found_by,
        time_flagged=held.time_flagged,
        edited_at=optional_instant(held.edited_at),
        deleted_at=optional_instant(held.deleted_at),
        forwarded=held.is_forwarded,
        view_once=held.is_view_once,
        quoted=_quoted(held),
        attachments=() if held.attachments is None else _attachments.decode(held.attachments),
        reactions=() if held.reactions is None else _reactions.decode(held.reactions),
        author_id=optional_id(held.author_id),
        author_name=held.author_name,
        sending=None if held.sending is None else _sending.decode(held.sending),
        changes=() if held.changes is None else _changes.decode(held.changes),
        version=held.version,
    )


def _quoted(held: MessageRow) -> Quoted | None:
    if not (held.quoted_external_id or held.quoted_text or held.quoted_sender_name):
        return None
    return Quoted(
        external_message_id=held.quoted_external_id or None,
        sender_name=held.quoted_sender_name or None,
        text=held.quoted_text,
        message_id=optional_id(held.quoted_message_id),
    )
