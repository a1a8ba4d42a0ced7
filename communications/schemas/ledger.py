"""The ledger as administrators see it: deliveries, what they brought about, what was asked of them."""

from typing import Annotated, Literal

from msgspec import Meta

from communications.schemas.answers import PageCursor
from communications.schemas.documents import Count, Direction, Document, Id, Instant, Origin
from communications.status import Status

DeliveryId = Annotated[
    str,
    Meta(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="A UUID that sorts by time."),
]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="Of the body's bytes.")]
OutcomeWord = Literal["applied", "duplicate", "parked", "ignored", "quarantined", "failed"]
SourceWord = Literal["webhook", "api"]
Effect = Literal[
    "brought",
    "repeated",
    "edited",
    "edit_superseded",
    "deleted",
    "delivered",
    "read",
    "reacted",
    "reaction_superseded",
    "nothing",
]


class Delivery(Document, frozen=True, kw_only=True):
    """One row of the ledger. Links lead to what it speaks of, where that is still shown.

    ``repeats`` counts other deliveries of the same happening, up to 100; ``message_count`` the messages it speaks of, several
    only for a list of upstream's.
    """

    id: DeliveryId
    source: SourceWord
    received_at: Instant
    channel_id: Id | None
    account: str
    provider: str
    event: str
    event_name: str
    outcome: OutcomeWord
    reason: str
    attempts: Count
    next_attempt_at: Instant | None
    size_bytes: Count
    repeats: Count
    message_count: Count
    conversation_id: Id | None
    conversation_name: str | None
    message_id: Id | None
    sender_name: str | None


class DeliveryPage(Document, frozen=True, kw_only=True):
    """Newest first. ``looked_back_to`` is there when the search stopped before its end.

    ``next_cursor`` goes on from there, and is null at the oldest.
    """

    items: tuple[Delivery, ...]
    next_cursor: PageCursor | None
    looked_back_to: Instant | None


class OutcomeTotal(Document, frozen=True, kw_only=True):
    outcome: OutcomeWord
    total: Count


class DeliveryTotals(Document, frozen=True, kw_only=True):
    """``received`` is the sum of ``outcomes``; ``counted_back_to`` is there when not all could be counted in time."""

    received: Count
    outcomes: tuple[OutcomeTotal, ...]
    counted_back_to: Instant | None


class DeliveryCause(Document, frozen=True, kw_only=True):
    """Deliveries that were not applied for one and the same reason."""

    outcome: OutcomeWord
    reason: str
    total: Count
    newest_at: Instant


class DeliveryCauses(Document, frozen=True, kw_only=True):
    """Most frequent first."""

    items: tuple[DeliveryCause, ...]
    counted_back_to: Instant | None


class Header(Document, frozen=True, kw_only=True):
    name: str
    value: str


class Repeat(Document, frozen=True, kw_only=True):
    """Another delivery of the same happening."""

    id: DeliveryId
    received_at: Instant
    outcome: OutcomeWord


class DeliveryDetail(Document, frozen=True, kw_only=True):
    """A delivery with what is kept of its arrival. Of headers that may hold secrets only the names are kept."""

    delivery: Delivery
    webhook_name: str
    headers: tuple[Header, ...]
    sha256: Sha256
    event_key: str | None
    has_body: bool
    repeated_by: tuple[Repeat, ...]


class DeliveryBody(Document, frozen=True, kw_only=True):
    """The bytes as they came: as text where they are UTF-8, else in base64."""

    delivery_id: DeliveryId
    sha256: Sha256
    size_bytes: Count
    encoding: Literal["text", "base64"]
    content: str


class FieldChange(Document, frozen=True, kw_only=True):
    """What folding a delivery again would change in one field; null is unknown, or no row."""

    entity: str
    key: str
    field: str
    before: str | None
    after: str | None


class DeliveryDifference(Document, frozen=True, kw_only=True):
    """Nothing was changed by finding out. Without ``changes`` a replay would change nothing."""

    delivery_id: DeliveryId
    changes: tuple[FieldChange, ...]


class ReplayOrder(Document, frozen=True, kw_only=True):
    """Deliveries that somebody wants folded again; the worker does it.

    ``expected`` is how many there were when it was asked, or at least were where ``is_counted`` is false.
    """

    id: Id
    created_at: Instant
    expected: Count
    is_counted: bool
    totals: tuple[OutcomeTotal, ...]
    failure: str | None
    finished_at: Instant | None


class ReplayOrders(Document, frozen=True, kw_only=True):
    """The reader's own, newest first."""

    items: tuple[ReplayOrder, ...]


class MessageDelivery(Document, frozen=True, kw_only=True):
    """A delivery behind a message, and what it did to it."""

    id: DeliveryId
    source: SourceWord
    received_at: Instant
    event: str
    outcome: OutcomeWord
    reason: str
    sha256: Sha256
    size_bytes: Count
    has_body: bool
    effect: Effect


class ToldReaction(Document, frozen=True, kw_only=True):
    """One reaction as it was told; an empty ``emoji`` takes an earlier one back. ``stands``: it is the sender's newest."""

    emoji: str
    sender_name: str | None
    is_own: bool
    reacted_at: Instant
    stands: bool


class Inspection(Document, frozen=True, kw_only=True):
    """Where a message comes from. What only administrators see is null for others."""

    message_id: Id
    channel_id: Id
    conversation_id: Id
    external_message_id: str | None
    provider_message_id: str | None
    client_id: str | None
    sent_at: Instant
    received_at: Instant
    stored_at: Instant
    time_flagged: bool
    direction: Direction
    direction_by: Literal["told", "identity", "nothing"]
    origin: Origin
    status: Status | None
    edited_at: tuple[Instant, ...]
    deleted_at: Instant | None
    is_administrator: bool
    sender_identities: tuple[str, ...] | None
    own_identities: tuple[str, ...] | None
    reactions: tuple[ToldReaction, ...] | None
    deliveries: tuple[MessageDelivery, ...]
    has_more_deliveries: bool


class EditText(Document, frozen=True, kw_only=True):
    edited_at: Instant
    text: str


class MessageTexts(Document, frozen=True, kw_only=True):
    """Everything a message ever said, for administrators. ``deleted_text`` is what stood there when it was deleted."""

    message_id: Id
    channel_id: Id
    original_text: str | None
    edits: tuple[EditText, ...]
    deleted_text: str | None
