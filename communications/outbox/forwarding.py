"""Forwarding: the provider's own where it has one, else a new message with the same content."""

import uuid
from typing import Final, NamedTuple

from django.db import connection, transaction

from communications.errors import IdempotencyConflict, NotFound, NotPossible
from communications.outbox.intents import Place, channel_lock, content_hash, intent_known
from communications.outbox.messages import WantedMessage, WrittenMessage, message_write
from communications.selectors.scope import readable_conversation
from unipile.payloads.providers import WHATSAPP

FORWARDING_PROVIDERS: Final = frozenset({WHATSAPP})

_SOURCE: Final = """
SELECT message.text, message.kind, message.is_event OR message.is_view_once, message.deleted_at IS NOT NULL,
       coalesce(message.external_message_id, ''), message.channel_id, channel.provider, EXISTS (
           SELECT FROM communications_attachment AS part WHERE part.message_id = message.id),
       EXISTS (
           SELECT FROM communications_attachment AS part WHERE part.message_id = message.id AND part.state <> 'stored')
FROM communications_message AS message
JOIN communications_channel AS channel ON channel.id = message.channel_id
JOIN communications_conversation AS part ON part.id = message.conversation_id
WHERE message.id = %s AND %s IN (part.id, part.continues_id) AND NOT message.is_stub AND NOT message.is_hidden
"""

_LIKE_THE_SOURCE: Final = "UPDATE communications_message SET kind = %s, is_forwarded = %s WHERE id = %s"

# Files that are not stored here are upstream's to forward.
_COPY_FILES: Final = """
INSERT INTO communications_attachment (
    channel_id, message_id, external_attachment_id, position, kind, name, mime_type, size_bytes, width, height,
    duration_seconds, state, file_id)
SELECT target.channel_id, target.id, 'upload:forward-' || part.id, part.position, part.kind, part.name, part.mime_type,
       part.size_bytes, part.width, part.height, part.duration_seconds,
       CASE part.state WHEN 'stored' THEN 'stored' ELSE 'unavailable' END, CASE part.state WHEN 'stored' THEN part.file_id END
FROM communications_attachment AS part, communications_message AS target
WHERE part.message_id = %s AND target.id = %s
ORDER BY part.position, part.id
"""

_BY_UPSTREAM: Final = """
UPDATE communications_intent AS intent SET kind = 'forward', payload = jsonb_build_object('source', %s::text)
FROM communications_message AS message
WHERE message.id = %s AND intent.message_id = message.id AND intent.client_id = message.client_id
"""


class _Source(NamedTuple):
    text: str
    kind: str
    is_bound: bool
    is_deleted: bool
    external_id: str
    channel_id: int
    provider: str
    has_files: bool
    lacks_files: bool


def message_forward(
    user_id: int,
    *,
    provider: str | None,
    conversation_id: int,
    message_id: int,
    client_id: uuid.UUID,
    target_id: int,
) -> WrittenMessage:
    """Writes the new message in the target conversation, which may be of another channel of the person's.

    Raises NotFound for what is not the person's to read, NotPossible with words, IdempotencyConflict, and as ``message_write``.
    """
    shown_id = readable_conversation(user_id, provider=provider, conversation_id=conversation_id)
    target_shown_id = readable_conversation(user_id, provider=None, conversation_id=target_id)
    hashed = content_hash("forward", {"message": message_id, "to": target_id})
    with transaction.atomic(), connection.cursor() as cursor:
        place = Place(channel_lock(target_shown_id), target_shown_id)
        known = intent_known(user_id, client_id, hashed)
        if known is not None:
            if known.message_id is None:
                raise IdempotencyConflict("The message of that key was discarded")
            return WrittenMessage(known.message_id, is_new=False)
        cursor.execute(_SOURCE, [message_id, shown_id])
        row = cursor.fetchone()
        if row is None:
            raise NotFound
        source = _Source._make(row)
        is_by_upstream = _is_by_upstream(source, place)
        _check(source, is_by_upstream=is_by_upstream)
        written = message_write(user_id, place, WantedMessage(client_id, source.text), hashed)
        if written is None:
            raise IdempotencyConflict
        cursor.execute(_LIKE_THE_SOURCE, [source.kind, is_by_upstream, written.message_id])
        cursor.execute(_COPY_FILES, [message_id, written.message_id])
        if is_by_upstream:
            cursor.execute(_BY_UPSTREAM, [source.external_id, written.message_id])
    return written


def _is_by_upstream(source: _Source, place: Place) -> bool:
    """Within one account, of a message that upstream knows."""
    is_known_there = source.channel_id == place.channel_id and source.external_id != ""
    return is_known_there and source.provider in FORWARDING_PROVIDERS


def _check(source: _Source, *, is_by_upstream: bool) -> None:
    if source.is_deleted:
        raise NotPossible("The message was deleted")
    if source.is_bound:
        raise NotPossible(
            "Lines that tell of an event, and messages that may be seen only once, cannot be forwarded"
        )
    if is_by_upstream:
        return
    if source.lacks_files:
        raise NotPossible("A file of the message is not stored here: fetch it first")
    if not source.text.strip() and not source.has_files:
        raise NotPossible("The message holds nothing that could be sent")
