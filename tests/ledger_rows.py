"""Rows of the ledger for tests of reading it."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

from communications.models import Channel, Message, WebhookBody, WebhookDelivery
from communications.schemas.deliveries import sha256_of
from communications.schemas.identifiers import uuid7


def delivery_keep(channel: Channel | None, body: Any = None, **fields: Any) -> WebhookDelivery:
    """With its bytes, as received now; of no account without a channel."""
    raw = body if isinstance(body, bytes) else json.dumps(body if body is not None else {}).encode()
    fields.setdefault("id", uuid7())
    fields.setdefault("outcome", "applied")
    fields.setdefault("event", "message_received")
    fields.setdefault("received_at", dt.datetime.now(dt.UTC))
    account = "" if channel is None else channel.external_account_id
    message: Message | None = fields.pop("message", None)
    if message is not None:
        fields |= {"message_id": message.pk, "conversation_id": message.conversation_id}
    delivery = WebhookDelivery.objects.create(
        external_account_id=account,
        channel_id=None if channel is None else channel.pk,
        provider="" if channel is None else channel.provider,
        headers={"content-type": "application/json", "unipile-auth": "[removed]"},
        sha256=sha256_of(raw),
        size_bytes=len(raw),
        **fields,
    )
    WebhookBody.objects.create(delivery=delivery, raw=raw)
    return delivery


def happening() -> bytes:
    """An event key of nothing else."""
    return uuid.uuid4().bytes * 2
