"""From a scanned QR image to the first chats, through the processes as they run."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from asgiref.sync import sync_to_async

from communications.models import HistoryRun
from communications.schemas.identifiers import uuid7
from simulator import Simulator
from simulator.habits import Habits
from simulator.happenings import ACCOUNT_STATUS
from tests.database import ScratchDatabase
from tests.inbox import client_of, person_make
from tests.processes import Processes

KEY = "canary-key-first-chats"
API = "/api/v1/communications/"
PATIENCE_SECONDS = 60


async def test_the_chats_of_a_scanned_account_come_by_themselves_and_the_import_is_said_to_be_done(
    database: ScratchDatabase, processes: Processes, webhook_secret: str
) -> None:
    """No webhook tells of an import: what is shown was copied."""
    person = await sync_to_async(person_make)(is_superuser=True)
    browser = await sync_to_async(client_of)(person)

    async def ask(method: str, path: str, body: Any = None) -> Any:
        content = "" if body is None else json.dumps(body)
        answer = await sync_to_async(browser.generic)(
            method, f"{API}{path}", content, content_type="application/json"
        )
        assert answer.status_code < 300, answer.content
        return answer.json()

    async def chats() -> set[str]:
        return {chat["id"] for chat in (await ask("GET", "all/chats/?limit=100"))["items"]}

    async def newest_run() -> dict[str, Any]:
        run = await HistoryRun.objects.order_by("-id").afirst()
        assert run is not None
        shown: dict[str, Any] = await ask("GET", f"history/{run.pk}/")
        return shown

    habits = Habits(import_chats=24, import_portion=8, import_pause_seconds=0.2)
    server = await asyncio.to_thread(processes.web)
    async with Simulator(seed=5, api_key=KEY, retry_delays_seconds=(0.2, 0.5, 1)) as sim:
        sim.habits = habits
        sim.webhook(f"{server.url}/api/v1/webhooks/unipile/", webhook_secret)
        sim.webhook(f"{server.url}/api/v1/webhooks/unipile/", webhook_secret, source=ACCOUNT_STATUS)
        worker = await asyncio.to_thread(processes.worker, UNIPILE_DSN=sim.url, UNIPILE_API_KEY=KEY)
        await asyncio.to_thread(worker.wait_for_output, "accounts_listed")
        made = await ask(
            "POST",
            "accounts/",
            {"client_id": str(uuid7()), "account_type": "whatsapp", "way": "page"},
        )
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await ask("GET", f"accounts/acts/{made['id']}/"))["qr_text"] is None:
                await asyncio.sleep(0.05)
        [attempt] = sim.connecting.attempts
        sim.connecting.scan(attempt, phone_number="+351912000999")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(await chats()) < habits.import_chats:
                await asyncio.sleep(0.05)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await newest_run())["is_import_running"] is not False:
                await asyncio.sleep(0.05)
