"""Intents that say how a conversation is to be at upstream: of each kind the newest counts, so no more than one waits."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db import connection

from communications.errors import IdempotencyConflict
from communications.outbox.intents import Place, intent_add

_SUPERSEDE: Final = """
UPDATE communications_intent SET state = 'cancelled', settled_at = now()
WHERE conversation_id = %s AND kind = %s AND state IN ('waiting', 'failed')
"""


def state_intent_add(
    author_id: int, client_id: UUID, kind: str, place: Place, *, hashed: bytes, payload: Mapping[str, Any]
) -> None:
    """In place of one that waits or has failed. Raises IdempotencyConflict where the key was taken meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(_SUPERSEDE, [place.conversation_id, kind])
    added = intent_add(
        author_id=author_id, client_id=client_id, kind=kind, place=place, hashed=hashed, payload=payload
    )
    if added is None:
        raise IdempotencyConflict
