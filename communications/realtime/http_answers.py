"""Answers to a plain request: a frame, or an error as the API writes errors."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final

from communications.errors import LandlineError
from communications.schemas.problems import (
    PROBLEM_CONTENT_TYPE,
    problem,
    problem_bytes,
    problem_headers,
    problem_of,
)

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]

# Below, compressing costs more than it saves.
COMPRESSED_FROM_BYTES: Final = 8_000
GZIP_LEVEL: Final = 3
RETRY_AFTER_SECONDS: Final = 5


class MethodNotAllowed(LandlineError):
    status = 405
    code = "method_not_allowed"
    title = "That method is not taken here"


async def frame_send(send: Send, request_headers: Headers, frame: bytes) -> None:
    headers = [(b"vary", b"Accept-Encoding, Cookie")]
    if len(frame) >= COMPRESSED_FROM_BYTES and _takes_gzip(request_headers):
        frame = await asyncio.to_thread(gzip.compress, frame, GZIP_LEVEL, mtime=0)
        headers.append((b"content-encoding", b"gzip"))
    await _respond(send, 200, b"application/json", frame, headers)


async def problem_send(send: Send, error: LandlineError) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in problem_headers(error).items()]
    if isinstance(error, MethodNotAllowed):
        headers.append((b"allow", b"GET"))
    body = problem_bytes(problem_of(error))
    await _respond(send, error.status, PROBLEM_CONTENT_TYPE.encode(), body, headers)


async def unavailable_send(send: Send) -> None:
    """Answers 503 while the database is not there."""
    document = problem(503, "unavailable", "The server cannot answer just now; try again shortly")
    headers = [(b"retry-after", str(RETRY_AFTER_SECONDS).encode())]
    await _respond(send, 503, PROBLEM_CONTENT_TYPE.encode(), problem_bytes(document), headers)


async def broken_send(send: Send) -> None:
    """Answers 500 for an error that nobody foresaw."""
    await problem_send(send, LandlineError())


def _takes_gzip(headers: Headers) -> bool:
    """RFC 9110, 12.5.3: named, and not with a weight of zero."""
    accepted = b",".join(value for name, value in headers if name == b"accept-encoding").decode("latin-1")
    for coding in accepted.lower().split(","):
        name, _, weight = coding.partition(";")
        if name.strip() in ("gzip", "x-gzip"):
            return weight.strip().replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


async def _respond(
    send: Send, status: int, content_type: bytes, body: bytes, headers: list[tuple[bytes, bytes]]
) -> None:
    fixed = [
        (b"content-type", content_type),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"private, no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": [*fixed, *headers]})
    await send({"type": "http.response.body", "body": body})
