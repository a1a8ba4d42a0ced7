"""A browser's side of the feed: a socket that answers heartbeats, a copy, long polls."""

from __future__ import annotations

import asyncio
import gzip
import http.client
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.conf import settings
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from communications.schemas.frames import (
    ChangesFrame,
    HelloFrame,
    PingFrame,
    PongFrame,
    PresenceFrame,
    ResetFrame,
    ServerFrame,
)
from tests.feed.copy import Copy

PATH = "/ws/communications/"
CHANGES = "/api/v1/communications/changes/"
PATIENCE_SECONDS = 60.0

_frames = msgspec.json.Decoder(ServerFrame)


class Browser:
    """One open socket and what it brought."""

    def __init__(self, socket: ClientConnection, copy: Copy, *, answers_pings: bool = True) -> None:
        self.copy = copy
        self.socket = socket
        self.hello: HelloFrame | None = None
        self.reset: ResetFrame | None = None
        self.changes: list[ChangesFrame] = []
        self.presence: list[PresenceFrame] = []
        self.pings = 0
        self.pongs = 0
        self.close_code: int | None = None
        self._answers_pings = answers_pings
        self._happened = asyncio.Condition()
        self._task = asyncio.create_task(self._listen())

    async def until(self, holds: Callable[[], Any], *, seconds: float = PATIENCE_SECONDS) -> None:
        """Returns once it holds; looked at after every frame."""
        try:
            async with asyncio.timeout(seconds), self._happened:
                await self._happened.wait_for(holds)
        except TimeoutError:
            raise AssertionError(
                f"did not come: hello {self.hello}, {len(self.changes)} changes, {len(self.copy.rows)} rows, "
                f"reset {self.reset}, closed {self.close_code}"
            ) from None

    async def until_row(self, entity: str, id_: int, *, seconds: float = PATIENCE_SECONDS) -> Any:
        await self.until(lambda: (entity, str(id_)) in self.copy.rows, seconds=seconds)
        return self.copy.rows[entity, str(id_)]

    async def until_closed(self, *, seconds: float = PATIENCE_SECONDS) -> int:
        await self.until(lambda: self.close_code is not None, seconds=seconds)
        assert self.close_code is not None
        return self.close_code

    async def say(self, frame: dict[str, Any]) -> None:
        await self.socket.send(msgspec.json.encode(frame).decode())

    async def close(self) -> None:
        await self.socket.close()
        await self._task

    async def _listen(self) -> None:
        try:
            async for text in self.socket:
                frame = _frames.decode(text)
                if isinstance(frame, PingFrame) and self._answers_pings:
                    await self.say({"type": "pong"})
                async with self._happened:
                    self._take(frame)
                    self._happened.notify_all()
        except ConnectionClosed:
            pass
        async with self._happened:
            self.close_code = self.socket.close_code
            self._happened.notify_all()

    def _take(self, frame: Any) -> None:
        match frame:
            case HelloFrame():
                self.hello = frame
                if not self.copy.cursor:
                    self.copy.cursor = frame.cursor
            case ChangesFrame():
                self.changes.append(frame)
                self.copy.apply(frame)
            case ResetFrame():
                self.reset = frame
            case PresenceFrame():
                self.presence.append(frame)
            case PingFrame():
                self.pings += 1
            case PongFrame():
                self.pongs += 1


@asynccontextmanager
async def browse(
    port: int,
    cookie: str | None,
    copy: Copy | None = None,
    *,
    origin: str | None = "",
    answers_pings: bool = True,
    **options: Any,
) -> AsyncIterator[Browser]:
    """A socket that resumes from the copy's position. ``origin``: the server's own unless said otherwise."""
    copy = copy if copy is not None else Copy()
    query = urlencode({"build": "test"} | ({"cursor": copy.cursor} if copy.cursor else {}))
    async with connect(
        f"ws://127.0.0.1:{port}{PATH}?{query}",
        origin=(f"http://127.0.0.1:{port}" if origin == "" else origin),  # type: ignore[arg-type]
        additional_headers=cookie_header(cookie),
        ping_interval=None,
        max_size=None,
        **options,
    ) as socket:
        browser = Browser(socket, copy, answers_pings=answers_pings)
        try:
            yield browser
        finally:
            await browser.close()


def cookie_header(cookie: str | None) -> dict[str, str]:
    return {} if cookie is None else {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}


class Answer:
    """An HTTP answer, unpacked."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()
        if self.headers.get("Content-Encoding") == "gzip":
            self.body = gzip.decompress(self.body)

    @property
    def document(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def frame(self) -> Any:
        return _frames.decode(self.body)


def poll(
    port: int,
    cookie: str | None,
    *,
    headers: dict[str, str] | None = None,
    method: str = "GET",
    seconds: float = 40,
    **parameters: Any,
) -> Answer:
    """One request to ``changes/``."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        path = f"{CHANGES}?{urlencode(parameters)}" if parameters else CHANGES
        connection.request(method, path, headers={**cookie_header(cookie), **(headers or {})})
        return Answer(connection.getresponse())
    finally:
        connection.close()
