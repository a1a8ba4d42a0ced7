"""HTTP/1.1 by hand, for what is about bytes on the wire."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

PATH = "/api/v1/webhooks/unipile/"
ANSWER_SECONDS = 15.0


def patience(seconds: float) -> float:
    """So long on a machine of one's own; on one that is overloaded by others as much longer as it is that."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


class ConnectionLost(ConnectionError):
    """The server closed the connection before a whole answer."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def delivery_id(self) -> uuid.UUID:
        return uuid.UUID(self.headers["x-delivery-id"])


class Wire:
    """One connection. ``async with Wire(port) as wire``.

    What is sent goes past the stream that is read: a write that fails because the server has closed would
    end the stream with an error before the answer that came ahead of it was read.
    """

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> Self:
        self._sending = socket.create_connection(("127.0.0.1", self._port))
        self._sending.setblocking(False)
        self._reader, self._writer = await asyncio.open_connection(sock=self._sending.dup())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._sending.close()
        self._writer.transport.abort()

    async def send(self, raw: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._sending, raw)

    async def answer(self, *, seconds: float = ANSWER_SECONDS) -> Answer:
        """The next answer on this connection."""
        async with asyncio.timeout(seconds):
            try:
                head = await self._reader.readuntil(b"\r\n\r\n")
                status_line, *lines = head.decode("latin-1").split("\r\n")[:-2]
                headers = {
                    name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
                }
                body = await self._reader.readexactly(int(headers.get("content-length", 0)))
            except (asyncio.IncompleteReadError, ConnectionError) as error:
                raise ConnectionLost from error
        return Answer(int(status_line.split()[1]), headers, body)

    async def is_closed(self, *, seconds: float = ANSWER_SECONDS) -> bool:
        """Whether the server ends the connection within this time, whatever it still says."""
        try:
            async with asyncio.timeout(seconds):
                while await self._reader.read(65_536):
                    pass
        except TimeoutError:
            return False
        except ConnectionError:
            return True
        return True

    async def post(self, body: object, secret: str) -> Answer:
        """A delivery as the service sends it."""
        await self.send(delivery_request(body, secret))
        return await self.answer()


def delivery_request(body: object, secret: str) -> bytes:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return request_head("POST", {"content-length": str(len(raw))}, secret=secret) + raw


def request_head(
    method: str, headers: Mapping[str, str], *, secret: str | None = None, path: str = PATH
) -> bytes:
    """Request line and headers; those of the live service first."""
    sent = {
        "host": "localhost",
        "accept": "application/json, text/plain, */*",
        "content-type": "application/x-www-form-urlencoded",
        "user-agent": "axios/1.7.7",
        **({} if secret is None else {"Unipile-Auth": secret}),
        **headers,
    }
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
