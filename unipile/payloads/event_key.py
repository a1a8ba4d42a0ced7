"""The key by which two deliveries are recognised as one event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from unipile.payloads import fields
from unipile.payloads.events import MESSAGE_RECEIVED, Envelope, Family
from unipile.payloads.strict import encode

# Account status carries neither id nor time: equal bodies of different minutes are different events.
ACCOUNT_STATUS_BUCKET_SECONDS = 60


def event_key(envelope: Envelope, received_at: datetime) -> bytes:
    """32 bytes over account, canonical event and subject id; for all but `message_received` over the payload
    too.

    The name of the webhook is left out, so that two webhooks over one account agree. `received_at` counts for
    account status only.
    """
    subject = _subject(envelope)
    key = sha256()
    for part in (envelope.account_id or "", envelope.event, subject):
        encoded = part.encode("utf-8", "surrogatepass")
        key.update(b"%d:%b" % (len(encoded), encoded))
    if envelope.event != MESSAGE_RECEIVED or not subject:
        key.update(_digest(envelope.body))
    if envelope.family is Family.ACCOUNT_STATUS:
        key.update(b"%d" % (received_at.timestamp() // ACCOUNT_STATUS_BUCKET_SECONDS))
    return key.digest()


def _subject(envelope: Envelope) -> str:
    if envelope.upstream_event_id is not None:
        return envelope.upstream_event_id
    body = envelope.body
    message = body.get("message")
    nested_id = message.get("id") if isinstance(message, dict) else None
    for stated in (body.get("message_id"), nested_id, body.get("email_id"), body.get("user_provider_id")):
        subject = fields.companion_id(stated)
        if subject is not None:
            return subject
    return ""


def _digest(body: Mapping[str, object]) -> bytes:
    content = {name: value for name, value in body.items() if name != "webhook_name"}
    return sha256(encode(content, is_canonical=True)).digest()
