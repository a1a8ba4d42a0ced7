"""Rows of the ledger as documents. Whether somebody may see them is for the caller to have asked."""

import datetime as dt
import uuid
from base64 import b64encode
from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

import msgspec

from communications.errors import BodyRemoved, NotFound
from communications.schemas.ledger import (
    Delivery,
    DeliveryBody,
    DeliveryDetail,
    Header,
    OutcomeWord,
    Repeat,
    SourceWord,
)
from communications.selectors.conversations import CONVERSATIONS_BY_ID, conversation_document
from communications.selectors.messages import MESSAGE_IS_SHOWN
from communications.selectors.queries import rows
from communications.selectors.values import id_text, instant, optional_id, optional_instant

REPEATS_COUNTED: Final = 100
ERASED: Final = "erased"


_headers: Final = msgspec.json.Decoder(dict[str, str])


class DeliveryRow(NamedTuple):
    id: uuid.UUID
    source: SourceWord
    received_at: dt.datetime
    channel_id: int | None
    account: str
    provider: str
    event: str
    event_name: str
    outcome: OutcomeWord
    reason: str
    attempts: int
    next_attempt_at: dt.datetime | None
    size_bytes: int
    repeats: int
    message_count: int
    conversation_id: int | None
    message_id: int | None
    sender_name: str | None


# A message may have moved since; one that came after what speaks of it (a receipt, an edit) leads to its conversation now.
_DELIVERIES_BY_ID: Final = f"""
SELECT delivery.id, delivery.source, delivery.received_at, channel.id AS channel_id, delivery.external_account_id,
       delivery.provider, delivery.event, delivery.event_name, delivery.outcome, delivery.reason, delivery.attempts,
       delivery.next_attempt_at, delivery.size_bytes,
       (SELECT count(*) FROM (
           SELECT FROM communications_webhookdelivery AS other
           WHERE other.event_key = delivery.event_key AND other.id <> delivery.id LIMIT {REPEATS_COUNTED}
       ) AS repeated) AS repeats,
       CASE WHEN delivery.message_id IS NULL THEN coalesce(cardinality(delivery.message_ids), 0) ELSE 1 END AS message_count,
       coalesce(conversation.continues_id, conversation.id) AS conversation_id, message.id AS message_id,
       coalesce(nullif(message.sender_name, ''), nullif(sender.name, '')) AS sender_name
FROM communications_webhookdelivery AS delivery
LEFT JOIN communications_channel AS channel ON channel.external_account_id = delivery.external_account_id
LEFT JOIN communications_message AS message
    ON message.id = delivery.message_id AND message.channel_id = channel.id AND {MESSAGE_IS_SHOWN}
LEFT JOIN communications_chatattendee AS sender ON sender.id = message.sender_id
LEFT JOIN communications_conversation AS conversation
    ON conversation.id = coalesce(message.conversation_id, delivery.conversation_id) AND conversation.channel_id = channel.id
WHERE delivery.id = ANY(%s::uuid[])
ORDER BY delivery.id DESC
"""  # noqa: S608 (constants)

_DETAIL: Final = """
SELECT delivery.webhook_name, delivery.headers, delivery.sha256, delivery.event_key,
       EXISTS (SELECT FROM communications_webhookbody AS body WHERE body.delivery_id = delivery.id)
FROM communications_webhookdelivery AS delivery WHERE delivery.id = %s
"""

_REPEATED_BY: Final = f"""
SELECT other.id, other.received_at, other.outcome
FROM communications_webhookdelivery AS asked
JOIN communications_webhookdelivery AS other ON other.event_key = asked.event_key AND other.id <> asked.id
WHERE asked.id = %s ORDER BY other.id LIMIT {REPEATS_COUNTED}
"""  # noqa: S608 (a constant)

_BODY: Final = """
SELECT delivery.sha256, delivery.size_bytes, delivery.reason, body.raw
FROM communications_webhookdelivery AS delivery
LEFT JOIN communications_webhookbody AS body ON body.delivery_id = delivery.id
WHERE delivery.id = %s
"""


def deliveries_by_id(delivery_ids: Sequence[uuid.UUID]) -> tuple[Delivery, ...]:
    """Newest first."""
    held = [DeliveryRow._make(row) for row in rows(_DELIVERIES_BY_ID, [list(delivery_ids)])]
    names = _names({row.conversation_id for row in held if row.conversation_id is not None})
    return tuple(_delivery_document(row, names) for row in held)


def delivery_detail(delivery_id: uuid.UUID) -> DeliveryDetail:
    """Raises NotFound."""
    webhook_name, headers, sha256, event_key, has_body = _one(_DETAIL, delivery_id)
    (delivery,) = deliveries_by_id([delivery_id])
    return DeliveryDetail(
        delivery=delivery,
        webhook_name=webhook_name,
        headers=tuple(
            Header(name=name, value=value) for name, value in sorted(_headers.decode(headers).items())
        ),
        sha256=bytes(sha256).hex(),
        event_key=None if event_key is None else bytes(event_key).hex(),
        has_body=has_body,
        repeated_by=tuple(
            Repeat(id=str(other), received_at=instant(received_at), outcome=outcome)
            for other, received_at, outcome in rows(_REPEATED_BY, [delivery_id])
        ),
    )


def delivery_body(delivery_id: uuid.UUID, *, kept_days: int) -> DeliveryBody:
    """The bytes as they came. Raises NotFound, and BodyRemoved with what removed them."""
    sha256, size_bytes, reason, raw = _one(_BODY, delivery_id)
    if raw is None:
        raise BodyRemoved(_why_removed(reason, kept_days))
    whole = bytes(raw)
    encoding: Literal["text", "base64"]
    try:
        encoding, content = "text", whole.decode()
    except UnicodeDecodeError:
        encoding, content = "base64", b64encode(whole).decode()
    return DeliveryBody(
        delivery_id=str(delivery_id),
        sha256=bytes(sha256).hex(),
        size_bytes=size_bytes,
        encoding=encoding,
        content=content,
    )


def _why_removed(reason: str, kept_days: int) -> str:
    if reason.startswith(ERASED):
        return "What this delivery spoke of was erased on request, and its body with it. Its hash is kept."
    return f"Bodies are kept for {kept_days} days; of older ones only the row and the hash are."


def _one(sql: str, delivery_id: uuid.UUID) -> Sequence[Any]:
    found = rows(sql, [delivery_id])
    if not found:
        raise NotFound
    return found[0]


def _names(conversation_ids: set[int]) -> dict[str, str]:
    """Of those that are shown; what is not shown has no link."""
    if not conversation_ids:
        return {}
    found = map(conversation_document, rows(CONVERSATIONS_BY_ID, [sorted(conversation_ids)]))
    return {conversation.id: conversation.name for conversation in found}


def _delivery_document(row: DeliveryRow, names: dict[str, str]) -> Delivery:
    conversation_id = optional_id(row.conversation_id)
    name = names.get(conversation_id or "")
    return Delivery(
        id=str(row.id),
        source=row.source,
        received_at=instant(row.received_at),
        channel_id=optional_id(row.channel_id),
        account=row.account,
        provider=row.provider,
        event=row.event,
        event_name=row.event_name,
        outcome=row.outcome,
        reason=row.reason,
        attempts=row.attempts,
        next_attempt_at=optional_instant(row.next_attempt_at),
        size_bytes=row.size_bytes,
        repeats=row.repeats,
        message_count=row.message_count,
        conversation_id=conversation_id if name is not None else None,
        conversation_name=name,
        message_id=None if row.message_id is None or name is None else id_text(row.message_id),
        sender_name=row.sender_name if name is not None else None,
    )
