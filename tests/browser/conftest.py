"""The whole product for a browser: simulator, worker, web server, a person who logs in."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from asgiref.sync import sync_to_async
from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    ViewportSize,
    async_playwright,
    expect,
)

from simulator import Simulator
from simulator.model import Account
from tests.database import ScratchDatabase
from tests.processes import LandlineProcess, LandlineServer, Processes
from tests.side_by_side import free_port

CHROMIUM = shutil.which("chromium")
CHROMIUM_ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A microphone that beeps, and that nobody has to be asked for.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
# They go on for longer than a killed server takes to be back.
RETRIES = (0.2, 0.5, 1, 2, 4, 4, 4, 4, 8, 8)
USERNAME = "lea"
PASSWORD = "correct horse battery staple"
CANARY_KEY = "canary-key-4f1c0de5a7b94e21"
# A busy machine takes its time.
PATIENCE_SECONDS = 60

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


@dataclass
class Stack:
    """Everything that runs. ``url`` stays the same when the server is started again."""

    simulator: Simulator
    account: Account
    processes: Processes
    webhook_secret: str
    port: int = field(default_factory=free_port)
    server: LandlineServer | None = None
    worker: LandlineProcess | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def webhook_url(self) -> str:
        return f"{self.url}/api/v1/webhooks/unipile/"

    async def start_server(self) -> LandlineServer:
        self.server = await asyncio.to_thread(self.processes.web, LANDLINE_BIND=f"127.0.0.1:{self.port}")
        return self.server

    async def start_worker(self) -> LandlineProcess:
        """A worker that copies history only when it is asked to, so that the ledger holds what a test delivers."""
        self.worker = await asyncio.to_thread(
            self.processes.worker,
            UNIPILE_DSN=self.simulator.url,
            UNIPILE_API_KEY=CANARY_KEY,
            LANDLINE_FIRST_HISTORY_DAYS="0",
        )
        await asyncio.to_thread(self.worker.wait_for_output, "accounts_listed")
        return self.worker

    async def stop_server(self) -> None:
        assert self.server is not None
        await asyncio.to_thread(self.server.stop)

    async def kill_server(self) -> None:
        assert self.server is not None
        await asyncio.to_thread(self.server.kill)


@pytest.fixture
async def stack(database: ScratchDatabase, processes: Processes, webhook_secret: str) -> AsyncIterator[Stack]:
    """A running product with one WhatsApp account and nobody in it yet."""
    from communications.models import User

    await sync_to_async(User.objects.create_superuser)(USERNAME, password=PASSWORD)
    async with Simulator(seed=7, api_key=CANARY_KEY, retry_delays_seconds=RETRIES) as simulator:
        running = Stack(simulator, simulator.account(), processes, webhook_secret)
        await running.start_server()
        simulator.webhook(running.webhook_url, webhook_secret)
        await running.start_worker()
        yield running


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield launched
        await launched.close()


@dataclass
class Screen:
    """One browser of one person, and every address it asked for."""

    context: BrowserContext
    page: Page
    requests: list[str]
    errors: list[str]

    async def log_in(self, url: str) -> None:
        await self.page.goto(url)
        await self.page.get_by_label("User name").fill(USERNAME)
        await self.page.get_by_label("Password").fill(PASSWORD)
        await self.page.get_by_role("button", name="Log in").click()
        await self.page.get_by_text("Live", exact=True).wait_for()

    async def open_conversation(self, name: str) -> None:
        await self.page.get_by_role("option", name=name).first.click()
        await self.page.get_by_role("log").wait_for()

    async def sees(self, text: str, *, seconds: float = PATIENCE_SECONDS) -> None:
        await self.page.get_by_role("log").get_by_text(text, exact=True).wait_for(timeout=seconds * 1000)


@pytest.fixture
async def screen(browser: Browser) -> AsyncIterator[Screen]:
    async with _opened(await browser.new_context()) as screen:
        yield screen


@pytest.fixture
async def phone(browser: Browser) -> AsyncIterator[Screen]:
    """The same browser as on a telephone: fingers, and 390 pixels."""
    viewport = ViewportSize(width=390, height=844)
    async with _opened(
        await browser.new_context(viewport=viewport, has_touch=True, is_mobile=True)
    ) as screen:
        yield screen


@contextlib.asynccontextmanager
async def _opened(context: BrowserContext) -> AsyncIterator[Screen]:
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    page = await context.new_page()
    opened = Screen(context, page, [], [])
    context.on("request", lambda request: opened.requests.append(_address(request)))
    page.on("pageerror", lambda error: opened.errors.append(str(error)))
    page.on("websocket", lambda socket: opened.requests.append(socket.url))
    yield opened
    await context.close()
    assert opened.errors == []


def _address(request: Request) -> str:
    return request.url
