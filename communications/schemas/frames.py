"""The frames of the feed, as docs/protocol.md names them."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from communications.schemas.documents import (
    Attendee,
    Channel,
    Conversation,
    Document,
    Draft,
    Id,
    Member,
    Message,
    Version,
)

FeedCursor = Annotated[str, Meta(max_length=4096, description="Opaque position in the feed.")]
Entity = Literal["channel", "attendee", "conversation", "member", "message", "draft"]


class Rows(Document, frozen=True, kw_only=True):
    """Changed rows by entity; what has none is left out."""

    channel: tuple[Channel, ...] | UnsetType = UNSET
    attendee: tuple[Attendee, ...] | UnsetType = UNSET
    conversation: tuple[Conversation, ...] | UnsetType = UNSET
    member: tuple[Member, ...] | UnsetType = UNSET
    message: tuple[Message, ...] | UnsetType = UNSET
    draft: tuple[Draft, ...] | UnsetType = UNSET


class Gone(Document, frozen=True, kw_only=True):
    """A row that the reader may hold and must drop."""

    entity: Entity
    id: Id
    version: Version


class HelloFrame(Document, frozen=True, kw_only=True, tag_field="type", tag="hello"):
    epoch: str
    cursor: FeedCursor
    build: str
    user_id: Id
    heartbeat_seconds: int


class ChangesFrame(Document, frozen=True, kw_only=True, tag_field="type", tag="changes"):
    """Rows and their disappearance. Apply them and store ``cursor`` in one transaction.

    ``granted`` and ``revoked`` are ids of channels. ``more``: further frames of the same catch-up follow.
    """

    rows: Rows
    gone: tuple[Gone, ...] | UnsetType = UNSET
    granted: tuple[Id, ...] | UnsetType = UNSET
    revoked: tuple[Id, ...] | UnsetType = UNSET
    more: bool
    cursor: FeedCursor


class ResetFrame(Document, frozen=True, kw_only=True, tag_field="type", tag="reset"):
    """The cursor is of no use: load anew beside the old copy, and switch."""

    reason: str


class PingFrame(Document, frozen=True, kw_only=True, tag_field="type", tag="ping"):
    """Answer with a frame of type pong."""


class PongFrame(Document, frozen=True, kw_only=True, tag_field="type", tag="pong"):
    """The answer to a ping."""


class PresenceFrame(Document, frozen=True, kw_only=True, tag_field="type", tag="presence"):
    """A team mate types or looks; never stored."""

    user: str
    conversation_id: Id
    state: Literal["typing", "viewing"]


ServerFrame = HelloFrame | ChangesFrame | ResetFrame | PingFrame | PongFrame | PresenceFrame
