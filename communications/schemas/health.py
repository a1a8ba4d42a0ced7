"""How accounts and the installation are, as REST answers it."""

from typing import Annotated, Literal

from msgspec import Meta

from communications.schemas.answers import PageCursor
from communications.schemas.documents import Alarm, Count, Document, Id, Instant, Phone


class AlarmPage(Document, frozen=True, kw_only=True):
    items: tuple[Alarm, ...]
    next_cursor: PageCursor | None


class HourCount(Document, frozen=True, kw_only=True):
    """Messages of others and the account's own, in the hour that begins then."""

    starts_at: Instant
    received: Count
    sent: Count


class UnusualQuiet(Document, frozen=True, kw_only=True):
    """Nothing has come since then, where even in the quietest of the four weeks before so much had come."""

    since: Instant
    expected: Count


class ChannelHealth(Document, frozen=True, kw_only=True):
    """The provider's word (``status``) beside our own evidence.

    ``last_proof_at``: when upstream last answered for this account, or was compared with. ``usual_per_hour``: what came in this
    hour of the week in the four weeks before, on average; null while they are not known.

    ``number`` and ``own_name`` are the account's own, as upstream has them; ``owners`` are who owns it here. ``uptime_30_days``
    is the share of the time since ``uptime_since``, at most 30 days, in which it was not down; null while nothing is known.
    """

    channel_id: Id
    number: Phone | None
    own_name: str | None
    owners: tuple[str, ...]
    status: str
    status_word: str | None
    status_since: Instant | None
    uptime_30_days: Annotated[float | None, Meta(description="0 to 1.")]
    uptime_since: Instant | None
    last_delivery_at: Instant | None
    last_proof_at: Instant | None
    received_today: Count
    sent_today: Count
    waiting: Count
    open_gaps: Count
    hours: Annotated[tuple[HourCount, ...], Meta(description="The last 24, oldest first.")]
    quiet: UnusualQuiet | None
    usual_per_hour: float | None


class Setup(Document, frozen=True, kw_only=True):
    """How far a new installation is, and what comes next.

    ``source``: where the credentials come from; those of the environment cannot be replaced by the form.
    ``form_allowed``: the page came by https, or on this machine.
    """

    upstream: Literal["demo", "connected", "missing"]
    source: Literal["environment", "kept", "simulated"] | None
    may_set_up: bool
    form_allowed: bool
    public_url: str | None
    accounts: Count
    next: Literal["credentials", "public_url", "webhooks", "account"] | None


class SetupConnected(Document, frozen=True, kw_only=True):
    """The credentials work: upstream listed so many accounts."""

    upstream: Literal["connected"]
    accounts: Count
