"""Requests to the receiver without a network: for what is not about bytes on a wire."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from communications.webhooks.receiver import PATH, WebhookReceiver

HOSTED_TOKEN = "7" * 64

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def delivery_id(self) -> uuid.UUID:
        return uuid.UUID(self.headers["x-delivery-id"])


class Caller:
    """Posts to one receiver with the right secret, unless told otherwise."""

    def __init__(self, receiver: WebhookReceiver, secret: str) -> None:
        self._receiver = receiver
        self._secret = secret.encode()

    async def post(
        self,
        body: object,
        *,
        headers: Headers = ((b"content-type", b"application/x-www-form-urlencoded"),),
        secret: str | None = None,
        address: str = "127.0.0.1",
    ) -> Answer:
        """``body`` is bytes, or anything JSON can write."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = self._secret if secret is None else secret.encode()
        return await self.request("POST", [(b"unipile-auth", given), *headers], [raw], address=address)

    async def stalled(self) -> Answer:
        """A sender that says half and then nothing."""
        return await self.request("POST", [(b"unipile-auth", self._secret)], [b'{"event":'], is_whole=False)

    async def request(
        self,
        method: str,
        headers: Headers,
        chunks: Iterable[bytes] = (b"",),
        *,
        address: str = "127.0.0.1",
        is_whole: bool = True,
        path: str = PATH,
    ) -> Answer:
        incoming = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
        if is_whole:
            incoming[-1]["more_body"] = False
        sent: list[Any] = []

        async def receive() -> Any:
            if not incoming:
                await asyncio.Event().wait()
            return incoming.pop(0)

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": b"",
            "headers": list(headers),
            "client": (address, 50_000),
        }
        await self._receiver(scope, receive, send)
        start, *rest = sent
        shown = {name.decode(): value.decode() for name, value in start["headers"]}
        return Answer(start["status"], shown, b"".join(message["body"] for message in rest))
