"""Calls the simulated API as any client would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import aiohttp

from simulator import Simulator


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (names in lower case) and body of an answer; ``document`` is the body as JSON."""

    status: int
    headers: dict[str, str]
    raw: bytes
    document: Any


class Caller:
    """One HTTP session with the API key."""

    def __init__(self, sim: Simulator) -> None:
        self._sim = sim
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(headers={"X-API-KEY": self._sim.api_key})
        return self

    async def __aexit__(self, *_exception: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def call(self, method: str, path: str, *, bare: bool = False, **options: Any) -> Answer:
        """One request below ``/api/v1``, or of the whole origin when ``bare``."""
        assert self._session is not None
        url = f"{self._sim.url}{'' if bare else '/api/v1'}{path}"
        async with self._session.request(method, url, **options) as response:
            raw = await response.read()
            is_json = response.content_type == "application/json"
            document = await response.json() if is_json else None
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, headers, raw, document)

    async def begin(self, method: str, path: str, size: int, **options: Any) -> tuple[int, bytes]:
        """The status of an answer and at most `size` bytes of its body; then the caller hangs up."""
        assert self._session is not None
        url = f"{self._sim.url}/api/v1{path}"
        async with self._session.request(method, url, allow_redirects=False, **options) as response:
            begun = bytearray()
            while len(begun) < size and (piece := await response.content.read(size - len(begun))):
                begun += piece
            response.close()
            return response.status, bytes(begun)

    async def get(self, path: str, **query: Any) -> Any:
        """The document of a successful read."""
        answer = await self.call("GET", path, params={name: str(value) for name, value in query.items()})
        assert answer.status == 200, answer.document
        return answer.document

    async def refused(self, method: str, path: str, **options: Any) -> tuple[int, str]:
        """Status and type of an error answer, whose shape is checked on the way."""
        answer = await self.call(method, path, **options)
        assert set(answer.document) - {"detail", "instance"} == {"title", "type", "status"}
        assert answer.document["status"] == answer.status
        return answer.status, answer.document["type"]

    async def every_page(self, path: str, limit: int, **query: Any) -> list[Any]:
        """The items of all pages."""
        items: list[Any] = []
        page = await self.get(path, limit=limit, **query)
        while True:
            assert len(page["items"]) <= limit
            items += page["items"]
            if page["cursor"] is None:
                return items
            assert len(page["items"]) == limit
            page = await self.get(path, cursor=page["cursor"])
