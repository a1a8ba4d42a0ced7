"""Open sockets that read the feed as browsers do, and note which messages they were shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import aiohttp
import msgspec

from bench.measured import BenchmarkError

SOCKET_PATH = "/ws/communications/"
PONG = '{"type":"pong"}'


class ShownMessage(msgspec.Struct):
    external_message_id: str | None


class Rows(msgspec.Struct):
    message: list[ShownMessage] = []


class Frame(msgspec.Struct):
    type: str
    rows: Rows = msgspec.field(default_factory=Rows)


_decode = msgspec.json.Decoder(Frame).decode


class Readers:
    """An async context manager of ``count`` sockets; inside it all of them are greeted and listening.

    ``on_message(reader, message_id)`` is called for every message in a frame of the first ``observed``
    sockets; the others only read, as decoding is a browser's work and not this machine's.
    """

    def __init__(
        self,
        port: int,
        session_cookie: str,
        *,
        count: int,
        observed: int,
        on_message: Callable[[int, str], None],
    ) -> None:
        self._origin = f"http://127.0.0.1:{port}"
        self._cookie = session_cookie
        self._count = count
        self._observed = observed
        self._on_message = on_message
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(headers={"cookie": self._cookie, "origin": self._origin})
        for reader in range(self._count):
            socket = await self._connect()
            greeting = await socket.receive()
            if greeting.type is not aiohttp.WSMsgType.TEXT or _decode(greeting.data).type != "hello":
                raise BenchmarkError(f"A socket was not greeted: {greeting.type.name} {greeting.data}.")
            self._tasks.append(asyncio.create_task(self._read(reader, socket)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        ended = [task for task in self._tasks if task.done()]
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()
        if ended and error is None:
            raise BenchmarkError(f"{len(ended)} of {self._count} sockets were closed during the cell.")

    async def _connect(self) -> aiohttp.ClientWebSocketResponse[Any]:
        try:
            return await self._session.ws_connect(
                f"{self._origin}{SOCKET_PATH}", max_msg_size=0, decode_text=False
            )
        except aiohttp.WSServerHandshakeError as refusal:
            raise BenchmarkError(f"A socket was refused with {refusal.status}.") from None

    async def _read(self, reader: int, socket: aiohttp.ClientWebSocketResponse[Any]) -> None:
        is_observed = reader < self._observed
        async for message in socket:
            if len(message.data) < 32 and _decode(message.data).type == "ping":
                await socket.send_str(PONG)
            elif is_observed:
                for shown in _decode(message.data).rows.message:
                    if shown.external_message_id is not None:
                        self._on_message(reader, shown.external_message_id)
