"""Asking an ASGI application one thing, without a server between."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import MutableMapping
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """``headers`` in lower case, as sent; ``body`` as sent, compressed or not."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """The one header of this name. Fails if there is none, or more."""
        (value,) = [value for held, value in self.headers if held == name]
        return value

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.headers]

    @property
    def content(self) -> bytes:
        return gzip.decompress(self.body) if ("content-encoding", "gzip") in self.headers else self.body


async def ask(
    application: Any,
    path: str,
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: bytes = b"",
) -> Answer:
    """``path`` may hold a query."""
    route, _, query = path.partition("?")
    sent = {"host": "localhost", **(headers or {})}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": route,
        "raw_path": route.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in sent.items()],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8_000),
    }
    events = [{"type": "http.request", "body": body, "more_body": False}]
    messages: list[MutableMapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if events:
            return events.pop(0)
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    async def send(message: MutableMapping[str, Any]) -> None:
        messages.append(message)

    await application(scope, receive, send)
    start, *chunks = messages
    return Answer(
        status=start["status"],
        headers=[(name.decode().lower(), value.decode("latin-1")) for name, value in start["headers"]],
        body=b"".join(chunk.get("body", b"") for chunk in chunks),
    )
