"""Requests and responses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

import msgspec

if TYPE_CHECKING:
    from simulator.faults import Fault

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BODY_LIMIT_BYTES = 64 * 1024 * 1024


class BodyTooLargeError(Exception):
    """The body is longer than `BODY_LIMIT_BYTES`."""


class SenderGoneError(Exception):
    """The caller hung up before the body was complete."""


class Request:
    """One HTTP request. `params` are the variable parts of the path, `endpoint` is the method and the path's
    template, `fault` what goes wrong with it on demand. It came `at` that second, and cursors older than
    `cursor_seconds` are refused.
    """

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.method: str = scope["method"]
        self.segments = [unquote(part) for part in scope["raw_path"].decode("ascii").split("/") if part]
        self.path = "/" + "/".join(self.segments)
        self.query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        self.headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        self.params: dict[str, str] = {}
        self.endpoint = ""
        self.fault: Fault | None = None
        self.at = 0.0
        self.cursor_seconds = 86_400.0
        self.client: tuple[str, int] | None = tuple(scope["client"]) if scope.get("client") else None
        self._receive = receive
        self._body: bytes | None = None

    async def body(self) -> bytes:
        """The whole body; raises BodyTooLargeError and SenderGoneError."""
        if self._body is None:
            parts: list[bytes] = []
            size, more = 0, True
            while more:
                event = await self._receive()
                if event["type"] == "http.disconnect":
                    raise SenderGoneError
                parts.append(event.get("body", b""))
                size += len(parts[-1])
                if size > BODY_LIMIT_BYTES:
                    raise BodyTooLargeError
                more = event.get("more_body", False)
            self._body = b"".join(parts)
        return self._body

    async def hung_up(self) -> None:
        """Return when the caller is gone. Only after the body was read."""
        await self.body()
        while (await self._receive())["type"] != "http.disconnect":
            pass


@dataclass(slots=True)
class Response:
    """An answer; `after` runs when it has left, `stream` takes the place of a body that never ends."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    after: Callable[[], None] | None = None
    stream: AsyncIterator[bytes] | None = None

    async def send(self, send: Send) -> None:
        """Write it to the connection."""
        headers = {"content-type": self.content_type, **self.headers}
        if self.stream is None:
            headers["content-length"] = str(len(self.body))
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": raw})
        if self.stream is not None:
            async for piece in self.stream:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": self.body})
        if self.after is not None:
            self.after()


def json_response(document: object, status: int = 200) -> Response:
    """`document` as compact JSON."""
    return Response(status=status, body=msgspec.json.encode(document))
