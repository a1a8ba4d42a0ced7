"""A message is a row before anything leaves: written here, shown at once, sent by the worker."""

import uuid
from typing import Any, Final, NamedTuple

from django.db import connection, transaction

from communications.errors import IdempotencyConflict, InvalidInput, NotPermitted
from communications.outbox.intents import Place, channel_lock, content_hash, intent_add, intent_known
from communications.outbox.read_receipts import is_unread, read_receipt_add, read_receipt_is_due
from communications.outbox.uploads import uploads_attach
from communications.selectors.queries import rows
from communications.selectors.scope import readable_conversation
from unipile.payloads.text import clean_text, search_text

KIND: Final = "send"
TEXT_MAX_CHARACTERS: Final = 65_536


class WantedMessage(NamedTuple):
    """``is_voice``: the one upload is a voice note. ``seen_message_id``: the newest that its writer can know."""

    client_id: uuid.UUID
    text: str = ""
    quoted_message_id: int | None = None
    upload_ids: tuple[int, ...] = ()
    is_voice: bool = False
    seen_message_id: int | None = None

    def asked(self, conversation_id: int) -> dict[str, object]:
        return {
            "conversation": conversation_id,
            "text": self.text,
            "quoted": self.quoted_message_id,
            "uploads": self.upload_ids,
            "voice": self.is_voice,
        }


class WrittenMessage(NamedTuple):
    """``is_new`` is false where the same request had written it before."""

    message_id: int
    is_new: bool


_IS_READ_ONLY: Final = "SELECT read_only <> 0 FROM communications_conversation WHERE id = %s"

_QUOTED: Final = """
SELECT coalesce(message.external_message_id, ''), CASE WHEN message.deleted_at IS NULL THEN message.text ELSE '' END,
       CASE message.direction WHEN 'outbound' THEN '' ELSE message.sender_name END
FROM communications_message AS message
JOIN communications_conversation AS part ON part.id = message.conversation_id
WHERE message.id = %s AND %s IN (part.id, part.continues_id) AND NOT message.is_stub AND NOT message.is_hidden
"""

# Our clock until the provider's is known; never before what stands above it.
_WRITE: Final = """
INSERT INTO communications_message (
    channel_id, conversation_id, author_id, client_id, direction, direction_told, origin, sender_id, kind, text, search_text,
    status, sent_at, received_at, quoted_external_id, quoted_text, quoted_sender_name)
SELECT conversation.channel_id, conversation.id, %(author)s, %(client_id)s, 'outbound', true, 'us', (
           SELECT id FROM communications_chatattendee
           WHERE channel_id = conversation.channel_id AND is_self ORDER BY id LIMIT 1
       ), 'text', %(text)s, %(search_text)s, 'pending',
       greatest(clock_timestamp(), conversation.last_message_at + interval '1 millisecond'), clock_timestamp(),
       %(quoted_id)s, %(quoted_text)s, %(quoted_sender)s
FROM communications_conversation AS conversation WHERE conversation.id = %(conversation)s AND conversation.read_only = 0
ON CONFLICT (author_id, client_id) WHERE client_id IS NOT NULL DO NOTHING
RETURNING id
"""

_CALL_IT: Final = "UPDATE communications_message SET kind = %s WHERE id = %s"

# Whoever answers has read what stands above; whoever answered while offline has read what stood above then.
_MARK_READ: Final = """
UPDATE communications_conversation AS conversation
SET marked_unread = false,
    marked_read_at = coalesce(last.sent_at, conversation.marked_read_at),
    marked_read_id = coalesce(last.id, conversation.marked_read_id)
FROM communications_conversation AS held
LEFT JOIN communications_message AS last
    ON last.id = coalesce(%(seen)s, held.last_message_id) AND last.channel_id = held.channel_id
    AND (held.read_through_at IS NULL OR (last.sent_at, last.id) > (held.read_through_at, held.read_through_id))
WHERE held.id = %(conversation)s AND conversation.id = held.id
"""

_RECOUNT: Final = "SELECT landline_conversations_recount(ARRAY[%s::bigint])"


def message_send(
    user_id: int, *, provider: str | None, conversation_id: int, wanted: WantedMessage
) -> WrittenMessage:
    """Writes a message to be sent, once for each key of its author.

    Raises NotFound if the person may not read the conversation, NotPermitted where nobody can write, InvalidInput or TooLarge for
    a message that cannot be sent, IdempotencyConflict for a key that stands for other content or for a discarded message.
    """
    shown_id = readable_conversation(user_id, provider=provider, conversation_id=conversation_id)
    wanted = wanted._replace(text=clean_text(wanted.text))
    message_check(wanted)
    hashed = content_hash(KIND, wanted.asked(conversation_id))
    with transaction.atomic():
        place = Place(channel_lock(shown_id), shown_id)
        written = _known(user_id, wanted, hashed) or message_write(user_id, place, wanted, hashed)
    return written or _raced(user_id, wanted, hashed)


def message_write(
    user_id: int, place: Place, wanted: WantedMessage, hashed: bytes, *, payload: dict[str, Any] | None = None
) -> WrittenMessage | None:
    """The row and its intent, within the present transaction, which holds the channel's lock.

    ``None`` where another request has just taken the key. Raises as ``message_send`` does.
    """
    quoted_id, quoted_text, quoted_sender = _quoted(place, wanted.quoted_message_id)
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            {
                "author": user_id,
                "client_id": wanted.client_id,
                "conversation": place.conversation_id,
                "text": wanted.text,
                "search_text": search_text(wanted.text),
                "quoted_id": quoted_id,
                "quoted_text": quoted_text,
                "quoted_sender": quoted_sender,
            },
        )
        row = cursor.fetchone()
        if row is None:
            cursor.execute(_IS_READ_ONLY, [place.conversation_id])
            if cursor.fetchone() == (True,):
                raise NotPermitted("Nobody can write in this conversation")
            return None
        message_id = int(row[0])
        if wanted.upload_ids:
            kind = uploads_attach(cursor, user_id, message_id, wanted.upload_ids, voice=wanted.is_voice)
            cursor.execute(_CALL_IT, [kind, message_id])
        is_receipt_due = read_receipt_is_due(place, "answer")
        cursor.execute(_MARK_READ, {"conversation": place.conversation_id, "seen": wanted.seen_message_id})
        cursor.execute(_RECOUNT, [place.conversation_id])
    asked = dict(payload or {})
    if wanted.quoted_message_id is not None:
        asked["quoted_message_id"] = wanted.quoted_message_id
    intent_id = intent_add(
        author_id=user_id,
        client_id=wanted.client_id,
        kind=KIND,
        place=place,
        hashed=hashed,
        payload=asked,
        message_id=message_id,
    )
    if intent_id is None:
        raise IdempotencyConflict
    if is_receipt_due and not is_unread(place):
        read_receipt_add(user_id, place)
    return WrittenMessage(message_id, is_new=True)


def message_check(wanted: WantedMessage) -> None:
    """Raises InvalidInput for what no provider takes."""
    if not wanted.text.strip() and not wanted.upload_ids:
        raise InvalidInput("text: a message needs a text or a file")
    if len(wanted.text) > TEXT_MAX_CHARACTERS:
        raise InvalidInput(f"text: {len(wanted.text):,} characters, and {TEXT_MAX_CHARACTERS:,} can be sent")
    if wanted.is_voice and not wanted.upload_ids:
        raise InvalidInput("voice: a voice message is one file, a recording")


def _known(user_id: int, wanted: WantedMessage, hashed: bytes) -> WrittenMessage | None:
    known = intent_known(user_id, wanted.client_id, hashed)
    if known is None:
        return None
    if known.message_id is None:
        raise IdempotencyConflict("The message of that key was discarded")
    return WrittenMessage(known.message_id, is_new=False)


def _raced(user_id: int, wanted: WantedMessage, hashed: bytes) -> WrittenMessage:
    """The same key came twice at once, for two channels: what won is committed now."""
    known = _known(user_id, wanted, hashed)
    if known is None:
        raise IdempotencyConflict
    return known


def _quoted(place: Place, message_id: int | None) -> tuple[str, str, str]:
    if message_id is None:
        return "", "", ""
    found = rows(_QUOTED, [message_id, place.conversation_id])
    if not found:
        raise InvalidInput("quoted_message_id: no message of this conversation")
    quoted_id, text, sender = found[0]
    return quoted_id, text, sender
