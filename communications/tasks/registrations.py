"""How what is registered upstream differs from what we want: a comparison, without a call and without a database."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from unipile.resources.webhook import Webhook, WebhookSource, value_mark

SECRET_HEADER: Final = "Unipile-Auth"  # noqa: S105 (its name)

# Listed always: left out, upstream tells of received messages only, and not that an account works again.
EVENTS: Final[Mapping[WebhookSource, tuple[str, ...]]] = {
    WebhookSource.MESSAGING: (
        "message_received",
        "message_read",
        "message_reaction",
        "message_edited",
        "message_deleted",
        "message_delivered",
    ),
    WebhookSource.ACCOUNT_STATUS: (
        "creation_success",
        "creation_fail",
        "deleted",
        "reconnected",
        "sync_success",
        "stopped",
        "ok",
        "connecting",
        "error",
        "credentials",
        "permissions",
    ),
    WebhookSource.USERS: ("new_relation",),
    WebhookSource.EMAIL: ("mail_received", "mail_sent", "mail_moved"),
}


class Wanted(NamedTuple):
    """``marks``: of the webhooks that we registered, by their ids, with which secret."""

    address: str
    secret: str
    marks: Mapping[str, bytes]


class Judged(NamedTuple):
    """``is_aimed``: it delivers to our address. Without ``problems`` it serves its source."""

    webhook: Webhook
    source: WebhookSource | None
    is_aimed: bool
    problems: tuple[str, ...]
    events_missing: tuple[str, ...]


def registrations_judge(listed: Iterable[Webhook], wanted: Wanted) -> list[Judged]:
    """Those that concern us: aimed at our address, or registered by us. Of several that serve one source, one is not extra."""
    judged = [
        _judge(webhook, wanted)
        for webhook in listed
        if _is_same(webhook.request_url, wanted.address) or webhook.id in wanted.marks
    ]
    return _extras_told(judged, wanted)


def unserved(judged: Iterable[Judged]) -> list[WebhookSource]:
    served = {one.source for one in judged if not one.problems}
    return [source for source in EVENTS if source not in served]


def _judge(webhook: Webhook, wanted: Wanted) -> Judged:
    source = _source(webhook)
    is_aimed = _is_same(webhook.request_url, wanted.address)
    missing = (
        tuple(event for event in EVENTS.get(source, ()) if event not in webhook.events) if source else ()
    )
    faults = {
        "wrong_address": not is_aimed,
        "disabled": webhook.is_enabled is False,
        "wrong_secret": not _has_secret(webhook, wanted),
        "events_missing": bool(missing),
        "some_accounts": bool(webhook.account_ids),
        "not_json": webhook.body_format not in (None, "json"),
    }
    problems = tuple(name for name, is_so in faults.items() if is_so)
    return Judged(webhook, source, is_aimed, problems, missing)


def _source(webhook: Webhook) -> WebhookSource | None:
    """By its word, or by what it tells of where a list leaves the word out."""
    try:
        return WebhookSource(webhook.source or "")
    except ValueError:
        told = set(webhook.events)
        return next((source for source, events in EVENTS.items() if told & set(events)), None)


def _is_same(url: str | None, address: str) -> bool:
    return _normal(url or "") == _normal(address)


def _normal(url: str) -> tuple[str, str, int | None, str, str]:
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return "", "", None, url, ""
    return parts.scheme, (parts.hostname or "").lower(), port, parts.path.rstrip("/"), parts.query


def _has_secret(webhook: Webhook, wanted: Wanted) -> bool:
    """As listed; where the list shows no value, as we registered it."""
    mark = value_mark(wanted.secret)
    shown = [held for name, held in webhook.headers if name == SECRET_HEADER.lower()]
    if shown and shown[0] is not None:
        return len(shown) == 1 and shown[0] == mark
    return wanted.marks.get(webhook.id) == mark


def _extras_told(judged: Sequence[Judged], wanted: Wanted) -> list[Judged]:
    """Ours before those of others, so that what somebody made by hand is what shows as extra."""
    serving: set[WebhookSource | None] = set()
    told = []
    for one in sorted(judged, key=lambda one: one.webhook.id not in wanted.marks):
        if not one.problems and one.source in EVENTS:
            if one.source in serving:
                one = one._replace(problems=("extra",))  # noqa: PLW2901
            serving.add(one.source)
        told.append(one)
    return told
