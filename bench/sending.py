"""The product's own programs around a simulator, for what is measured of sending."""

from __future__ import annotations

import asyncio
import contextlib
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import aiohttp

from bench.installation import Installation
from bench.measured import BenchmarkError
from bench.prepared import django_use, reader_make
from bench.programs import Program
from tests.side_by_side import free_port

DATABASE = "soak"
API_KEY = "soak-key-0123456789abcdef"
CHATS = 24
START_SECONDS = 60.0

CONVERSATIONS = """
SELECT id, external_thread_id FROM communications_conversation WHERE external_thread_id = ANY(%s) AND last_message_at IS NOT NULL
"""


class Sending(ABC):
    """``work`` writes messages while everything runs; ``judged`` says what came of it."""

    simulator_options: tuple[str, ...] = ()

    def __init__(self, folder: Path, *, seed: int) -> None:
        self.folder, self.seed = folder, seed

    def run(self) -> dict[str, Any]:
        with Installation(self.folder) as installation:
            self.installation = installation
            installation.database_make(DATABASE)
            django_use(installation, DATABASE)
            with installation.owner_connection(DATABASE) as connection:
                self.connection = connection
                self.cookie = self._owner()
                self._programs()
                self._simulator.start()
                try:
                    asyncio.run(self._run())
                finally:
                    for program in (self._worker, self._web, self._simulator):
                        program.stop()
                return self.judged()

    @abstractmethod
    async def work(self, browser: aiohttp.ClientSession, conversations: list[tuple[int, str]]) -> None:
        """``conversations``: id here, and upstream's."""

    @abstractmethod
    def judged(self) -> dict[str, Any]:
        """What came of it, once all programs have ended."""

    def _owner(self) -> str:
        user_id, cookie = reader_make("owner")
        self.connection.execute(
            "UPDATE communications_user SET is_superuser = true WHERE id = %s", (user_id,)
        )
        return cookie

    def _programs(self) -> None:
        web, simulator = free_port(), free_port()
        self.url, self.upstream = f"http://127.0.0.1:{web}", f"http://127.0.0.1:{simulator}"
        variables = {
            **self.installation.variables(DATABASE),
            "LANDLINE_BIND": f"127.0.0.1:{web}",
            "LANDLINE_SEND_PACE_PERCENT": "0",
            "LANDLINE_UNPROVEN_SECONDS": "15",
        }
        upstream = {"UNIPILE_DSN": self.upstream, "UNIPILE_API_KEY": API_KEY}
        self._web = Program(["landline", "web"], variables, self.folder / "web.log")
        self._worker = Program(["landline", "worker"], {**variables, **upstream}, self.folder / "worker.log")
        self._simulator = Program(
            [
                *("landline", "simulator"),
                *("--bind", f"127.0.0.1:{simulator}", "--seed", str(self.seed), "--pace", "0.00001"),
                *("--webhook-url", f"{self.url}/api/v1/webhooks/unipile/"),
                *("--webhook-secret", self.installation.webhook_secret, *self.simulator_options),
            ],
            {"UNIPILE_API_KEY": API_KEY},
            self.folder / "simulator.log",
        )

    async def _run(self) -> None:
        name, _, value = self.cookie.partition("=")
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookies={name: value}, cookie_jar=jar) as browser:
            await self._until(browser, f"{self.upstream}/api/v1/chats", {"X-API-KEY": API_KEY})
            self._web.start()
            self._worker.start()
            await self._until(browser, f"{self.url}/readyz", {})
            conversations = await self._conversations(browser)
            async with browser.get(f"{self.url}/api/v1/session/") as answer:
                browser.headers["X-CSRFToken"] = (await answer.json())["csrf_token"]
            await self.work(browser, conversations)

    async def _until(self, browser: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> Any:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(aiohttp.ClientError):
                async with browser.get(url, headers=headers) as answer:
                    if answer.status == 200:
                        return await answer.json(content_type=None) if "chats" in url else None
            await asyncio.sleep(0.2)
        raise BenchmarkError(f"{url} did not answer in time.")

    @staticmethod
    async def _customer_writes(browser: aiohttp.ClientSession, chat: str) -> None:
        async with browser.get(chat, raise_for_status=True) as answer:
            shown = await answer.json(content_type=None)
        said = {"as": shown["chat"]["members"][0]["id"], "text": "Hello?"}
        async with browser.post(f"{chat}/messages", json=said, raise_for_status=True) as answer:
            await answer.read()

    async def _conversations(self, browser: aiohttp.ClientSession) -> list[tuple[int, str]]:
        """Chats into which somebody has just written, as they are known here."""
        listed = await self._until(browser, f"{self.upstream}/api/v1/chats?limit=250", {"X-API-KEY": API_KEY})
        chats = [chat["id"] for chat in listed["items"] if not chat.get("read_only")][:CHATS]
        deadline = time.monotonic() + START_SECONDS
        while self.connection.execute("SELECT count(*) FROM communications_channel").fetchone() == (0,):
            await asyncio.sleep(0.2)
        for chat in chats:
            await self._customer_writes(browser, f"{self.upstream}/play/chats/{chat}")
        found: list[tuple[int, str]] = []
        while len(found) < len(chats) and time.monotonic() < deadline:
            await asyncio.sleep(0.5)
            found = self.connection.execute(CONVERSATIONS, (chats,)).fetchall()
        if not found:
            raise BenchmarkError("No conversation came in.")
        return found
