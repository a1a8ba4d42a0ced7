"""Who somebody is, as the details of a conversation show it."""

from typing import Literal

from communications.schemas.documents import Attendee, Conversation, Document, Id, Instant, Phone

NameSource = Literal["given", "address_book", "profile", "push_name", "number"]
IdKind = Literal["lid", "phone", "other"]
ProposalReason = Literal["same_number", "brazil_ninth_digit", "argentina_nine", "mexico_one", "national_form"]


class KnownName(Document, frozen=True, kw_only=True):
    """``given``: somebody here gave it (``given_by``, null once their account is gone). Others were told, first by
    ``delivery_id`` (null for whoever may not see deliveries).
    """

    name: str
    source: NameSource
    since: Instant
    given_by: str | None
    delivery_id: str | None


class Proof(Document, frozen=True, kw_only=True):
    """One body showed ``beside`` as another id of the same person."""

    beside: str
    delivery_id: str | None


class KnownId(Document, frozen=True, kw_only=True):
    """One attendee that is the person. ``joined_by``: somebody here said so (and when); else the proofs did."""

    attendee_id: Id
    provider_id: str
    kind: IdKind
    phone: Phone | None
    public_identifier: str | None
    proofs: tuple[Proof, ...]
    joined_by: str | None
    joined_at: Instant | None


class KeptApart(Document, frozen=True, kw_only=True):
    """Somebody here said that this attendee is another person."""

    attendee_id: Id
    provider_id: str
    name: str
    phone: Phone | None
    decided_by: str | None
    decided_at: Instant


class Proposal(Document, frozen=True, kw_only=True):
    """Somebody who might be the same person, and the numbers that say so."""

    attendee: Attendee
    reason: ProposalReason
    phone: Phone
    other_phone: Phone


class Person(Document, frozen=True, kw_only=True):
    """All attendees of a channel who are one person.

    ``may_decide``: the reader may link and unlink; ``may_erase``: and have the person erased.
    """

    id: Id
    channel_id: Id
    attendee: Attendee
    may_decide: bool
    may_erase: bool
    names: tuple[KnownName, ...]
    ids: tuple[KnownId, ...]
    kept_apart: tuple[KeptApart, ...]
    proposals: tuple[Proposal, ...]
    conversations: tuple[Conversation, ...]
    first_contact_at: Instant | None


class ConversationPart(Document, frozen=True, kw_only=True):
    """A conversation that turned out to be part of another, by a delivery or by somebody here (``joined_by``)."""

    id: Id
    names: tuple[str, ...]
    delivery_id: str | None
    joined_by: str | None
    joined_at: Instant | None


class ConversationApart(Document, frozen=True, kw_only=True):
    """Somebody here said that this conversation is another one."""

    conversation: Conversation
    decided_by: str | None
    decided_at: Instant


class ConversationDetails(Document, frozen=True, kw_only=True):
    """What a conversation is made of; ``person`` is the contact of a direct one."""

    id: Id
    may_decide: bool
    may_erase: bool
    names: tuple[str, ...]
    parts: tuple[ConversationPart, ...]
    kept_apart: tuple[ConversationApart, ...]
    person: Person | None
