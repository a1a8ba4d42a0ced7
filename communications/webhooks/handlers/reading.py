"""From the bytes of a delivery to what they tell, or to why they tell nothing. Never raises."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

import structlog
from msgspec.structs import replace

from communications.schemas.deliveries import Reading
from communications.webhooks.handlers.common import MessagingHandler
from communications.webhooks.handlers.linkedin import LinkedInWebhookHandler
from communications.webhooks.handlers.whatsapp import WhatsAppWebhookHandler
from unipile.payloads.event_key import event_key
from unipile.payloads.events import MESSAGE_RECEIVED, Envelope, Family, classify
from unipile.payloads.messaging import parse_messaging
from unipile.payloads.providers import LINKEDIN, WHATSAPP
from unipile.payloads.refusals import PayloadError
from unipile.payloads.strict import decode
from unipile.payloads.text import clean_text

log = structlog.get_logger(__name__)

HANDLERS: Final[Mapping[str, MessagingHandler]] = {
    WHATSAPP: WhatsAppWebhookHandler(),
    LINKEDIN: LinkedInWebhookHandler(),
}
ANY_PROVIDER: Final = MessagingHandler()

NOT_SHOWN: Final[Mapping[Family, str]] = {
    Family.UNKNOWN: "unknown event",
    Family.V2: "an event of API version 2",
}
NOT_HANDLED_YET: Final = "not handled yet"


def delivery_read(raw: bytes, received_at: dt.datetime) -> Reading:
    """What a body says. ``quarantined`` where it cannot be read, ``failed`` where our own reading of it broke."""
    try:
        envelope = classify(decode(raw))
    except PayloadError as refusal:
        return Reading(settled="quarantined", reason=f"{refusal.code}: {refusal.sentence}")
    except Exception as error:
        log.exception("delivery_unreadable_by_fault")
        return Reading(settled="failed", reason=f"reading failed: {type(error).__name__}")
    return _envelope_read(envelope, received_at)


def _envelope_read(envelope: Envelope, received_at: dt.datetime) -> Reading:
    described = Reading(
        account=envelope.account_id or "",
        provider=envelope.provider or "",
        event=envelope.event,
        event_name=_event_as_named(envelope),
        webhook_name=envelope.webhook_name or "",
    )
    try:
        key = event_key(envelope, received_at)
        if envelope.event != MESSAGE_RECEIVED:
            reason = NOT_SHOWN.get(envelope.family, NOT_HANDLED_YET)
            return replace(described, event_key=key, settled="ignored", reason=reason)
        payload = parse_messaging(envelope)
        handler = HANDLERS.get(envelope.provider or "", ANY_PROVIDER)
        return replace(described, event_key=key, fact=handler.handle_message_received(payload, received_at))
    except PayloadError as refusal:
        return replace(described, settled="quarantined", reason=f"{refusal.code}: {refusal.sentence}")
    except Exception as error:
        log.exception("delivery_unreadable_by_fault", webhook_event=envelope.event)
        return replace(described, settled="failed", reason=f"reading failed: {type(error).__name__}")


def _event_as_named(envelope: Envelope) -> str:
    named = envelope.body.get("event") or envelope.body.get("event_type")
    return clean_text(named[:100]) if isinstance(named, str) else ""
