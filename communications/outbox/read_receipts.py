"""Telling upstream that messages were read: only as the people of the channel have said."""

from typing import Final, Literal

from django.db import connection

from communications.outbox.intents import Place, content_hash
from communications.outbox.state_intents import state_intent_add
from communications.schemas.identifiers import uuid7

Occasion = Literal["open", "answer"]

_IS_DUE: Final = """
SELECT conversation.unread_count > 0 AND channel.read_receipts = ANY(%s)
FROM communications_conversation AS conversation
JOIN communications_channel AS channel ON channel.id = conversation.channel_id
WHERE conversation.id = %s
"""

# By the policy of the channel.
_TELLS: Final[dict[Occasion, list[str]]] = {"open": ["on_open"], "answer": ["on_open", "on_answer"]}


def read_receipt_is_due(place: Place, occasion: Occasion) -> bool:
    """To be asked within a transaction that holds the channel's lock, before the read marker moves."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_DUE, [_TELLS[occasion], place.conversation_id])
        return bool(cursor.fetchone()[0])


def is_unread(place: Place) -> bool:
    """Whether there is anything unread. Upstream cannot be told that a conversation is read in part only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unread_count > 0 FROM communications_conversation WHERE id = %s", [place.conversation_id]
        )
        return bool(cursor.fetchone()[0])


def read_receipt_add(user_id: int, place: Place) -> None:
    """Adds the receipt within the transaction that moves the read marker."""
    state_intent_add(
        user_id, uuid7(), "read", place, hashed=content_hash("read", {"value": True}), payload={"value": True}
    )
