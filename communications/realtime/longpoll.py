"""``changes/``: the feed for browsers whose network lets no socket through. One request, one frame."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
import psycopg
from django.core.exceptions import DisallowedHost
from psycopg_pool import PoolTimeout

from communications.errors import InvalidInput, LandlineError, NotAuthenticated
from communications.feed.changes import PAGE_ROWS, changes_read
from communications.feed.cursor import Cursor, MalformedCursor
from communications.feed.epoch import cursor_resume, start_cursor
from communications.realtime import frames
from communications.realtime.hub import Hub
from communications.realtime.visitor import visitor_scope
from communications.schemas.scope import Scope

PATH: Final = "/api/v1/communications/changes/"
WAIT_MAX_SECONDS: Final = 25
SETTLE_SECONDS: Final = 0.005

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class LongPoll:
    """The ASGI application of the address. Answers a ``changes`` or a ``reset`` frame."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        try:
            if scope["method"] not in ("GET", "HEAD"):
                await _problem(send, 405, "method_not_allowed", "Only GET is taken here")
                return
            visitor = await visitor_scope(scope)
            query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
            wait = _number(query, "wait", default=0, largest=WAIT_MAX_SECONDS)
            limit = _number(query, "limit", default=PAGE_ROWS, largest=PAGE_ROWS) or 1
            frame = await self._answer(visitor, query.get("cursor", [None])[0], wait, limit)
        except NotAuthenticated as error:
            await _problem(send, error.status, error.code, error.detail)
        except LandlineError as error:
            await _problem(send, error.status, error.code, error.detail)
        except DisallowedHost:
            await _problem(send, 400, "invalid_host", "This server does not go by that name")
        except (psycopg.Error, PoolTimeout):
            await _problem(send, 503, "database_unavailable", "The database is not there; try again shortly")
        else:
            await _respond(send, 200, b"application/json", frame)

    async def _answer(self, visitor: Scope, cursor_text: str | None, wait: int, limit: int) -> bytes:
        async with self._hub.connection() as connection:
            start = await start_cursor(connection, self._hub.epoch)
            if cursor_text is None:
                return _start_frame(start)
            try:
                cursor = Cursor.decode(cursor_text)
            except MalformedCursor:
                return frames.reset("the position is not readable")
            resumed = await cursor_resume(connection, cursor, self._hub.epoch)
        if resumed.reset is not None:
            if resumed.is_ahead:
                await self._hub.database_is_another()
            return frames.reset(resumed.reset)
        waiting = Waiting(visitor)
        await self._hub.join(waiting)
        try:
            frame = await self._page(visitor, cursor, limit)
            if frame is None and wait:
                await waiting.for_news(wait)
                frame = await self._page(waiting.scope, cursor, limit)
        finally:
            self._hub.leave(waiting)
        if waiting.scope.session_generation != visitor.session_generation:
            raise NotAuthenticated
        return frame or _start_frame(start)

    async def _page(self, scope: Scope, cursor: Cursor, limit: int) -> bytes | None:
        async with self._hub.connection() as connection:
            changes = await changes_read(connection, cursor, scope=scope, limit=limit)
        page = frames.ChangesFrames(changes)
        is_empty = not (changes.rows or changes.gone or changes.granted or changes.revoked or changes.more)
        return None if is_empty else page.whole(scope.user_id)


class Waiting:
    """A request that waits: it needs to know that there is news, not what."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._news = asyncio.Event()

    def take(self, frame: bytes) -> None:  # noqa: ARG002
        self._news.set()

    def rescope(self, scope: Scope) -> None:
        self.scope = scope
        self._news.set()

    def restart(self, reason: str) -> None:  # noqa: ARG002
        self._news.set()

    async def for_news(self, seconds: float) -> None:
        """Until there is news or the time is over; news that come together are answered together."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
                await asyncio.sleep(SETTLE_SECONDS)
        except TimeoutError:
            return


def _start_frame(cursor: Cursor) -> bytes:
    return msgspec.json.encode({"type": "changes", "rows": {}, "more": False, "cursor": cursor.encode()})


def _number(query: dict[str, list[str]], name: str, *, default: int, largest: int) -> int:
    given = query.get(name, [str(default)])[0]
    if not (given.isascii() and given.isdecimal()) or len(given) > 6:
        raise InvalidInput(f"{name} is a number from 0 to {largest}")
    return min(int(given), largest)


async def _problem(send: Send, status: int, code: str, detail: str) -> None:
    body = msgspec.json.encode(
        {"type": f"/problems/{code}", "title": detail, "status": status, "detail": detail, "code": code}
    )
    await _respond(send, status, b"application/problem+json", body)


async def _respond(send: Send, status: int, content_type: bytes, body: bytes) -> None:
    headers = [
        (b"content-type", content_type),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"private, no-store"),
        (b"vary", b"cookie"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
