"""Comparisons with upstream, as REST answers them."""

from typing import Annotated, Literal

from msgspec import Meta

from communications.schemas.answers import PageCursor
from communications.schemas.documents import Count, Document, GapTrigger, Id, Instant
from communications.schemas.history import RefusedCount

ComparisonState = Literal["open", "waiting", "running", "held", "done", "failed"]


class Comparison(Document, frozen=True, kw_only=True):
    """A time in which messages may be missing, and what the comparison of it found.

    ``starts_at`` and ``ends_at`` bound that time; compared is more, from ``compared_from`` to ``compared_to``, and with it all
    other times of the account that waited: those are ``part_of`` this one and show its numbers. ``found`` messages were listed:
    ``recovered`` were missing here, of ``changed`` something was new, the others were ``known`` or ``refused``. ``not_shown`` are
    held here and were not listed: nothing is deleted for that. ``latest_by_seconds`` is how late the latest recovered one came.
    """

    id: Id
    channel_id: Id
    trigger: GapTrigger
    state: ComparisonState
    part_of: Id | None
    starts_at: Instant
    ends_at: Instant | None
    compared_from: Instant | None
    compared_to: Instant | None
    calls: Count
    found: Count
    recovered: Count
    changed: Count
    known: Count
    not_shown: Count
    refused: tuple[RefusedCount, ...]
    latest_by_seconds: Count | None
    held_until: Instant | None
    reason_code: str | None
    reason: str | None
    created_at: Instant
    ended_at: Instant | None


class ComparisonPage(Document, frozen=True, kw_only=True):
    items: tuple[Comparison, ...]
    next_cursor: PageCursor | None


class RecoveredChat(Document, frozen=True, kw_only=True):
    """What was missing of one chat; the times are of the messages that were listed of it."""

    chat_id: Id | None
    external_id: str
    title: str
    recovered: Count
    oldest_at: Instant | None
    newest_at: Instant | None


class ComparisonReport(Document, frozen=True, kw_only=True):
    """A comparison as a whole: the times it was made for, the chats of which something was missing, and what no list of
    upstream's can show.
    """

    comparison: Comparison
    windows: tuple[Comparison, ...]
    chats: tuple[RecoveredChat, ...]
    cannot_show: Annotated[tuple[str, ...], Meta(description="In words.")]
