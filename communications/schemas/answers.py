"""What the REST calls answer, besides single entities."""

from typing import Annotated

from msgspec import Meta

from communications.schemas.documents import (
    Attendee,
    Channel,
    Conversation,
    Document,
    Draft,
    Id,
    Instant,
    Member,
    Message,
)

PageCursor = Annotated[str, Meta(description="Opaque; valid for the same path only.")]


class SessionUser(Document, frozen=True, kw_only=True):
    id: Id
    username: str
    display_name: str


class Session(Document, frozen=True, kw_only=True):
    """Who is logged in (``user`` is null for nobody), and what a page needs to go on.

    ``csrf_token`` goes into the header X-CSRFToken of every unsafe call. ``build`` names what the server
    runs. ``demo``: the accounts are simulated.
    """

    user: SessionUser | None
    csrf_token: str
    build: str
    demo: bool


class ChannelList(Document, frozen=True, kw_only=True):
    items: tuple[Channel, ...]


class DraftList(Document, frozen=True, kw_only=True):
    items: tuple[Draft, ...]


class ChannelStatusEntry(Document, frozen=True, kw_only=True):
    """What upstream said of an account: ``status`` in our words, ``status_word`` in its own."""

    id: Id
    at: Instant
    status: str
    status_word: str | None


class ChannelCalls(Document, frozen=True, kw_only=True):
    """Calls of upstream for one channel today (UTC). ``avoided``: deliveries that were news, each of which a poller would have
    had to ask for.
    """

    day: str
    calls: int
    by_purpose: dict[str, int]
    per_day: int
    avoided: int
    paused_until: Instant | None


class ChannelStatusPage(Document, frozen=True, kw_only=True):
    """The time line of a channel, newest first; ``last_delivery_at`` is when anything last came from it."""

    items: tuple[ChannelStatusEntry, ...]
    last_delivery_at: Instant | None
    next_cursor: PageCursor | None


class ConversationPage(Document, frozen=True, kw_only=True):
    """Pinned ones first, then newest first; ``attendees`` are the contacts of ``items``."""

    items: tuple[Conversation, ...]
    attendees: tuple[Attendee, ...]
    next_cursor: PageCursor | None


class MessagePage(Document, frozen=True, kw_only=True):
    """Newest first; ``attendees`` are who wrote or reacted; ``next_cursor`` is null at the oldest.

    ``newer_cursor`` leads the other way, from a page that was opened around a message; null where nothing newer
    is left, and on pages that lead to older ones.
    """

    items: tuple[Message, ...]
    attendees: tuple[Attendee, ...]
    next_cursor: PageCursor | None
    newer_cursor: PageCursor | None


class MemberList(Document, frozen=True, kw_only=True):
    items: tuple[Member, ...]
    attendees: tuple[Attendee, ...]
