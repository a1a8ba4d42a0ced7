"""One open socket: greets, catches up, then passes on what happens until one side ends it."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any, Final

import msgspec
import structlog
from django.conf import settings

from communications.feed.changes import Changes, changes_read
from communications.feed.cursor import Cursor, MalformedCursor
from communications.feed.refusals import CursorRefused
from communications.feed.standing import start_cursor
from communications.realtime import frames
from communications.realtime.hub import Hub
from communications.realtime.outgoing import Outgoing
from communications.realtime.presence import PresenceRelay
from communications.realtime.timing import Timing
from communications.realtime.trouble import DATABASE_TROUBLE
from communications.realtime.visitor import Visitor
from communications.schemas.scope import Scope

log = structlog.get_logger(__name__)

NOT_LOGGED_IN: Final = 4401
WRONG_ORIGIN: Final = 4403
SESSION_OVER: Final = 4408
RESTARTING: Final = 1012
TOO_SLOW: Final = 1013

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class BrowserFrame(msgspec.Struct, frozen=True):
    """Whatever a browser says; of a presence also where and what."""

    type: str
    conversation_id: Any = None
    state: Any = None


class SocketConnection:
    """A browser that reads too slowly is dropped, and resumes: no more than a bounded queue waits for it."""

    def __init__(
        self, hub: Hub, presence: PresenceRelay, visitor: Visitor, send: Send, timing: Timing
    ) -> None:
        self.scope = Scope(
            user_id=visitor.user_id,
            session_generation=visitor.session_generation,
            channels=frozenset(),
        )
        self._hub = hub
        self._presence = presence
        self._visitor = visitor
        self._send = send
        self._timing = timing
        self._outgoing = Outgoing()
        self._ended = asyncio.Event()
        self._close_code = RESTARTING
        self._told: Cursor | None = None
        self._heard_at = time.monotonic()

    def take(self, frame: bytes) -> None:
        if not self._outgoing.put(frame):
            self._end(TOO_SLOW)

    def take_changes(self, frame: bytes, position: Cursor) -> None:
        self.take(frame)
        self._told = position

    def rescope(self, scope: Scope) -> None:
        self.scope = scope
        if scope.session_generation != self._visitor.session_generation:
            self._end(SESSION_OVER)

    def restart(self, reason: str) -> None:
        self._end(RESTARTING, frames.reset(reason))

    async def serve(self, receive: Receive, cursor_text: str | None) -> None:
        """Until the browser leaves, or has to."""
        listening = asyncio.create_task(self._listen(receive))
        talking = asyncio.create_task(self._talk(cursor_text))
        ending = asyncio.create_task(self._ended.wait())
        tasks = {listening, talking, ending, asyncio.create_task(self._beat())}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            self._hub.leave(self)
            if self._ended.is_set() and not listening.done():
                await asyncio.wait({talking}, timeout=self._timing.close_within)
        finally:
            self._hub.leave(self)
            for task in tasks:
                task.cancel()
            for outcome in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(outcome, Exception) and not isinstance(outcome, OSError):
                    log.error("socket_broken", exc_info=outcome)

    async def _talk(self, cursor_text: str | None) -> None:
        try:
            await self._catch_up(cursor_text)
        except DATABASE_TROUBLE as trouble:
            log.warning("socket_interrupted", error=type(trouble).__name__)
            self._end(RESTARTING)
        while (frame := await self._outgoing.next()) is not None:
            await self._write(frame)
        await self._send({"type": "websocket.close", "code": self._close_code})

    async def _catch_up(self, cursor_text: str | None) -> None:
        start = await self._hub.read(start_cursor)
        cursor, unreadable = start, False
        if cursor_text is not None:
            try:
                cursor = Cursor.decode(cursor_text)
            except MalformedCursor:
                unreadable = True
        await self._write(
            frames.hello(
                epoch=str(start.epoch),
                cursor=cursor.encode(),
                build=settings.LANDLINE_BUILD,
                user_id=self._visitor.user_id,
                heartbeat_seconds=math.ceil(self._timing.heartbeat),
            )
        )
        if unreadable:
            self.restart("the position is not readable")
            return
        try:
            await self._read_on(cursor)
        except CursorRefused as refused:
            if refused.is_ahead:
                await self._hub.database_was_put_back(cursor.epoch)
            self.restart(refused.reason)

    async def _read_on(self, cursor: Cursor) -> None:
        """Page by page up to now; the last is read while nothing is handed out, and then the hub tells."""
        more = True
        while more:
            page = await self._page(cursor)
            if page is None:
                return
            await self._write(frames.page(page))
            await self._write_what_waits()
            cursor, more = page.cursor, page.more
        joined = False
        while not joined:
            async with self._hub.standing_still():
                page = await self._page(cursor)
                if page is None:
                    return
                cursor, joined = page.cursor, not page.more
                if joined:
                    self._told = cursor
                    self._hub.join(self, cursor)
            if not page.is_empty:
                await self._write(frames.page(page))

    async def _write_what_waits(self) -> None:
        """A long catch-up holds up no sign of life."""
        while (frame := self._outgoing.waiting()) is not None:
            await self._write(frame)

    async def _page(self, cursor: Cursor) -> Changes | None:
        """``None`` if the socket is to end."""
        page = await self._hub.read(partial(changes_read, since=cursor, user_id=self._visitor.user_id))
        if page.scope is not None:
            self.rescope(page.scope)
        return None if self._outgoing.is_finished else page

    async def _listen(self, receive: Receive) -> None:
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            self._heard_at = time.monotonic()
            try:
                frame = msgspec.json.decode(message.get("text") or "", type=BrowserFrame)
            except (msgspec.MsgspecError, RecursionError):
                continue
            if frame.type == "ping":
                self.take(frames.PONG)
            elif frame.type == "presence":
                await self._pass_on(frame)

    async def _pass_on(self, frame: BrowserFrame) -> None:
        try:
            await self._presence.pass_on(self._visitor, self.scope, frame.conversation_id, frame.state)
        except DATABASE_TROUBLE as trouble:
            log.warning("presence_lost", error=type(trouble).__name__)

    async def _beat(self) -> None:
        beat_at = time.monotonic() + self._timing.heartbeat
        while True:
            silent_at = self._heard_at + self._timing.silence
            await asyncio.sleep(max(0.0, min(beat_at, silent_at) - time.monotonic()))
            now = time.monotonic()
            if now - self._heard_at >= self._timing.silence:
                self._end(TOO_SLOW)
                return
            if now >= beat_at:
                beat_at += self._timing.heartbeat
                self._beat_once()

    def _beat_once(self) -> None:
        """A sign of life vouches for the copy: it is not given for a feed that cannot be read."""
        if self._told is None:
            self.take(frames.PING)
            return
        if self._hub.unread_seconds > self._timing.stale:
            self._end(RESTARTING)
            return
        position = self._hub.position
        if position is not None and position != self._told:
            self.take_changes(frames.moved(position), position)
        self.take(frames.PING)

    async def _write(self, frame: bytes) -> None:
        await self._send({"type": "websocket.send", "text": frame.decode()})

    def _end(self, code: int, last: bytes | None = None) -> None:
        if not self._outgoing.is_finished:
            self._close_code = code
            self._outgoing.finish(last)
            self._ended.set()
