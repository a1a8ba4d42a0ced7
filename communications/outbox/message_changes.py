"""Reacting to a message, editing it, deleting it: wanted here, done upstream, and shown as done until that is proven or refused.

A message that has not left yet is changed where it is: nobody has seen it.
"""

import uuid
from typing import Any, Final, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from communications.errors import IdempotencyConflict, InvalidInput, NotDecidable, NotFound
from communications.outbox.change_rules import ChangedMessage, ChangeKind, change_check
from communications.outbox.intents import Place, channel_lock, content_hash, intent_add, intent_known
from communications.outbox.messages import TEXT_MAX_CHARACTERS
from communications.outbox.waking import outbox_wake_on_commit
from communications.selectors.scope import readable_conversation
from unipile.payloads.text import clean_text, search_text

EMOJI_MAX_CHARACTERS: Final = 32

_MESSAGE: Final = """
SELECT message.id, channel.provider, message.direction, message.is_event, message.deleted_at IS NOT NULL,
       message.text <> '', message.external_message_id IS NOT NULL, message.sent_at, shown.disabled_features,
       coalesce(intent.state, ''), coalesce(intent.outcome, '')
FROM communications_message AS message
JOIN communications_channel AS channel ON channel.id = message.channel_id
JOIN communications_conversation AS part ON part.id = message.conversation_id
JOIN communications_conversation AS shown ON shown.id = coalesce(part.continues_id, part.id)
LEFT JOIN communications_intent AS intent ON intent.message_id = message.id AND intent.client_id = message.client_id
WHERE message.id = %s AND shown.id = %s AND NOT message.is_stub AND NOT message.is_hidden
"""

# Of each kind the newest counts; what is to be deleted needs nothing else.
_SUPERSEDE: Final = """
UPDATE communications_intent SET state = 'cancelled', settled_at = now()
WHERE message_id = %(message)s AND state IN ('waiting', 'failed')
  AND (kind = %(kind)s OR %(kind)s = 'delete' AND kind IN ('react', 'edit'))
"""

_REWRITE: Final = "UPDATE communications_message SET text = %s, search_text = %s WHERE id = %s"

_DONE: Final = "UPDATE communications_intent SET state = 'done', settled_at = now() WHERE id = %s"

_DISCARD: Final = """
SELECT landline_sent_discard(intent.id) FROM communications_intent AS intent
JOIN communications_message AS message ON message.id = intent.message_id AND message.client_id = intent.client_id
WHERE message.id = %s
"""

_OWN_NAME: Final = """
SELECT provider_id FROM communications_chatattendee WHERE channel_id = %s AND is_self ORDER BY id LIMIT 1
"""

_DROP: Final = """
UPDATE communications_intent AS intent SET state = 'cancelled', settled_at = now()
FROM communications_message AS message, communications_conversation AS part
WHERE intent.id = %(change)s AND intent.message_id = %(message)s AND intent.kind IN ('react', 'edit', 'delete')
  AND message.id = intent.message_id AND part.id = message.conversation_id AND %(conversation)s IN (part.id, part.continues_id)
  AND intent.state IN ('waiting', 'failed')
"""

_CHANGE_IS_THERE: Final = """
SELECT EXISTS (
    SELECT FROM communications_intent AS intent
    JOIN communications_message AS message ON message.id = intent.message_id
    JOIN communications_conversation AS part ON part.id = message.conversation_id
    WHERE intent.id = %(change)s AND message.id = %(message)s AND intent.kind IN ('react', 'edit', 'delete')
      AND intent.state NOT IN ('done', 'cancelled') AND %(conversation)s IN (part.id, part.continues_id))
"""


class WantedChange(NamedTuple):
    """``emoji`` of a reaction, empty to take it back; ``text`` of an edit."""

    client_id: uuid.UUID
    kind: ChangeKind
    emoji: str = ""
    text: str = ""

    @property
    def payload(self) -> dict[str, Any]:
        match self.kind:
            case "react":
                return {"emoji": self.emoji}
            case "edit":
                return {"text": self.text}
        return {}


def message_change(
    user_id: int, *, provider: str | None, conversation_id: int, message_id: int, wanted: WantedChange
) -> bool:
    """Wants a change, once for each key. ``False``: the message had not left, and is gone.

    Raises NotFound for a message that is not the person's to read, NotPossible or TooLate with words where it is sure to be
    refused, InvalidInput, IdempotencyConflict.
    """
    shown_id = readable_conversation(user_id, provider=provider, conversation_id=conversation_id)
    wanted = _checked(wanted._replace(text=clean_text(wanted.text)))
    hashed = content_hash(wanted.kind, {"message": message_id, **wanted.payload})
    with transaction.atomic(), connection.cursor() as cursor:
        place = Place(channel_lock(shown_id), shown_id)
        known = intent_known(user_id, wanted.client_id, hashed)
        if known is not None:
            return known.message_id is not None
        cursor.execute(_MESSAGE, [message_id, shown_id])
        row = cursor.fetchone()
        if row is None:
            raise NotFound
        message = ChangedMessage._make(row)
        change_check(message, wanted.kind, timezone.now())
        cursor.execute(_SUPERSEDE, {"message": message_id, "kind": wanted.kind})
        added = intent_add(
            author_id=user_id,
            client_id=wanted.client_id,
            kind=wanted.kind,
            place=place,
            hashed=hashed,
            payload=wanted.payload | _own_name(place, wanted),
            message_id=message_id,
        )
        if added is None:
            raise IdempotencyConflict
        return message.has_left or _change_in_place(message_id, added, wanted)


def change_drop(
    user_id: int, *, provider: str | None, conversation_id: int, message_id: int, change_id: int
) -> None:
    """Takes back what waits or has failed. Raises NotFound, and NotDecidable for what is on its way."""
    shown_id = readable_conversation(user_id, provider=provider, conversation_id=conversation_id)
    asked = {"change": change_id, "message": message_id, "conversation": shown_id}
    with transaction.atomic(), connection.cursor() as cursor:
        channel_lock(shown_id)
        cursor.execute(_DROP, asked)
        if cursor.rowcount:
            outbox_wake_on_commit()
            return
        cursor.execute(_CHANGE_IS_THERE, asked)
        if cursor.fetchone() == (True,):
            raise NotDecidable("The change is on its way already")
        raise NotFound


def _checked(wanted: WantedChange) -> WantedChange:
    if wanted.kind == "edit":
        if not wanted.text.strip():
            raise InvalidInput("text: a message needs a text; delete it instead")
        if len(wanted.text) > TEXT_MAX_CHARACTERS:
            raise InvalidInput(
                f"text: {len(wanted.text):,} characters, and {TEXT_MAX_CHARACTERS:,} can be sent"
            )
    return wanted


def _own_name(place: Place, wanted: WantedChange) -> dict[str, str]:
    """The name by which the account reacts: a reaction that was taken back no longer says whose it was."""
    if wanted.kind != "react":
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_OWN_NAME, [place.channel_id])
        row = cursor.fetchone()
    return {} if row is None else {"own_id": row[0]}


def _change_in_place(message_id: int, change_id: int, wanted: WantedChange) -> bool:
    """Of a message that has not left: a reaction waits behind it, an edit and a deletion are done here."""
    with connection.cursor() as cursor:
        if wanted.kind == "delete":
            cursor.execute(_DISCARD, [message_id])
            return False
        if wanted.kind == "edit":
            cursor.execute(_REWRITE, [wanted.text, search_text(wanted.text), message_id])
            cursor.execute(_DONE, [change_id])
    return True
