"""What can become of a real answer on its way to the caller."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from itertools import chain, repeat
from typing import Any

import msgspec

from simulator.web.messages import Request, Response

PAGE = b"<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad gateway</h1></body></html>"
PAGE_TYPE = "text/html"
PIECES = 20
_BLANKS = b" " * 65_536


def page(status: int | None, answer: Response, _request: Request) -> Response:
    """A page of HTML in its place, under its status unless there is a `status`."""
    return replace(answer, status=status or answer.status, body=PAGE, content_type=PAGE_TYPE)


def truncate(answer: Response, _request: Request) -> Response:
    """The first half of its body, as if that were all."""
    return replace(answer, body=answer.body[: len(answer.body) // 2])


def empty(answer: Response, _request: Request) -> Response:
    """No body."""
    return replace(answer, body=b"")


def null_id(answer: Response, _request: Request) -> Response:
    """Its `message_id` is null."""
    return _changed(answer, lambda document: {**document, "message_id": None})


def drop_id(answer: Response, _request: Request) -> Response:
    """It has no `message_id`."""
    return _changed(
        answer, lambda document: {key: one for key, one in document.items() if key != "message_id"}
    )


def swell(size_bytes: int, answer: Response, _request: Request) -> Response:
    """As many blanks after it."""
    return replace(answer, body=answer.body + b" " * size_bytes)


def slow(seconds: float, answer: Response, request: Request) -> Response:
    """Its body in pieces, the last of them after `seconds`."""
    step = -(-len(answer.body) // PIECES) or 1
    pieces = [answer.body[at : at + step] for at in range(0, len(answer.body), step)]
    pause_seconds = seconds / len(pieces) if pieces else seconds
    return streamed(answer, trickle(pieces, pause_seconds, request), len(answer.body))


def never_end(answer: Response, request: Request) -> Response:
    """Blanks after it until the caller hangs up."""
    return streamed(answer, trickle(chain([answer.body], repeat(_BLANKS)), 0.005, request))


def break_off(cut: Callable[[], None], answer: Response, request: Request) -> Response:
    """Half of its body leaves, then the connection is `cut`."""

    async def half() -> AsyncIterator[bytes]:
        yield answer.body[: len(answer.body) // 2]
        cut()
        await request.hung_up()

    return streamed(answer, half(), len(answer.body))


def streamed(answer: Response, pieces: AsyncIterator[bytes], length: int | None = None) -> Response:
    """The answer with `pieces` for its body."""
    headers = answer.headers if length is None else {**answer.headers, "content-length": str(length)}
    return replace(answer, body=b"", stream=pieces, headers=headers)


async def trickle(pieces: Iterable[bytes], pause_seconds: float, request: Request) -> AsyncIterator[bytes]:
    """`pieces` with pauses before each, until the caller hangs up."""
    gone = asyncio.ensure_future(request.hung_up())
    try:
        for piece in pieces:
            await asyncio.wait({gone}, timeout=pause_seconds)
            if gone.done():
                return
            yield piece
    finally:
        gone.cancel()


def _changed(answer: Response, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Response:
    """The answer with another document, where it carries a message's id."""
    if not answer.content_type.startswith("application/json"):
        return answer
    document = msgspec.json.decode(answer.body)
    if "message_id" not in document:
        return answer
    return replace(answer, body=msgspec.json.encode(change(document)))
