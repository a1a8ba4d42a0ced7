"""``/ws/communications/``: changes as they happen, resumed from where a browser left off."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
import psycopg
import structlog
from django.conf import settings
from django.core.exceptions import DisallowedHost
from psycopg_pool import PoolTimeout

from communications.errors import NotAuthenticated, NotPermitted
from communications.feed.changes import changes_read, scope_read
from communications.feed.cursor import Cursor, MalformedCursor
from communications.feed.epoch import cursor_resume, start_cursor
from communications.realtime import frames
from communications.realtime.hub import Hub
from communications.realtime.presence import PresenceRelay
from communications.realtime.visitor import check_origin, visitor_scope
from communications.schemas.scope import Scope

log = structlog.get_logger(__name__)

PATH: Final = "/ws/communications/"
OUTGOING_MAX_BYTES: Final = 1_000_000
OUTGOING_MAX_FRAMES: Final = 500
SILENCE_MAX_SECONDS: Final = 45
FRAME_MAX_BYTES: Final = 64_000

NOT_LOGGED_IN: Final = 4401
WRONG_ORIGIN: Final = 4403
SESSION_OVER: Final = 4408
TOO_SLOW: Final = 1013
RESTARTING: Final = 1012
TOO_BIG: Final = 1009

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Socket:
    """The ASGI application of the socket's address."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._presence = PresenceRelay(hub)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        await receive()
        try:
            check_origin(scope)
            visitor = await visitor_scope(scope)
        except (NotPermitted, DisallowedHost):
            await _refuse(send, WRONG_ORIGIN)
            return
        except NotAuthenticated:
            await _refuse(send, NOT_LOGGED_IN)
            return
        await send({"type": "websocket.accept"})
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        connection = SocketConnection(self._hub, self._presence, visitor, send)
        await connection.serve(receive, query.get("cursor", [None])[0])


class SocketConnection:
    """One open socket. Frames wait in a bounded queue: who reads too slowly is dropped and resumes."""

    def __init__(self, hub: Hub, presence: PresenceRelay, scope: Scope, send: Send) -> None:
        self.scope = scope
        self._hub = hub
        self._presence = presence
        self._send = send
        self._outgoing: deque[bytes] = deque()
        self._outgoing_bytes = 0
        self._something_to_send = asyncio.Event()
        self._caught_up = False
        self._close_code: int | None = None
        self._heard_at = time.monotonic()

    def take(self, frame: bytes) -> None:
        if (
            len(self._outgoing) >= OUTGOING_MAX_FRAMES
            or self._outgoing_bytes + len(frame) > OUTGOING_MAX_BYTES
        ):
            self._end(TOO_SLOW)
            return
        self._outgoing.append(frame)
        self._outgoing_bytes += len(frame)
        self._something_to_send.set()

    def rescope(self, scope: Scope) -> None:
        if scope.session_generation != self.scope.session_generation:
            self._end(SESSION_OVER)
        self.scope = scope

    def restart(self, reason: str) -> None:
        self._outgoing.clear()
        self._outgoing_bytes = 0
        self.take(frames.reset(reason))
        self._end(RESTARTING)

    async def serve(self, receive: Receive, cursor_text: str | None) -> None:
        """Greets, catches up, then passes on what happens until one side ends it."""
        tasks = [
            asyncio.create_task(self._listen(receive)),
            asyncio.create_task(self._talk(cursor_text)),
            asyncio.create_task(self._beat()),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if task.exception() is not None and not isinstance(task.exception(), _HANGUPS):
                    log.error("socket_broken", exc_info=task.exception())
        finally:
            self._hub.leave(self)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _talk(self, cursor_text: str | None) -> None:
        await self._hub.join(self)
        try:
            await self._greet_and_catch_up(cursor_text)
        except (psycopg.Error, PoolTimeout):
            self._end(RESTARTING)
        while True:
            while self._outgoing:
                frame = self._outgoing.popleft()
                self._outgoing_bytes -= len(frame)
                await self._write(frame)
            if self._close_code is not None:
                await self._send({"type": "websocket.close", "code": self._close_code})
                return
            self._something_to_send.clear()
            await self._something_to_send.wait()

    async def _greet_and_catch_up(self, cursor_text: str | None) -> None:
        """What the hub hands over meanwhile waits in the queue: it may repeat the catch-up, it cannot miss anything."""
        async with self._hub.connection() as connection:
            self.rescope(await scope_read(connection, self.scope.user_id))
            if self._close_code is not None:
                return
            cursor, reason = await self._resumable(connection, cursor_text)
        await self._write(
            frames.hello(
                epoch=str(self._hub.epoch),
                cursor=cursor.encode(),
                build=settings.LANDLINE_BUILD,
                user_id=self.scope.user_id,
            )
        )
        if reason is not None:
            await self._write(frames.reset(reason))
            return
        while cursor_text is not None:
            async with self._hub.connection() as connection:
                changes = await changes_read(connection, cursor, scope=self.scope)
            cursor = changes.cursor
            await self._write(frames.ChangesFrames(changes).whole(self.scope.user_id))
            if not changes.more:
                return

    async def _resumable(self, connection: Any, cursor_text: str | None) -> tuple[Cursor, str | None]:
        """The cursor to go on from; with a reason, if the browser has to start anew from there."""
        start = await start_cursor(connection, self._hub.epoch)
        if cursor_text is None:
            return start, None
        try:
            cursor = Cursor.decode(cursor_text)
        except MalformedCursor:
            return start, "the position is not readable"
        resumed = await cursor_resume(connection, cursor, self._hub.epoch)
        if resumed.reset is None:
            return cursor, None
        return start, resumed.reset

    async def _listen(self, receive: Receive) -> None:
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            self._heard_at = time.monotonic()
            text = message.get("text")
            if text is None or len(text) > FRAME_MAX_BYTES:
                self._end(TOO_BIG)
                continue
            try:
                frame = msgspec.json.decode(text, type=dict[str, Any])
            except msgspec.MsgspecError:
                continue
            if frame.get("type") == "ping":
                self.take(frames.PONG)
            elif frame.get("type") == "presence":
                await self._presence.pass_on(self, frame)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(frames.HEARTBEAT_SECONDS)
            if time.monotonic() - self._heard_at > SILENCE_MAX_SECONDS:
                self._end(TOO_SLOW)
            else:
                self.take(frames.PING)

    async def _write(self, frame: bytes) -> None:
        await self._send({"type": "websocket.send", "text": frame.decode()})

    def _end(self, code: int) -> None:
        if self._close_code is None:
            self._close_code = code
        self._something_to_send.set()


_HANGUPS: Final = (OSError, asyncio.CancelledError)


async def _refuse(send: Send, code: int) -> None:
    """Before the handshake a socket can only be refused as HTTP 403; accepting first lets the browser read the code."""
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": code})
