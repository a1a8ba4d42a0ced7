"""What exists in the simulated service: accounts, the people they talk to, chats, messages and webhooks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.timeline import Timeline

WHATSAPP, LINKEDIN, INSTAGRAM = "WHATSAPP", "LINKEDIN", "INSTAGRAM"
DIRECT, GROUP = 0, 1

Position = tuple[int, int]
"""Where a thing stands in a list: (epoch milliseconds, sequence)."""


class Origin(StrEnum):
    """Who made a message: the other side, the owner on the phone, or a caller of the API."""

    CONTACT = "contact"
    PHONE = "phone"
    API = "api"


class _Identified:
    """A thing with an id, shown by it: everything here leads to everything else."""

    __slots__ = ()
    id: str

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"


class EventType:
    """`event_type` of messages that tell of something that happened in a chat."""

    PARTICIPANT_ADDED = 5


@dataclass(slots=True, eq=False, repr=False)
class Account(_Identified):
    """A connected account. `status` is that of its only source, in the words of `sources[].status`."""

    sequence: int
    id: str
    type: str
    name: str
    created_at: datetime
    phone_number: str | None
    username: str | None
    messages: Timeline
    own: Attendee = field(init=False)
    status: str = "OK"
    held: list[Callable[[], None]] = field(default_factory=list)
    """What happened at the provider while the account was not connected; done, in order, when it is again."""

    @property
    def connected(self) -> bool:
        return self.status == "OK"


@dataclass(slots=True, eq=False, repr=False)
class Attendee(_Identified):
    """A person as one account sees them.

    `phone_number` is `+…`, the literal `hidden` (a stranger who shows no number), or None outside WhatsApp.
    """

    sequence: int
    id: str
    account: Account
    provider_id: str
    name: str
    is_self: bool = False
    phone_number: str | None = None
    public_identifier: str | None = None
    occupation: str | None = None
    member_number: int = 0
    picture: int | None = None


@dataclass(slots=True, eq=False, repr=False)
class Chat(_Identified):
    """A conversation; `members` leaves out the account's own person."""

    id: str
    account: Account
    provider_id: str
    kind: int
    name: str | None
    members: list[Attendee]
    messages: Timeline
    sequence: int = 0
    timestamp: datetime | None = None
    unread_count: int = 0
    archived: bool = False
    pinned: bool = False
    muted: bool = False
    read_only: bool = False
    picture: int | None = None
    history_sync: str | None = None

    @property
    def is_group(self) -> bool:
        return self.kind == GROUP


@dataclass(slots=True, eq=False, repr=False)
class Attachment(_Identified):
    """A file of a message; `content` makes its bytes. None means the media is gone."""

    id: str
    type: str
    mimetype: str
    file_name: str | None = None
    file_size: int | None = None
    width: int = 0
    height: int = 0
    duration_seconds: int | None = None
    voice_note: bool = False
    sticker: bool = False
    gif: bool = False
    content: Callable[[], bytes] | None = None

    @property
    def unavailable(self) -> bool:
        return self.content is None


@dataclass(slots=True, eq=False)
class Reaction:
    """One person's emoji on a message."""

    value: str
    sender: Attendee


@dataclass(slots=True, eq=False, repr=False)
class Message(_Identified):
    """A message; `sequence` orders those of the same moment."""

    sequence: int
    id: str
    provider_id: str
    chat: Chat
    sender: Attendee
    text: str | None
    timestamp: datetime
    origin: Origin
    attachments: list[Attachment] = field(default_factory=list)
    quoted: Message | None = None
    forwarded: bool = False
    seen: bool = False
    delivered: bool = False
    seen_by: dict[str, str] = field(default_factory=dict)
    edited: bool = False
    deleted: bool = False
    event_type: int | None = None
    reactions: list[Reaction] = field(default_factory=list)

    @property
    def account(self) -> Account:
        return self.chat.account

    @property
    def is_sender(self) -> bool:
        return self.sender.is_self

    @property
    def is_event(self) -> bool:
        return self.event_type is not None


@dataclass(slots=True, eq=False, repr=False)
class Webhook(_Identified):
    """A registration. `account_ids` empty means every account; `fields` None means every field under its
    own name.
    """

    sequence: int
    id: str
    source: str
    request_url: str
    name: str | None
    format: str
    events: list[str]
    account_ids: list[str]
    headers: list[tuple[str, str]]
    fields: list[tuple[str, str]] | None
    enabled: bool = True
