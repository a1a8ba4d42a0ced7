"""What is registered upstream, as the last look at its list found it."""

from typing import Final

from django.conf import settings

from communications.schemas.addresses import WEBHOOK_PATH
from communications.schemas.webhooks import (
    SOURCES,
    Problem,
    RegisteredWebhook,
    Source,
    Webhooks,
    WebhookSourceServed,
)
from communications.selectors.queries import rows
from communications.selectors.values import optional_instant

_CHECKED: Final = "SELECT checked_at FROM communications_webhookschecked"
_REGISTERED: Final = """
SELECT external_webhook_id, source, name, request_url, registered_at IS NOT NULL, problems, events_missing
FROM communications_upstreamwebhook ORDER BY id
"""


def deliveries_address() -> str:
    """Where upstream is to deliver; empty where only a simulator of this machine would find the way."""
    if settings.LANDLINE_PUBLIC_URL is None and settings.LANDLINE_UPSTREAM.source() != "simulated":
        return ""
    return f"{settings.LANDLINE_DELIVERIES_ORIGIN}{WEBHOOK_PATH}"


def webhooks_are_served() -> bool:
    """Whether the last look found every source led here."""
    sources = webhooks_document().sources
    return bool(sources) and all(one.problem is None for one in sources)


def webhooks_document() -> Webhooks:
    address = deliveries_address()
    checked = rows(_CHECKED, [])
    registered = tuple(
        RegisteredWebhook(
            id=webhook,
            source=source or None,
            name=name or None,
            request_url=url or None,
            is_ours=is_ours,
            problems=tuple(problems),
            events_missing=tuple(missing),
        )
        for webhook, source, name, url, is_ours, problems, missing in rows(_REGISTERED, [])
    )
    return Webhooks(
        address=address or None,
        checked_at=optional_instant(checked[0][0]) if checked else None,
        sources=tuple(
            WebhookSourceServed(source=source, problem=_problem(source, registered, address))
            for source in SOURCES
            if checked
        ),
        webhooks=registered,
    )


def _problem(source: Source, registered: tuple[RegisteredWebhook, ...], address: str) -> Problem | None:
    if not address:
        return "no_address"
    of_it = [one for one in registered if one.source == source]
    if any(not one.problems for one in of_it):
        return None
    return of_it[0].problems[0] if of_it else "missing"
