"""What a delivery tells, in the product's own words: the only thing the fold reads.

A fact never says what the database holds, so facts of one message may come in any order and any number of times.
"""

import datetime as dt
from typing import Literal

import msgspec

Direction = Literal["inbound", "outbound"]
FoundBy = Literal["", "history", "repair"]


class PersonFact(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody seen in a body. ``provider_id`` is the identity; ``identities`` are comparable keys.

    Keys are ``lid:…``, ``phone:<digits>`` and ``id:…``: ``own_key`` is that of ``provider_id``, ``beside`` those of the
    other ids that the body shows for the same person.
    ``name`` is empty where the body gives none that may be shown; ``phone`` is digits only.
    """

    provider_id: str
    attendee_id: str = ""
    name: str = ""
    name_rank: int = 0
    phone: str = ""
    lid: str = ""
    public_identifier: str = ""
    is_self: bool = False
    identities: tuple[str, ...] = ()
    own_key: str
    beside: tuple[str, ...] = ()


class ChatFact(msgspec.Struct, frozen=True, kw_only=True):
    """The chat a body speaks of, by every name (kind, value) it uses for it."""

    external_thread_id: str
    aliases: tuple[tuple[str, str], ...]
    kind: str
    title: str = ""
    content_type: str = ""


class AttachmentFact(msgspec.Struct, frozen=True, kw_only=True):
    external_attachment_id: str
    kind: str
    name: str = ""
    mime_type: str = ""
    size_bytes: int | None = None
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    state: Literal["wanted", "unavailable"] = "wanted"


class MessageFact(msgspec.Struct, frozen=True, kw_only=True):
    """A message as one body shows it. ``told_direction`` only on the body's own evidence, else ``None``.

    ``event_kind`` is what an event message tells. ``event_person`` and ``event_emoji`` are there where it is a reaction that
    names its message by the provider's id (``quoted_external_id``) or not at all. ``status`` (of an own message) and ``is_read``
    (of an inbound one) are what a list of upstream's shows beside it, ``found_by`` why that was asked for; a webhook tells
    neither.
    """

    external_message_id: str
    provider_message_id: str = ""
    told_direction: Direction | None
    sender_provider_id: str | None = None
    sender_identities: tuple[str, ...] = ()
    sender_name: str = ""
    kind: str
    text: str
    search_text: str
    sent_at: dt.datetime
    time_flagged: bool
    quoted_external_id: str = ""
    quoted_text: str = ""
    quoted_sender_name: str = ""
    subject: str = ""
    is_event: bool = False
    event_kind: str = ""
    event_person: str = ""
    event_emoji: str = ""
    is_forwarded: bool = False
    is_view_once: bool = False
    is_hidden: bool = False
    status: Literal["delivered", "read"] | None = None
    is_read: bool = False
    found_by: FoundBy = ""
    attachments: tuple[AttachmentFact, ...] = ()


class MembershipFact(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody came into a group or went, at the time of the message that says so."""

    provider_id: str
    state: Literal["in", "gone"]


class MessageReceived(msgspec.Struct, frozen=True, kw_only=True):
    """A message came in, or one of our own went out by another way.

    ``people`` are in the chat; ``mentioned`` are named in the text, and may be or not.
    """

    chat: ChatFact
    message: MessageFact
    people: tuple[PersonFact, ...]
    mentioned: tuple[PersonFact, ...] = ()
    memberships: tuple[MembershipFact, ...] = ()


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """A message was delivered or read: by its recipients if it is ours, else (read only) by our account's owner elsewhere."""

    external_message_id: str
    told_direction: Direction | None
    status: Literal["delivered", "read"]


class MessageEdited(msgspec.Struct, frozen=True, kw_only=True):
    external_message_id: str
    text: str
    search_text: str
    at: dt.datetime
    mentioned: tuple[PersonFact, ...] = ()


class MessageDeleted(msgspec.Struct, frozen=True, kw_only=True):
    external_message_id: str
    at: dt.datetime


class Reacted(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody reacted; an empty ``emoji`` takes the reaction back."""

    external_message_id: str
    sender: PersonFact
    emoji: str
    at: dt.datetime


class MessageSent(msgspec.Struct, frozen=True, kw_only=True):
    """Upstream took a message that was written here: the row ``message_id`` of ours, of the key ``client_id``, at that attempt.

    ``external_message_id`` is what upstream calls it, ``None`` where it accepted without telling; ``external_thread_id`` its
    conversation, where that was begun by it.
    """

    message_id: int
    client_id: str
    attempt: int
    external_message_id: str | None
    external_thread_id: str | None
    at: dt.datetime


class ChannelStatusReported(msgspec.Struct, frozen=True, kw_only=True):
    """``status`` is one of ours; ``status_word`` is upstream's, as received.

    ``correlation`` is the key of the act whose link was followed.
    """

    status: str
    status_word: str
    at: dt.datetime
    correlation: str = ""


class ChatStateFact(msgspec.Struct, frozen=True, kw_only=True):
    """How a chat is set upstream; ``None`` is not said."""

    archived: bool | None = None
    pinned: bool | None = None
    muted_until: dt.datetime | None = None
    read_only: int | None = None
    disabled_features: tuple[str, ...] = ()


class ChatDescribed(msgspec.Struct, frozen=True, kw_only=True):
    """Upstream answered what a chat is, and who is in it."""

    chat: ChatFact
    state: ChatStateFact
    people: tuple[PersonFact, ...]
    at: dt.datetime


class PeopleListed(msgspec.Struct, frozen=True, kw_only=True):
    """Upstream answered who these are, whatever chats they are in."""

    people: tuple[PersonFact, ...]
    at: dt.datetime


class MessageListed(msgspec.Struct, frozen=True, kw_only=True):
    """A message as a list of upstream's shows it: what it was, and what has become of it.

    ``key`` is 32 bytes, of this message in this list.
    """

    received: MessageReceived
    changes: tuple[MessageEdited | MessageDeleted | Reacted, ...] = ()
    key: bytes = b""

    @property
    def external_message_id(self) -> str:
        return self.received.message.external_message_id


class MessagesListed(msgspec.Struct, frozen=True, kw_only=True):
    """Messages that a list of upstream's shows, no one twice. What answers comes after what it answers to."""

    messages: tuple[MessageListed, ...]


FactOfMessage = MessageReceived | Receipt | MessageEdited | MessageDeleted | Reacted | MessageSent
Fact = FactOfMessage | MessagesListed | ChatDescribed | PeopleListed | ChannelStatusReported


def received_told(fact: Fact | None) -> tuple[MessageReceived, ...]:
    """The messages that a fact brings."""
    match fact:
        case MessageReceived():
            return (fact,)
        case MessagesListed():
            return tuple(listed.received for listed in fact.messages)
    return ()


def chats_told(fact: Fact | None) -> tuple[ChatFact, ...]:
    """The chats that a fact describes, or brings messages of."""
    if isinstance(fact, ChatDescribed):
        return (fact.chat,)
    return tuple(received.chat for received in received_told(fact))
