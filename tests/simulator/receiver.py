"""A webhook receiver of the tests' own, which answers as it is told."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Received:
    """One POST as it came."""

    headers: dict[str, str]
    raw: bytes
    at: float

    @property
    def body(self) -> dict[str, Any]:
        return json.loads(self.raw)


class Receiver:
    """Listens on loopback; ``answer`` says for the n-th request (from 0) which status it gets."""

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self.received: list[Received] = []
        self.answer: Callable[[int], int] = lambda _number: 200
        self.delay_seconds = 0.0
        self._runner: web.ServerRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._take), access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/hook"
        return self

    async def __aexit__(self, *_exception: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [one.body for one in self.received]

    async def _take(self, request: web.BaseRequest) -> web.StreamResponse:
        number = len(self.received)
        self.received.append(Received(dict(request.headers), await request.read(), time.monotonic()))
        await asyncio.sleep(self.delay_seconds)
        return web.Response(status=self.answer(number), text="noted", headers={"Location": "/elsewhere"})
