"""Where upstream delivers to, and whether it can: as REST answers it."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from communications.schemas.documents import Document, Instant

Source = Literal["messaging", "account_status", "users", "email"]
SOURCES: Final = get_args(Source)

Problem = Literal[
    "missing",
    "no_address",
    "wrong_address",
    "disabled",
    "wrong_secret",
    "events_missing",
    "some_accounts",
    "not_json",
    "extra",
]


class WebhookSourceServed(Document, frozen=True, kw_only=True):
    """Whether upstream tells us of it. ``problem``: why not, as far as the list of webhooks shows."""

    source: Source
    problem: Problem | None


class RegisteredWebhook(Document, frozen=True, kw_only=True):
    """One of upstream's webhooks that delivers here, or that we have registered (``is_ours``).

    ``extra``: it tells again what another tells. ``some_accounts``: it leaves accounts out.
    """

    id: str
    source: str | None
    name: str | None
    request_url: str | None
    is_ours: bool
    problems: tuple[Problem, ...]
    events_missing: tuple[str, ...]


class Webhooks(Document, frozen=True, kw_only=True):
    """What was registered when upstream was last asked. ``address`` is where it must deliver; null without a public address."""

    address: str | None
    checked_at: Instant | None
    sources: tuple[WebhookSourceServed, ...]
    webhooks: tuple[RegisteredWebhook, ...]


ReachabilityCode = Literal[
    "ok",
    "no_address",
    "unresolved",
    "private_address",
    "refused",
    "tls_wrong",
    "timeout",
    "connection_lost",
    "redirected",
    "secret_refused",
    "html",
    "not_stored",
    "not_landline",
    "other_installation",
]

# For whoever set the address: what is the matter, and what to do.
REACHABILITY_SENTENCES: Final[Mapping[str, str]] = {
    "ok": (
        "This server reaches itself by its public address. Whether Unipile does shows with its next delivery: write to "
        "one of your accounts from another phone."
    ),
    "no_address": "No public address is set. Set PUBLIC_URL to the https address by which this server is reached from outside.",
    "unresolved": "The name of the public address is not known to DNS. Check PUBLIC_URL, and the name's A or AAAA record.",
    "private_address": (
        "From here the name stands for a private address, so nothing was sent: the way from outside cannot be tested from "
        "here. Write to one of your accounts from another phone."
    ),
    "refused": (
        "Nothing listens at the public address. Check its port, the firewall, and that the proxy in front of this server "
        "runs."
    ),
    "tls_wrong": (
        "The certificate at the public address is not valid for its name, or has expired; nothing was sent, and Unipile "
        "sends nothing either. Renew it, with its whole chain."
    ),
    "timeout": "The public address does not answer in time. Check the firewall, and that the proxy leads to this server.",
    "connection_lost": "The connection was closed before an answer came. Check the proxy in front of this server.",
    "redirected": (
        "The public address answers with a redirect, which Unipile does not follow. Set PUBLIC_URL to where it leads, and "
        "let the proxy pass /api/v1/webhooks/ on as it is."
    ),
    "secret_refused": (
        "Something at the public address refuses our secret. Check that the web server has the same "
        "LANDLINE_WEBHOOK_SECRET as the worker, and that no proxy asks for a password."
    ),
    "html": "A web page answers at the public address, not this server. Check where the proxy leads.",
    "not_stored": "The server answers, but did not store the delivery. Look whether its database runs, and try again.",
    "not_landline": "Something answers at the public address, but it is not this server. Check where the proxy leads.",
    "other_installation": "Another installation answers at the public address: its database is not this one.",
}


class Reachability(Document, frozen=True, kw_only=True):
    """Whether deliveries can arrive, and how far that is proven.

    ``ourselves``: this server reached itself by its public address, which says nothing of upstream's own way.
    ``unipile``: upstream has delivered since the test was asked for. ``unipile_at``: its last delivery of all.
    """

    address: str | None
    asked_at: Instant | None
    tested_at: Instant | None
    proven: Literal["unipile", "ourselves"] | None
    code: ReachabilityCode | None
    reason: str | None
    unipile_at: Instant | None
