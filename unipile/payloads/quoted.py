"""The message another one answers: `quoted` (by provider ids) and its newer companion `reply_to` (by
Unipile's). What webhooks put there is documented nowhere: the names of a webhook's message count as well, and a bare id.
"""

from __future__ import annotations

import msgspec

from unipile.payloads import fields
from unipile.payloads.attachment import Attachment, parse_attachments
from unipile.payloads.text import clean_text
from unipile.payloads.times import UpstreamTime, parse_time


class Quoted(msgspec.Struct, frozen=True, kw_only=True):
    """What is told about a quoted message; at least one of its ids or its text is there."""

    message_id: str | None = None
    provider_message_id: str | None = None
    sender_provider_id: str | None = None
    sender_attendee_id: str | None = None
    text: str | None = None
    timestamp: UpstreamTime | None = None
    attachments: tuple[Attachment, ...] = ()


def parse_quoted(quoted: object, reply_to: object) -> Quoted | None:
    """One value out of both shapes, either of which may be absent; None when neither says anything."""
    by_provider, by_unipile = fields.table(quoted), fields.table(reply_to)
    if isinstance(quoted, str) and not by_provider:
        by_provider = {"provider_id": quoted}
    if not by_provider and not by_unipile:
        return None
    stated = {**by_unipile, **{name: value for name, value in by_provider.items() if value is not None}}
    text = stated.get("text") or stated.get("message")
    sender = fields.table(stated.get("sender"))
    parsed = Quoted(
        message_id=fields.companion_id(stated.get("message_id")) or fields.companion_id(stated.get("id")),
        provider_message_id=fields.companion_id(stated.get("provider_message_id"))
        or fields.companion_id(stated.get("provider_id")),
        sender_provider_id=fields.companion_id(stated.get("sender_id"))
        or fields.companion_id(sender.get("attendee_provider_id")),
        sender_attendee_id=fields.companion_id(stated.get("sender_attendee_id")),
        text=clean_text(text) if isinstance(text, str) and text else None,
        timestamp=parse_time(stated.get("timestamp")),
        attachments=parse_attachments(stated.get("attachments")),
    )
    is_empty = not (parsed.message_id or parsed.provider_message_id or parsed.text or parsed.attachments)
    return None if is_empty else parsed
