"""Adding an intent: a row that says what a person wants to happen at upstream, committed before anything leaves."""

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec
from django.db import connection

from communications.errors import IdempotencyConflict, NotFound
from communications.ingest.channels import LOCK
from communications.outbox.waking import outbox_wake_on_commit


class Place(NamedTuple):
    """Where something is wanted. ``conversation_id`` is ``None`` for what is wanted of the channel."""

    channel_id: int
    conversation_id: int | None


class Known(NamedTuple):
    """An intent that is there already. ``message_id`` is ``None`` once the message was discarded."""

    id: int
    message_id: int | None


_CHANNEL_OF: Final = """
SELECT channel.id, channel.external_account_id FROM communications_conversation AS conversation
JOIN communications_channel AS channel ON channel.id = conversation.channel_id WHERE conversation.id = %s
"""

_KNOWN: Final = """
SELECT id, message_id, content_hash FROM communications_intent WHERE author_id = %s AND client_id = %s
"""

_ADD: Final = """
INSERT INTO communications_intent (
    channel_id, conversation_id, message_id, author_id, client_id, content_hash, kind, payload)
VALUES (%(channel)s, %(conversation)s, %(message)s, %(author)s, %(client_id)s, %(content_hash)s, %(kind)s, %(payload)s)
ON CONFLICT (author_id, client_id) DO NOTHING RETURNING id
"""


def channel_lock(conversation_id: int) -> int:
    """Takes the lock of a conversation's channel for the present transaction; returns the channel.

    Raises NotFound where the conversation is gone.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CHANNEL_OF, [conversation_id])
        found = cursor.fetchone()
        if found is None:
            raise NotFound
        cursor.execute(LOCK, [found[1]])
        return int(found[0])


def content_hash(kind: str, asked: Mapping[str, object]) -> bytes:
    """The hash by which two requests with one key are the same: of what is wanted, and where, as the request names it."""
    return hashlib.sha256(msgspec.json.encode([kind, dict(asked)], order="deterministic")).digest()


def intent_known(author_id: int, client_id: uuid.UUID, hashed: bytes) -> Known | None:
    """What the same request made earlier. Raises IdempotencyConflict if the key stands for other content."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [author_id, client_id])
        row = cursor.fetchone()
    if row is None:
        return None
    if bytes(row[2]) != hashed:
        raise IdempotencyConflict
    return Known(row[0], row[1])


def intent_add(
    *,
    author_id: int,
    client_id: uuid.UUID,
    kind: str,
    place: Place,
    hashed: bytes,
    payload: Mapping[str, Any],
    message_id: int | None = None,
) -> int | None:
    """Adds an intent within the present transaction, which holds the channel's lock; the worker is woken by its commit.

    ``None`` where the key is taken: then the caller rolls back and asks ``intent_known``.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _ADD,
            {
                "channel": place.channel_id,
                "conversation": place.conversation_id,
                "message": message_id,
                "author": author_id,
                "client_id": client_id,
                "content_hash": hashed,
                "kind": kind,
                "payload": msgspec.json.encode(payload).decode(),
            },
        )
        row = cursor.fetchone()
    if row is None:
        return None
    outbox_wake_on_commit()
    return int(row[0])
