"""Bytes of attachments and pictures, streamed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import Message as HeaderMessage

from unipile.operations.caller import Call, Caller
from unipile.payloads import fields
from unipile.transport import AnswerStream

DOWNLOAD_MAX_BYTES = 100 * 1024 * 1024


class Download:
    """A 2xx answer whose body is still to be read. What its headers say is upstream's claim."""

    def __init__(self, stream: AnswerStream) -> None:
        self._stream = stream
        headers = HeaderMessage()
        headers["Content-Type"] = stream.headers.get("Content-Type", "application/octet-stream")
        headers["Content-Disposition"] = stream.headers.get("Content-Disposition", "attachment")
        self.mime_type = headers.get_content_type()
        self.file_name = fields.word(headers.get_filename())
        self.size_bytes = fields.count(stream.headers.get("Content-Length"))

    def chunks(self, max_bytes: int = DOWNLOAD_MAX_BYTES) -> AsyncIterator[bytes]:
        """The body; raises `Unknown` with code `answer_too_large` past `max_bytes`, else as any read."""
        return self._stream.chunks(max_bytes)


@asynccontextmanager
async def open_download(caller: Caller, call: Call) -> AsyncIterator[Download]:
    """Raises any `UnipileError`, on entering and while reading; leaving drops what was not read."""
    async with caller.stream(call) as stream:
        yield Download(stream)
