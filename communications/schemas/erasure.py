"""Erasing for good, as the details of a conversation ask for it."""

from typing import Literal

from communications.schemas.documents import Count, Document, Id, Instant


class ErasurePreview(Document, frozen=True, kw_only=True):
    """What an erasure would take; ``conversations`` are those that go as a whole, parts counted with their whole."""

    kind: Literal["conversation", "person"]
    messages: Count
    conversations: Count


class ErasureRecord(Document, frozen=True, kw_only=True):
    """What one took. ``deliveries``: those whose bodies went with it. What it was is told by nothing."""

    id: Id
    kind: Literal["conversation", "person"]
    messages: Count
    deliveries: Count
    ended_at: Instant
