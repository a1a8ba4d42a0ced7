"""Telling upstream that messages were read: only as the people of the channel have said."""

from typing import Final, Literal

from django.db import connection

from communications.outbox.intents import Place, content_hash
from communications.outbox.state_intents import state_intent_add
from communications.schemas.identifiers import uuid7

Occasion = Literal["open", "answer"]

_POLICY: Final = "SELECT read_receipts FROM communications_channel WHERE id = %s"

_HAS_UNREAD: Final = "SELECT unread_count > 0 FROM communications_conversation WHERE id = %s"


def read_receipt_is_due(place: Place, occasion: Occasion) -> bool:
    """To be asked within a transaction that holds the channel's lock, before the read marker moves."""
    with connection.cursor() as cursor:
        cursor.execute(_POLICY, [place.channel_id])
        policy = cursor.fetchone()[0]
        if policy == "never" or (policy == "on_answer" and occasion == "open"):
            return False
        cursor.execute(_HAS_UNREAD, [place.conversation_id])
        return bool(cursor.fetchone()[0])


def is_unread(place: Place) -> bool:
    """Upstream knows no part of a conversation that is read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unread_count > 0 FROM communications_conversation WHERE id = %s", [place.conversation_id]
        )
        return bool(cursor.fetchone()[0])


def read_receipt_add(user_id: int, place: Place) -> None:
    """Within the same transaction."""
    state_intent_add(
        user_id, uuid7(), "read", place, hashed=content_hash("read", {"value": True}), payload={"value": True}
    )
