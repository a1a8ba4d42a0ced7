"""A file as an answer: whole or a part, streamed, revalidated by its content, and harmless wherever it is opened."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Final

import structlog
from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from communications.errors import NotFound
from communications.media.content_type import SHOWN_INLINE
from communications.media.storage import BytesFile, file_open
from communications.selectors.media import ServedFile

log = structlog.get_logger(__name__)

CHUNK_BYTES: Final = 262_144

_ONE_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Part:
    """So many bytes of an open file from ``start`` on; whoever answers with it closes it."""

    def __init__(self, file: BytesFile, start: int, size_bytes: int) -> None:
        self._file = file
        self._start = start
        self._size_bytes = size_bytes
        self.close = file.close

    async def __aiter__(self) -> AsyncIterator[bytes]:
        await sync_to_async(self._file.seek)(self._start)
        left = self._size_bytes
        while left > 0:
            piece = await sync_to_async(self._file.read)(min(CHUNK_BYTES, left))
            if not piece:
                raise OSError("the stored file is shorter than its row says")
            left -= len(piece)
            yield piece


def file_answer(
    request: HttpRequest,
    *,
    key: str,
    size_bytes: int,
    mime_type: str,
    etag: str,
    name: str,
    is_inline: bool,
) -> HttpResponseBase:
    """RFC 9110: 200 or 206, 304 by ``If-None-Match``, 416; several ranges at once are not served, the whole is.

    ``etag`` goes without quotes. Raises NotFound, noted in the log, where the storage has lost the file.
    """
    headers = {
        "ETag": f'"{etag}"',
        "Accept-Ranges": "bytes",
        "Content-Disposition": content_disposition_header(not is_inline, name) or "attachment",
    }
    if _names(request.headers.get("If-None-Match", ""), etag):
        return _without_content(304, headers)
    try:
        part = _part_asked_for(request, etag, size_bytes)
    except _Unsatisfiable:
        return _without_content(416, headers | {"Content-Range": f"bytes */{size_bytes}"})
    start, end = part or (0, size_bytes)
    status = 206 if part else 200
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size_bytes}"
    headers |= {"Content-Type": mime_type, "Content-Length": str(end - start)}
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    return _streamed(key, start, end - start, status, headers)


def stored_answer(request: HttpRequest, file: ServedFile, *, name: str) -> HttpResponseBase:
    """A file as it is kept. What browsers show or play comes inline, all else to be saved. Raises as ``file_answer``."""
    return file_answer(
        request,
        key=file.storage_key,
        size_bytes=file.size_bytes,
        mime_type=file.mime_type,
        etag=file.sha256.hex(),
        name=name,
        is_inline=file.mime_type in SHOWN_INLINE,
    )


class _Unsatisfiable(Exception):
    """No byte of the file is in the range."""


def _streamed(
    key: str, start: int, size_bytes: int, status: int, headers: dict[str, str]
) -> HttpResponseBase:
    try:
        file = file_open(key)
    except FileNotFoundError as error:
        log.error("stored_file_missing", key=key)
        raise NotFound from error
    # Readers may be slow, and connections are few.
    connection.close()
    return StreamingHttpResponse(Part(file, start, size_bytes), status=status, headers=headers)


def _without_content(status: int, headers: dict[str, str]) -> HttpResponse:
    response = HttpResponse(status=status, headers=headers)
    del response["Content-Type"]
    return response


def _part_asked_for(request: HttpRequest, etag: str, size_bytes: int) -> tuple[int, int] | None:
    """From the first byte asked for to the one after the last; ``None`` for the whole.

    The whole it is without a range, for several or an odd one, and if the file is not the one that was meant.
    """
    found = _ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    if found is None or request.headers.get("If-Range", f'"{etag}"') != f'"{etag}"':
        return None
    first, last = (int(text) if text else None for text in found.groups())
    if first is None:
        if last == 0:
            raise _Unsatisfiable
        return None if last is None else (max(0, size_bytes - last), size_bytes)
    if last is not None and last < first:
        return None
    if first >= size_bytes:
        raise _Unsatisfiable
    return first, size_bytes if last is None else min(last + 1, size_bytes)


def _names(condition: str, etag: str) -> bool:
    """Weak comparison, as ``If-None-Match`` asks for."""
    told = {one.strip().removeprefix("W/") for one in condition.split(",")}
    return f'"{etag}"' in told or "*" in told
