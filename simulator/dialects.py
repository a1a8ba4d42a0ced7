"""The ways in which the same event has been seen spelt, each a named set of choices.

`live` is what the service sends today. The others follow the vendor's page, older captures, and what deployed
consumers have had to read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random


class AttachmentForm(StrEnum):
    """`keys`: a list with `attachment_*` keys; `plain`: a list of `{id, type, name}`; `object`: one object
    whose flags and sizes are strings.
    """

    KEYS = "keys"
    PLAIN = "plain"
    OBJECT = "object"


class IdForm(StrEnum):
    """How WhatsApp names people: privacy id, `<digits>@s.whatsapp.net`, or the bare digits."""

    LID = "lid"
    JID = "jid"
    NUMBER = "number"


class NameForm(StrEnum):
    """What stands in a name: the name, the number in its place, or WhatsApp's word for oneself."""

    NAME = "name"
    NUMBER = "number"
    YOU = "you"


class FlagForm(StrEnum):
    """How a flag is written; `missing` leaves it out."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    TEXT = "text"
    MISSING = "missing"


class EventForm(StrEnum):
    """How an event is named: `message_received`, `message.received`, `message-received`, `Message Received`,
    or under `event_type`.
    """

    UNDERSCORE = "underscore"
    DOTTED = "dotted"
    DASHED = "dashed"
    DASHBOARD = "dashboard"
    EVENT_TYPE = "event_type"


class AttendeesForm(StrEnum):
    """Whom `attendees` lists: the others, everybody with the owner, one empty object each, or nobody."""

    OTHERS = "others"
    EVERYBODY = "everybody"
    EMPTY = "empty"
    NOBODY = "nobody"


class ReactionForm(StrEnum):
    """A reaction as an event of its own, as an event message of the chat, as both, or as an object."""

    EVENT = "event"
    MESSAGE = "message"
    BOTH = "both"
    OBJECT = "object"


class QuoteForm(StrEnum):
    """What is answered, named by the provider's id (`quoted`) or by Unipile's (`reply_to`)."""

    PROVIDER = "provider"
    UNIPILE = "unipile"


class StatusForm(StrEnum):
    """An account's status inside `AccountStatus`, without that wrapper, or under the registration's own keys."""

    NESTED = "nested"
    FLAT = "flat"
    DECLARED = "declared"


class TimeForm(StrEnum):
    """A moment with milliseconds in UTC, without milliseconds, in another zone, or not at all."""

    STAMP = "stamp"
    SECONDS = "seconds"
    OFFSET = "offset"
    MISSING = "missing"


_DOCUMENTED_KEYS = (
    *("account_id", "account_type", "account_info", "event", "chat_id", "timestamp", "webhook_name"),
    *("message_id", "message", "sender", "attendees", "attachments", "reaction", "reaction_sender"),
)
_DOCUMENTED_PERSON = ("attendee_id", "attendee_name", "attendee_provider_id", "attendee_profile_url")
_PHONE_KEYS = (
    *("event", "account_id", "chat_id", "message_id", "message", "sender", "provider_chat_id", "is_group"),
    *("timestamp", "attachments", "reaction", "reaction_sender", "is_event", "subject"),
)
_PHONE_PERSON = ("attendee_id", "attendee_provider_id", "attendee_name")
_ECHO_KEYS = (
    *("event", "account_id", "chat_id", "message_id", "message", "timestamp", "sender", "attendees"),
    *("attachments", "reaction", "reaction_sender", "is_event"),
)
_SPARSE_KEYS = (
    *("event", "account_id", "account_type", "chat_id", "message_id", "message", "is_sender", "attendees"),
    *("sender", "provider_chat_id", "is_group", "subject", "attachments", "reaction", "reaction_sender"),
    "is_event",
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How webhooks are spelt. `keys` and `person_keys` None send every key; `optional_keys` come only where
    they say something. `chat_by_provider` puts the provider's id where Unipile's own belongs. A `drawn` one
    stands for another set of choices with every body.
    """

    attachments: AttachmentForm = AttachmentForm.KEYS
    ids: IdForm = IdForm.LID
    names: NameForm = NameForm.NAME
    own_name: NameForm = NameForm.NAME
    is_sender: FlagForm = FlagForm.BOOLEAN
    flags: FlagForm = FlagForm.BOOLEAN
    event: EventForm = EventForm.UNDERSCORE
    attendees: AttendeesForm = AttendeesForm.OTHERS
    reactions: ReactionForm = ReactionForm.EVENT
    quotes: QuoteForm = QuoteForm.PROVIDER
    status: StatusForm = StatusForm.NESTED
    time: TimeForm = TimeForm.STAMP
    null_text: bool = False
    event_types: bool = False
    owner_id: bool = False
    chat_by_provider: bool = False
    keys: tuple[str, ...] | None = None
    person_keys: tuple[str, ...] | None = None
    optional_keys: tuple[str, ...] = ()
    drawn: bool = False


LIVE = Dialect()
_SOMETIMES = ("attachments", "reaction", "reaction_sender", "is_event", "subject")

DIALECTS: Mapping[str, Dialect] = {
    "live": LIVE,
    "documented": Dialect(
        attachments=AttachmentForm.OBJECT,
        ids=IdForm.JID,
        owner_id=True,
        keys=_DOCUMENTED_KEYS,
        person_keys=_DOCUMENTED_PERSON,
        optional_keys=("attachments",),
    ),
    "phone": Dialect(
        attachments=AttachmentForm.PLAIN,
        ids=IdForm.JID,
        own_name=NameForm.NUMBER,
        time=TimeForm.SECONDS,
        status=StatusForm.FLAT,
        chat_by_provider=True,
        keys=_PHONE_KEYS,
        person_keys=_PHONE_PERSON,
        optional_keys=_SOMETIMES,
    ),
    "echo": Dialect(
        attachments=AttachmentForm.PLAIN,
        ids=IdForm.JID,
        own_name=NameForm.YOU,
        event=EventForm.DASHED,
        time=TimeForm.OFFSET,
        keys=_ECHO_KEYS,
        person_keys=_PHONE_PERSON,
        optional_keys=_SOMETIMES,
    ),
    "sparse": Dialect(
        attachments=AttachmentForm.PLAIN,
        ids=IdForm.NUMBER,
        is_sender=FlagForm.INTEGER,
        attendees=AttendeesForm.EMPTY,
        time=TimeForm.MISSING,
        null_text=True,
        keys=_SPARSE_KEYS,
        person_keys=("attendee_provider_id",),
        optional_keys=_SOMETIMES,
    ),
    "numbers": Dialect(
        ids=IdForm.NUMBER,
        names=NameForm.NUMBER,
        own_name=NameForm.NUMBER,
        flags=FlagForm.INTEGER,
        is_sender=FlagForm.INTEGER,
        attendees=AttendeesForm.EVERYBODY,
        quotes=QuoteForm.UNIPILE,
        status=StatusForm.DECLARED,
    ),
    "dashboard": Dialect(
        ids=IdForm.JID,
        event=EventForm.DASHBOARD,
        is_sender=FlagForm.TEXT,
        flags=FlagForm.TEXT,
        null_text=True,
        owner_id=True,
        event_types=True,
    ),
    "dotted": Dialect(event=EventForm.DOTTED, attendees=AttendeesForm.NOBODY, null_text=True),
    "renamed": Dialect(event=EventForm.EVENT_TYPE, attendees=AttendeesForm.EVERYBODY, ids=IdForm.JID),
    "chatty": Dialect(reactions=ReactionForm.BOTH, event_types=True, quotes=QuoteForm.UNIPILE),
    "messages": Dialect(reactions=ReactionForm.MESSAGE),
    "objects": Dialect(reactions=ReactionForm.OBJECT, attachments=AttachmentForm.OBJECT, owner_id=True),
    "mixed": Dialect(drawn=True),
}

DESCRIPTIONS: Mapping[str, str] = {
    "live": "As captured in 2026: privacy ids, attachment_* keys, true and false.",
    "documented": "As on the vendor's page: one attachment as an object, no is_sender, few keys.",
    "phone": "As from the phone: chats named by JID, the number in place of the own name.",
    "echo": "Own messages known only by the name “You”; message-received; another time zone.",
    "sparse": "Bare digits for people, empty attendees, no time, 0 and 1.",
    "numbers": "Bare digits, names that are numbers, the owner among the attendees.",
    "dashboard": "“Message Received”, text for flags, JIDs, event_type of event messages.",
    "dotted": "message.received, nobody among the attendees, null for no text.",
    "renamed": "The event's name under event_type.",
    "chatty": "A reaction as an event and as a message of the chat.",
    "messages": "A reaction as a message of the chat only.",
    "objects": "Reactions and attachments as objects.",
    "mixed": "Every choice drawn anew with each webhook.",
}


def dialect_named(name: str) -> Dialect:
    """The dialect of that name; raises ValueError for none."""
    if name not in DIALECTS:
        raise ValueError(f"{name} is no dialect; there are {', '.join(DIALECTS)}.")
    return DIALECTS[name]


def dialect_name(dialect: Dialect) -> str:
    """The name of `dialect`, `own` for one that was put together."""
    return next((name for name, known in DIALECTS.items() if known == dialect), "own")


def dialect_drawn(rng: Random) -> Dialect:
    """Choices drawn one by one, so that shapes meet which no single dialect has. Every key is sent."""
    return replace(
        LIVE,
        attachments=rng.choice(list(AttachmentForm)),
        ids=rng.choice(list(IdForm)),
        names=rng.choice([NameForm.NAME, NameForm.NAME, NameForm.NUMBER]),
        own_name=rng.choice(list(NameForm)),
        is_sender=rng.choice(list(FlagForm)),
        flags=rng.choice([FlagForm.BOOLEAN, FlagForm.INTEGER, FlagForm.TEXT]),
        event=rng.choice(list(EventForm)),
        attendees=rng.choice(list(AttendeesForm)),
        quotes=rng.choice(list(QuoteForm)),
        status=rng.choice(list(StatusForm)),
        time=rng.choice([TimeForm.STAMP, TimeForm.SECONDS, TimeForm.OFFSET]),
        null_text=rng.random() < 0.5,
        event_types=rng.random() < 0.5,
        owner_id=True,
    )
