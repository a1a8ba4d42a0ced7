"""``changes/``: the feed for browsers whose network lets no socket through. One request, one frame."""

import asyncio
from collections.abc import MutableMapping
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qs

import structlog

from communications.errors import InvalidInput, LandlineError, NotAuthenticated
from communications.feed.changes import Changes, changes_read
from communications.feed.cursor import Cursor, MalformedCursor
from communications.feed.refusals import CursorRefused
from communications.feed.standing import start_cursor
from communications.realtime import frames, http_answers
from communications.realtime.asgi import Receive, Send
from communications.realtime.hub import Hub
from communications.realtime.trouble import DATABASE_TROUBLE
from communications.realtime.visitor import Visitor, visitor_of
from communications.schemas.scope import Scope

log = structlog.get_logger(__name__)

WAIT_MAX_SECONDS: Final = 25
LIMIT_MAX: Final = 200
SETTLE_SECONDS: Final = 0.005

Query = dict[str, list[str]]


class LongPoll:
    """The ASGI application of the address. Answers a ``changes`` or a ``reset`` frame, or a problem."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_hung_up(receive))
        try:
            frame = await self._frame(scope, gone)
        except LandlineError as error:
            await http_answers.problem_send(send, error)
        except DATABASE_TROUBLE as trouble:
            log.warning("changes_unavailable", error=type(trouble).__name__)
            await http_answers.unavailable_send(send)
        except Exception:
            log.exception("changes_broken")
            await http_answers.broken_send(send)
        else:
            if frame is not None:
                await http_answers.frame_send(send, scope["headers"], frame)
        finally:
            gone.cancel()

    async def _frame(self, scope: MutableMapping[str, Any], gone: asyncio.Task[None]) -> bytes | None:
        """``None`` if nobody waits for it any more."""
        if scope["method"] != "GET":
            raise http_answers.MethodNotAllowed
        visitor = await visitor_of(scope)
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        wait = _number(query, "wait", default=0, smallest=0, largest=WAIT_MAX_SECONDS)
        limit = _number(query, "limit", default=LIMIT_MAX, smallest=1, largest=LIMIT_MAX)
        if "cursor" not in query:
            return frames.moved(await self._hub.read(start_cursor))
        try:
            cursor = Cursor.decode(query["cursor"][0])
        except MalformedCursor:
            return frames.reset("the position is not readable")
        try:
            return await Poll(self._hub, visitor, cursor, limit).answer(wait, gone)
        except CursorRefused as refused:
            if refused.is_ahead:
                await self._hub.database_was_put_back(cursor.epoch)
            return frames.reset(refused.reason)


class Poll:
    """One request. While it waits it is a reader that needs to know that there is news, not what."""

    def __init__(self, hub: Hub, visitor: Visitor, cursor: Cursor, limit: int) -> None:
        self.scope = Scope(
            user_id=visitor.user_id,
            session_generation=visitor.session_generation,
            channels=frozenset(),
        )
        self._hub = hub
        self._visitor = visitor
        self._cursor = cursor
        self._limit = limit
        self._news = asyncio.Event()

    def take(self, frame: bytes) -> None:
        """A sign of life is no reason to answer."""

    def take_changes(self, frame: bytes, position: Cursor) -> None:  # noqa: ARG002
        self._news.set()

    def rescope(self, scope: Scope) -> None:
        self.scope = scope
        self._news.set()

    def restart(self, reason: str) -> None:  # noqa: ARG002
        self._news.set()

    async def answer(self, wait: int, gone: asyncio.Task[None]) -> bytes | None:
        """Raises ``CursorRefused``, and ``NotAuthenticated`` if the session ends meanwhile."""
        page = await self._page()
        if page.is_empty and wait:
            async with self._hub.standing_still():
                page = await self._page()
                if page.is_empty:
                    self._hub.join(self, page.cursor)
            if page.is_empty:
                await self._wait(wait, gone)
                if gone.done():
                    return None
                page = await self._page()
        return frames.page(page)

    async def _page(self) -> Changes:
        page = await self._hub.read(
            partial(changes_read, since=self._cursor, user_id=self._visitor.user_id, limit=self._limit)
        )
        if page.scope is not None:
            self.scope = page.scope
        if self.scope.session_generation != self._visitor.session_generation:
            raise NotAuthenticated
        return page

    async def _wait(self, seconds: float, gone: asyncio.Task[None]) -> None:
        """Until there is news, the time is over, or nobody waits any more."""
        news = asyncio.create_task(self._news.wait())
        try:
            await asyncio.wait({news, gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if news.done():
                # What comes together is answered together.
                await asyncio.sleep(SETTLE_SECONDS)
        finally:
            news.cancel()
            self._hub.leave(self)


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _number(query: Query, name: str, *, default: int, smallest: int, largest: int) -> int:
    given = query.get(name, [str(default)])[0]
    if given.isascii() and given.isdecimal() and len(given) <= 6 and smallest <= int(given) <= largest:
        return int(given)
    raise InvalidInput(f"{name}: a whole number from {smallest} to {largest}")
