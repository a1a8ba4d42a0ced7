"""A search as it was asked for, and what it answers."""

import datetime as dt
from typing import Annotated

import msgspec
from msgspec import Meta

from communications.schemas.answers import PageCursor
from communications.schemas.documents import (
    Attendee,
    Conversation,
    Count,
    Direction,
    Document,
    Id,
    Instant,
    MessageKind,
)

HAS_KINDS = ("image", "video", "audio", "voice", "file", "sticker", "gif", "link")


class Wanted(msgspec.Struct, frozen=True):
    """Something to be found in a text: the beginning of a word, or (``is_phrase``) whole words in their order.

    ``digits`` is filled for what may be a number, however it is written.
    """

    text: str
    is_phrase: bool = False
    digits: str = ""


class SearchQuery(msgspec.Struct, frozen=True):
    """All of ``wanted`` and all of ``has``; of the others any one value. Times are the first moment of a day."""

    wanted: tuple[Wanted, ...] = ()
    sender: tuple[str, ...] = ()
    recipient: tuple[str, ...] = ()
    conversation: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    before: dt.datetime | None = None
    after: dt.datetime | None = None
    unread: bool = False


class Snippet(Document, frozen=True, kw_only=True):
    """Part of a message's text around what was found, or the name of its file.

    ``marks`` are the ranges found, as [from, to) in UTF-16 code units of ``text``.
    """

    text: str
    marks: tuple[tuple[Count, Count], ...]
    is_file_name: bool
    cut_before: bool
    cut_after: bool


class Hit(Document, frozen=True, kw_only=True):
    """A message that was found."""

    message_id: Id
    conversation_id: Id
    channel_id: Id
    direction: Direction
    kind: MessageKind
    sender_id: Id | None
    sender_name: str | None
    sent_at: Instant
    snippet: Snippet


class Reach(Document, frozen=True, kw_only=True):
    """How far the search went: over how many conversations, and back to when their stored messages go."""

    conversations: Count
    since: Instant | None


class Completeness(Document, frozen=True, kw_only=True):
    """Of how many of the conversations everything is held that upstream shows: a search finds no more than is here."""

    chats: Count
    whole: Count


class FoundMember(Document, frozen=True, kw_only=True):
    """A group that bears another name, and the member of it that bears this one."""

    conversation_id: Id
    attendee_id: Id


class SearchPage(Document, frozen=True, kw_only=True):
    """Messages that were found, newest first, and on the first page the people and chats of that name.

    ``members`` says of ``chats`` that were found by one of their members, by which. ``conversations`` are those of
    ``hits`` and of ``chats``; ``attendees`` their contacts, those members and the senders.
    ``total`` is null where counting would have cost more than finding. ``forgiving``: little was found as it
    was written, so one typing error in each longer word was forgiven. ``reach`` and ``completeness`` are on the first page only.
    """

    chats: tuple[Id, ...]
    members: tuple[FoundMember, ...]
    hits: tuple[Hit, ...]
    conversations: tuple[Conversation, ...]
    attendees: tuple[Attendee, ...]
    total: Annotated[Count | None, Meta(description="Of messages; null where it is not known.")]
    forgiving: bool
    reach: Reach | None
    completeness: Completeness | None
    next_cursor: PageCursor | None
