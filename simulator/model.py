"""What exists in the simulated service: accounts, the people they talk to, chats, messages and webhooks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from simulator.dialects import LIVE, Dialect

if TYPE_CHECKING:
    from simulator.timeline import Timeline

WHATSAPP, LINKEDIN, INSTAGRAM, TELEGRAM = "WHATSAPP", "LINKEDIN", "INSTAGRAM", "TELEGRAM"
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


class EventType(IntEnum):
    """`event_type` of messages that tell of something that happened in a chat; `OTHER` for what has no number."""

    OTHER = 0
    REACTION = 1
    REACTION_TO_OWN = 2
    GROUP_CREATED = 3
    SUBJECT_CHANGED = 4
    PARTICIPANT_ADDED = 5
    PARTICIPANT_REMOVED = 6
    PARTICIPANT_LEFT = 7
    MISSED_VOICE_CALL = 8
    MISSED_VIDEO_CALL = 9


@dataclass(slots=True, eq=False, repr=False)
class Account(_Identified):
    """A connected account.

    `status` is that of its only source, in the words of `sources[].status`. `dialect` is how its webhooks are
    spelt; `mirror_id` is a second account id under which each of them is told once more.
    """

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
    dialect: Dialect = LIVE
    mirror_id: str | None = None
    proxy: dict[str, object] | None = None
    sync: str | None = None
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
    history_fails: bool = False
    deeper: list[Message] = field(default_factory=list)
    """What only the telephone has until the chat's history is synchronised."""

    @property
    def is_group(self) -> bool:
        return self.kind == GROUP


@dataclass(slots=True)
class Withheld:
    """What happens to whoever asks for the bytes of an attachment.

    Each answer comes after `delay_seconds`. The first `times` of them (all, when it is None) are `status` in
    place of the bytes. `announced` media is called unavailable until the bytes can be had.
    """

    status: int | None = None
    times: int | None = None
    delay_seconds: float = 0.0
    announced: bool = False

    @property
    def refuses(self) -> bool:
        return self.status is not None and self.times != 0

    def take(self) -> int | None:
        """The status that meets the next call, used up by one time; None when it gets the bytes."""
        if not self.refuses:
            return None
        if self.times is not None:
            self.times -= 1
        return self.status


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
    withheld: Withheld | None = None

    @property
    def unavailable(self) -> bool:
        if self.content is None:
            return True
        return self.withheld is not None and self.withheld.announced and self.withheld.refuses


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
    view_once: bool = False
    seen: bool = False
    delivered: bool = False
    seen_by: dict[str, str] = field(default_factory=dict)
    edited: bool = False
    deleted: bool = False
    event_type: EventType | None = None
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
class HostedLink(_Identified):
    """A link to the hosted connection page. `name` is the caller's own mark, `account` the one to reconnect."""

    id: str
    providers: list[str]
    name: str | None
    notify_url: str | None
    success_url: str | None
    failure_url: str | None
    account: Account | None
    proxy: dict[str, object] | None = None
    finished: bool = False


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
