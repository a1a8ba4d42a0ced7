"""Copies of what upstream holds: how they stand, chat by chat, and the report."""

import datetime as dt
import uuid
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, Struct

from communications.schemas.answers import PageCursor
from communications.schemas.documents import Count, Document, Id, Instant

HistoryState = Literal["waiting", "running", "paused", "held", "done", "failed", "cancelled"]
HistoryPhase = Literal["chats", "people", "messages", "done"]
HistoryTrigger = Literal["person", "connected", "imported", "scrolled"]
HistoryChatState = Literal["waiting", "copying", "done", "stopped", "untouched"]
HistoryMedia = Literal["all", "none"]


class RefusedCount(Document, frozen=True, kw_only=True):
    reason: str
    count: Count


class HistoryRun(Document, frozen=True, kw_only=True):
    """A copy of an account's history, or of what is older than what is held of one chat.

    ``found`` counts messages, and is the sum of ``stored`` (new here), ``changed``, ``known`` and those ``refused``. ``expected``
    is how many messages there will be in the end, where that can be told; ``import_found`` the most that upstream has shown in
    any run, and ``is_import_running`` whether upstream still fetches them itself. ``calls_left`` is what history may still use of
    today's budget. ``reason`` is for the person.
    """

    id: Id
    channel_id: Id
    chat_id: Id | None
    trigger: HistoryTrigger
    state: HistoryState
    phase: HistoryPhase
    since: Instant | None
    media: HistoryMedia
    is_import_running: bool | None
    import_found: Count
    chats_found: Count
    people_found: Count
    found: Count
    expected: Count | None
    stored: Count
    changed: Count
    known: Count
    refused: tuple[RefusedCount, ...]
    calls: Count
    calls_left: Count
    rate_per_second: float | None
    seconds_left: float | None
    held_until: Instant | None
    reason_code: str | None
    reason: str | None
    newest_at: Instant | None
    oldest_at: Instant | None
    created_at: Instant
    started_at: Instant | None
    ended_at: Instant | None


class HistoryRunPage(Document, frozen=True, kw_only=True):
    """Newest first."""

    items: tuple[HistoryRun, ...]
    next_cursor: PageCursor | None


class HistoryChat(Document, frozen=True, kw_only=True):
    """What a run found of one chat. ``chat_id`` is null while there is no conversation of it here; ``is_whole``: upstream shows
    nothing older than what is held.

    The list of messages is one of all chats, newest first: a chat is ``waiting`` until the list has come to when it was last
    active, then ``copying``, and ``done`` with the run; of a run that ended before its list it is ``stopped`` or ``untouched``.
    ``expected`` is how many messages there will be, where an earlier run or the end tells it. Since ``covered_since`` nothing
    is missing.
    """

    chat_id: Id | None
    external_id: str
    title: str
    state: HistoryChatState
    found: Count
    expected: Count | None
    stored: Count
    changed: Count
    known: Count
    refused: Count
    active_at: Instant | None
    newest_at: Instant | None
    oldest_at: Instant | None
    covered_since: Instant | None
    is_whole: bool


class HistoryChatPage(Document, frozen=True, kw_only=True):
    """In the order in which upstream lists them: the latest active first."""

    items: tuple[HistoryChat, ...]
    next_cursor: PageCursor | None


class HistoryChatDifference(Document, frozen=True, kw_only=True):
    """A chat of which two runs found different numbers; null where a run did not find it."""

    external_id: str
    title: str
    found: Count | None
    found_before: Count | None


class HistoryComparison(Document, frozen=True, kw_only=True):
    """An earlier run beside this one."""

    run: HistoryRun
    chats: tuple[HistoryChatDifference, ...]


class HistoryReport(Document, frozen=True, kw_only=True):
    """A run as a whole. ``compared_with`` where the call names another run of the account."""

    made_at: Instant
    account: Annotated[str, Meta(description="Its name here.")]
    run: HistoryRun
    chats: tuple[HistoryChat, ...]
    compared_with: HistoryComparison | None


class ClaimedRun(NamedTuple):
    """A run as the worker takes it. ``attempts`` tells it from the same run in other hands."""

    id: int
    attempts: int
    channel_id: int
    account: str
    conversation_id: int | None
    client_id: uuid.UUID
    phase: HistoryPhase
    cursor: str
    since: dt.datetime | None
    media: HistoryMedia
    from_phone: bool
    listed_at: dt.datetime | None
    reached_at: dt.datetime | None
    counted_at: dt.datetime | None
    failures: int


class Progress(NamedTuple):
    """How far a run is: where its list goes on, when the list was begun, and how old it is by now."""

    phase: HistoryPhase
    cursor: str
    listed_at: dt.datetime | None
    reached_at: dt.datetime | None
    counted_at: dt.datetime | None
    rate: float | None = None


class ChatFound(Struct, frozen=True, kw_only=True):
    """What a page adds to a run's line of one chat; ``None`` and an empty title leave what is held."""

    external_id: str
    title: str = ""
    unread_left: int | None = None
    active_at: dt.datetime | None = None
    found: int = 0
    stored: int = 0
    changed: int = 0
    known: int = 0
    refused: int = 0
    newest_at: dt.datetime | None = None
    oldest_at: dt.datetime | None = None
