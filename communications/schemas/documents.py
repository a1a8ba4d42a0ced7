"""The entities as they travel to the browser, field for field as docs/protocol.md names them.

``None`` is unknown or absent. A message whose author deleted it keeps its place and times, and nothing
of its content.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from communications.status import Status

Id = Annotated[str, Meta(pattern="^[0-9]{1,19}$", description="An id as a decimal string.")]
Version = Annotated[
    str, Meta(pattern="^[0-9]{1,20}$", description="The writing transaction's number, up to 2⁶⁴.")
]
Instant = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$",
        description="RFC 3339 in UTC with milliseconds.",
        extra_json_schema={"format": "date-time"},
    ),
]
Phone = Annotated[str, Meta(pattern=r"^\+[0-9]+$", description="In international form: + and digits.")]
Count = Annotated[int, Meta(ge=0)]
LocalUrl = Annotated[str, Meta(pattern="^/api/v1/", description="A path of this server.")]

Role = Literal["owner", "admin", "member"]
HereOnly = Literal["archived", "pinned", "muted"]
ConversationKind = Literal["direct", "group", "channel"]
Direction = Literal["inbound", "outbound", "unknown"]
Origin = Literal["contact", "phone", "us"]
FoundBy = Literal["history", "repair"]
AttachmentKind = Literal["image", "video", "audio", "voice", "file", "sticker", "gif"]
AttachmentState = Literal["wanted", "stored", "unavailable"]
MessageKind = Literal[
    "text", "image", "video", "audio", "voice", "file", "sticker", "gif", "event", "unsupported"
]

IntentState = Literal["waiting", "sending", "accepted", "done", "failed", "unconfirmed"]
Evidence = Literal["answer", "echo", "receipt", "read_back", "person"]
ReadReceipts = Literal["on_open", "on_answer", "never"]
AlarmKind = Literal[
    "account_down",
    "unusually_quiet",
    "outbox_waiting",
    "deliveries_failing",
    "feed_held",
    "disk_full",
    "key_refused",
    "webhooks_missing",
]
GapTrigger = Literal["status", "start", "storage", "reference", "restore", "person", "nightly"]
GapState = Literal["open", "waiting", "running", "held", "failed"]

EventKind = Literal[
    "reaction",
    "group_created",
    "subject_changed",
    "picture_changed",
    "member_added",
    "member_joined",
    "member_removed",
    "member_left",
    "member_promoted",
    "missed_call",
    "missed_video_call",
    "declined_call",
    "call",
    "other",
]


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every entity and answer is built on: fixed fields, no others."""


class Alarm(Document, frozen=True, kw_only=True):
    """Something a person should know of; of the whole installation where ``channel_id`` is null.

    ``since`` is when the state began. ``count``: deliveries that would have come by now (``unusually_quiet``), messages
    (``outbox_waiting``), deliveries (``deliveries_failing``), seconds (``feed_held``) or bytes that are free (``disk_full``).
    ``reason`` is a code: the account's status, or why messages wait.
    """

    id: Id
    kind: AlarmKind
    channel_id: Id | None
    opened_at: Instant
    closed_at: Instant | None
    since: Instant | None
    count: Count | None
    reason: str | None
    acknowledged_at: Instant | None
    acknowledged_by: str | None


class Gap(Document, frozen=True, kw_only=True):
    """A time in which messages may be missing here, until it was compared with upstream; ``open`` while it lasts."""

    id: Id
    trigger: GapTrigger
    state: GapState
    starts_at: Instant
    ends_at: Instant | None


class Channel(Document, frozen=True, kw_only=True):
    """A connected account, as one reader sees it: ``role`` is the reader's, and ``version`` covers it.

    ``status`` is ours; ``status_word`` is upstream's own word for it. Since ``paused_at`` nothing is sent or read,
    by a person's wish. ``alarms`` are its open ones, and to owners those of the whole installation. ``gaps`` are the
    times that were not compared yet; up to ``verified_until`` everything was.
    """

    id: Id
    provider: str
    name: str
    status: str
    status_word: str | None
    status_since: Instant | None
    read_receipts: ReadReceipts
    paused_at: Instant | None
    role: Role
    alarms: tuple[Alarm, ...]
    gaps: tuple[Gap, ...]
    verified_until: Instant | None
    nightly_check: bool
    version: Version


class Mention(Document, frozen=True, kw_only=True):
    """Somebody named in a text: show ``name``, or better what is now known of ``attendee_id``, instead of ``token``.

    ``name`` is null where nobody knows one.
    """

    token: str
    attendee_id: Id | None
    name: str | None
    is_own: bool


class LastMessage(Document, frozen=True, kw_only=True):
    """The newest message of a conversation, for the list; ``text`` is its beginning."""

    id: Id
    direction: Direction
    kind: MessageKind
    event: EventKind | None
    text: str
    mentions: tuple[Mention, ...]
    sender_name: str | None
    status: Status | None
    deleted_at: Instant | None


class HistoryHeld(Document, frozen=True, kw_only=True):
    """How far back a conversation was copied from upstream: without a hole from ``since`` on (null: never), and ``is_whole`` if
    upstream shows nothing older.
    """

    since: Instant | None
    is_whole: bool


class Conversation(Document, frozen=True, kw_only=True):
    """One chat. ``title`` is upstream's; ``name`` is what to show and never empty.

    ``picture_url`` is a group's; a direct conversation shows its contact's. ``content_type`` is upstream's word
    for what is no plain chat: inmail, sponsored, linkedin_offer.
    """

    id: Id
    channel_id: Id
    provider: str
    kind: ConversationKind
    title: str | None
    name: Annotated[str, Meta(min_length=1)]
    picture_url: LocalUrl | None
    contact_id: Id | None
    last_message_at: Instant | None
    last_message: LastMessage | None
    unread_count: Count
    marked_unread: bool
    here_only: tuple[HereOnly, ...]
    archived: bool
    pinned: bool
    muted_until: Instant | None
    read_only: bool
    disabled_features: tuple[str, ...]
    content_type: str | None
    history: HistoryHeld
    history_revision: Count
    version: Version


class Attachment(Document, frozen=True, kw_only=True):
    """A file of a message. ``kind`` is what upstream calls it.

    Once ``state`` is stored, type, size and measures are those of the content, and ``url`` leads to it;
    ``thumbnail_url`` leads to a small picture of it where one could be drawn. ``failure`` says why it is
    unavailable: gone, deleted, too_large, refused, failed, not_asked_for, or null where upstream did not say.
    """

    id: Id
    kind: AttachmentKind
    name: str | None
    mime_type: str | None
    size_bytes: Count | None
    width: Count | None
    height: Count | None
    duration_seconds: float | None
    state: AttachmentState
    failure: str | None
    url: LocalUrl | None
    thumbnail_url: LocalUrl | None


class Reaction(Document, frozen=True, kw_only=True):
    id: Id
    emoji: str
    sender_id: Id | None
    sender_name: str | None
    is_own: bool


class Quoted(Document, frozen=True, kw_only=True):
    """What a message answers to, as it was told.

    ``external_message_id`` is the id upstream names it by, its own or the provider's. ``message_id`` is there if
    that message was stored before the answer to it was.
    """

    external_message_id: str | None
    sender_name: str | None
    text: str
    message_id: Id | None


class Sending(Document, frozen=True, kw_only=True):
    """How far a message that was written here has come, and what proves it.

    ``reason_code`` and ``reason`` say why it waits, failed, or is unconfirmed; ``retry_at`` when it is tried next.
    """

    state: IntentState
    reason_code: str | None
    reason: str | None
    attempts: Count
    attempted_at: Instant | None
    retry_at: Instant | None
    evidence: Evidence | None
    evidence_at: Instant | None


class Change(Document, frozen=True, kw_only=True):
    """What somebody here wants of a message and upstream has not shown yet: to be shown as if it were so, unless it failed.

    ``emoji`` is the wanted reaction, empty to take it back; ``text`` the wanted text.
    """

    id: Id
    client_id: str
    kind: Literal["react", "edit", "delete"]
    state: IntentState
    emoji: str | None
    text: str | None
    reason_code: str | None
    reason: str | None
    author_id: Id | None
    created_at: Instant


class Message(Document, frozen=True, kw_only=True):
    """One message with all that belongs to it. Messages sort by (sent_at, received_at, id).

    ``event`` says what a message of the kind ``event`` tells; ``subject`` is an InMail's. ``author_id`` and ``author_name`` are
    the person who wrote it here; ``sending`` is null for what was not written here. ``found_by`` is null for what came by itself,
    else what brought it: fetching history, or comparing with upstream after something was missed.
    """

    id: Id
    channel_id: Id
    conversation_id: Id
    external_message_id: str | None
    client_id: str | None
    direction: Direction
    origin: Origin
    sender_id: Id | None
    sender_name: str | None
    kind: MessageKind
    event: EventKind | None
    subject: str | None
    text: str
    mentions: tuple[Mention, ...]
    status: Status | None
    sent_at: Instant
    received_at: Instant
    found_by: FoundBy | None
    time_flagged: bool
    edited_at: Instant | None
    deleted_at: Instant | None
    forwarded: bool
    view_once: bool
    quoted: Quoted | None
    attachments: tuple[Attachment, ...]
    reactions: tuple[Reaction, ...]
    author_id: Id | None
    author_name: str | None
    sending: Sending | None
    changes: tuple[Change, ...]
    version: Version


class Attendee(Document, frozen=True, kw_only=True):
    """A person on one channel; ``name`` is the best known, or empty.

    Attendees with the same ``same_as_id``, and the one whose id it is, are one person: what is shown of it is the same in all.
    """

    id: Id
    channel_id: Id
    name: str
    phone: Phone | None
    public_identifier: str | None
    picture_url: LocalUrl | None
    is_self: bool
    same_as_id: Id | None
    version: Version


class Member(Document, frozen=True, kw_only=True):
    """An attendee is in a conversation."""

    id: Id
    channel_id: Id
    conversation_id: Id
    attendee_id: Id
    version: Version


class Draft(Document, frozen=True, kw_only=True):
    """What the reader has begun to write in a conversation."""

    id: Id
    conversation_id: Id
    channel_id: Id
    text: str
    updated_at: Instant
    version: Version
