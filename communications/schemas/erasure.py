"""Erasing for good, as the details of a conversation ask for it."""

from typing import Literal

from communications.schemas.documents import Count, Document, Id, Instant


class ErasurePreview(Document, frozen=True, kw_only=True):
    """What an erasure would take; ``conversations`` are those that go as a whole, parts counted with their whole.

    ``oldest_at`` and ``newest_at`` are of the messages, null where there are none.
    """

    kind: Literal["conversation", "person"]
    messages: Count
    conversations: Count
    files: Count
    oldest_at: Instant | None
    newest_at: Instant | None


class ErasureRecord(Document, frozen=True, kw_only=True):
    """What one took. ``deliveries``: those whose bodies went with it. What it was is told by nothing."""

    id: Id
    kind: Literal["conversation", "person"]
    messages: Count
    deliveries: Count
    erased_by: str
    began_at: Instant
    ended_at: Instant
