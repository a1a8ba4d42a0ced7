"""From the bytes of a delivery to what they tell, or to why they tell nothing. Never raises."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

import structlog
from msgspec.structs import replace

from communications.schemas.deliveries import Reading, Source
from communications.schemas.facts import Fact, MessageReceived
from communications.webhooks.handlers.account import handle_account_status
from communications.webhooks.handlers.answers import answer_read
from communications.webhooks.handlers.common import MessagingHandler
from communications.webhooks.handlers.linkedin import LinkedInWebhookHandler
from communications.webhooks.handlers.whatsapp import WhatsAppWebhookHandler
from unipile.payloads.account import parse_account_status
from unipile.payloads.aliases import chat_aliases
from unipile.payloads.event_key import event_key
from unipile.payloads.events import AccountStatus, Envelope, Family, classify, event_named
from unipile.payloads.messaging import MessagingPayload, parse_messaging
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
    Family.USERS: "a new relation: no message, so there is nothing to show",
    Family.MAIL: "mail: kept, but this inbox shows messengers only",
    Family.MAIL_TRACKING: "an opened mail or followed link: kept, but this inbox shows messengers only",
    Family.CALENDAR: "a calendar event: no message, so there is nothing to show",
}
# What this server delivers to itself, to see whether deliveries can arrive.
PROBE: Final = "landline_probe"
OUR_OWN_TEST: Final = "our own test whether deliveries can arrive"
NOT_A_CALLBACK: Final = "came to the address of hosted connections and is no callback of one"
UNKNOWN_CALLBACK: Final = "a hosted connection ended in a way that is not known"


def delivery_read(raw: bytes, received_at: dt.datetime, source: Source = "webhook") -> Reading:
    """What a body says. ``quarantined`` where it cannot be read, ``failed`` where our own reading of it broke.

    The address of hosted connections takes their callbacks only: its token travels in addresses, where secrets are less safe.
    """
    try:
        body = decode(raw)
        if source == "api":
            return answer_read(body, raw, received_at)
        if source == "webhook" and isinstance(body, dict) and body.get("event") == PROBE:
            return Reading(event=PROBE, event_name=PROBE, settled="ignored", reason=OUR_OWN_TEST)
        envelope = classify(body)
    except PayloadError as refusal:
        return Reading(settled="quarantined", reason=f"{refusal.code}: {refusal.sentence}")
    except Exception as error:
        log.exception("delivery_unreadable_by_fault")
        return Reading(settled="failed", reason=f"reading failed: {type(error).__name__}")
    return _envelope_read(envelope, received_at, source)


def _envelope_read(envelope: Envelope, received_at: dt.datetime, source: Source) -> Reading:
    described = Reading(
        account=envelope.account_id or "",
        provider=envelope.provider or "",
        event=envelope.event,
        event_name=_event_as_named(envelope),
        webhook_name=envelope.webhook_name or "",
    )
    try:
        key = event_key(envelope, received_at)
        if source == "hosted" and envelope.family is not Family.HOSTED_AUTH:
            return replace(described, event_key=key, settled="ignored", reason=NOT_A_CALLBACK)
        told, chat_names = _fact_or_reason(envelope, received_at)
        if isinstance(told, str):
            return replace(described, event_key=key, settled="ignored", reason=told)
        return replace(described, event_key=key, fact=told, chat_names=chat_names)
    except PayloadError as refusal:
        return replace(described, settled="quarantined", reason=f"{refusal.code}: {refusal.sentence}")
    except Exception as error:
        log.exception("delivery_unreadable_by_fault", webhook_event=envelope.event)
        return replace(described, settled="failed", reason=f"reading failed: {type(error).__name__}")


def _fact_or_reason(envelope: Envelope, received_at: dt.datetime) -> tuple[Fact | str, tuple[str, ...]]:
    """What a body tells, or why it is kept and not shown; and the names of the chat that something happened in."""
    if envelope.family is Family.MESSAGING:
        handler = HANDLERS.get(envelope.provider or "", ANY_PROVIDER)
        payload = parse_messaging(envelope)
        fact = handler.handle(payload, received_at)
        return fact, () if isinstance(fact, MessageReceived) else _chat_names(payload)
    if envelope.family in (Family.ACCOUNT_STATUS, Family.HOSTED_AUTH):
        status = parse_account_status(envelope)
        if envelope.family is Family.HOSTED_AUTH and status.status is AccountStatus.UNKNOWN:
            return UNKNOWN_CALLBACK, ()
        return handle_account_status(status, received_at), ()
    return NOT_SHOWN[envelope.family], ()


def _chat_names(payload: MessagingPayload) -> tuple[str, ...]:
    return tuple(f"{kind.value}:{value}" for kind, value in chat_aliases(payload))


def _event_as_named(envelope: Envelope) -> str:
    return clean_text((event_named(envelope.body) or "")[:100])
