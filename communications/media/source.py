"""What is asked of upstream: the part of Unipile's client that files come through."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from communications.ingest.files import WantedFile


class Download(Protocol):
    """An answer whose body is still to be read; ``size_bytes`` is what upstream claims."""

    @property
    def size_bytes(self) -> int | None: ...

    def chunks(self, max_bytes: int) -> AsyncIterator[bytes]: ...


class Messages(Protocol):
    def attachment(
        self, message_id: str, attachment_id: str, *, reason: str
    ) -> AbstractAsyncContextManager[Download]: ...


class Attendees(Protocol):
    def picture(self, attendee_or_chat_id: str, *, reason: str) -> AbstractAsyncContextManager[Download]: ...


class Source(Protocol):
    """``unipile.client.UnipileClient``, as far as it is used here."""

    @property
    def messages(self) -> Messages: ...

    @property
    def attendees(self) -> Attendees: ...


def download_open(source: Source, wanted: WantedFile) -> AbstractAsyncContextManager[Download]:
    """Raises any ``unipile.errors.UnipileError``, on entering and while reading."""
    if wanted.queue == "picture":
        return source.attendees.picture(wanted.upstream_id, reason="picture first looked at")
    told_by = "" if wanted.told_by is None else f" by delivery {wanted.told_by}"
    return source.messages.attachment(
        wanted.upstream_message_id or "", wanted.upstream_id, reason=f"attachment received{told_by}"
    )
