"""A simulated account with a past, a person at its page, and the worker that copies it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connection

from communications.models import Channel, ChannelAccess, Conversation, HistoryRun, Message, User
from communications.schemas.identifiers import uuid7
from communications.tasks.history import History
from communications.tasks.metered import metering
from communications.tasks.presence import present
from simulator import FaultKind, FaultOrder, Simulator, fault_of
from simulator.model import Account
from tests.inbox import client_of, person_make
from tests.ingest.deliveries import deliver
from unipile.client import connect_client
from unipile.transport import Deadlines

API = "/api/v1/communications/"
MESSAGES = "GET /messages"


class World:
    def __init__(self, sim: Simulator, connections: Any) -> None:
        self.sim, self.connections = sim, connections
        self.account: Account = next(iter(sim.world.accounts.values()))
        self.person: User
        self.channel: Channel

    async def open(self) -> None:
        self.person = await sync_to_async(person_make)()
        self.channel = await Channel.objects.acreate(
            provider="whatsapp", external_account_id=self.account.id, status="ok"
        )
        await ChannelAccess.objects.acreate(user=self.person, channel=self.channel, role="owner")

    async def ask(self, method: str, path: str, *, person: User | None = None, **body: Any) -> Any:
        browser = await sync_to_async(client_of)(person or self.person)
        content = json.dumps(body) if method != "GET" else ""
        return await sync_to_async(browser.generic)(
            method, f"{API}{path}", content, content_type="application/json"
        )

    async def shown(self, run_id: str) -> dict[str, Any]:
        answer: dict[str, Any] = (await self.ask("GET", f"history/{run_id}/")).json()
        return answer

    async def begin(self, **wanted: Any) -> str:
        made = await self.ask(
            "POST", f"channels/{self.channel.pk}/history/", client_id=str(uuid7()), **wanted
        )
        assert made.status_code == 201, made.content
        return str(made.json()["id"])

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[History]:
        """A worker with a life of its own; on leaving it is gone, whatever it was at."""
        patience = Deadlines(connect=5, answer=30, download=30, silence=30)
        async with (
            metering("history") as meter,
            connect_client(self.sim.url, self.sim.api_key, meter=meter, deadlines=patience) as client,
            present(self.connections) as presence,
        ):
            history = History(client, self.connections, presence, asyncio.Event())
            try:
                yield history
            finally:
                await history.stop()

    async def work(self) -> None:
        """Until nothing is due."""
        async with self.worker() as history:
            await history.run_due()

    async def copied(self, **wanted: Any) -> dict[str, Any]:
        """A whole run from the page to its end."""
        run = await self.begin(**wanted)
        await self.work()
        return await self.shown(run)

    async def due(self) -> None:
        """What is held for a time may go on."""
        await HistoryRun.objects.filter(state="held").aupdate(held_until="2026-01-01T00:00:00Z")
        await self._calls_may()

    @sync_to_async
    def _calls_may(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM communications_callpause")

    async def tell_status(self, word: str) -> None:
        """Upstream says so of the account."""
        await deliver(
            self.connections,
            {"AccountStatus": {"account_id": self.account.id, "account_type": "WHATSAPP", "message": word}},
        )

    async def spend(self, calls: int) -> None:
        """The account has cost so many calls today."""
        async with self.connections.connection() as held:
            await held.execute(
                "INSERT INTO communications_callday (external_account_id, day, purpose, calls) "
                "VALUES (%s, (now() AT TIME ZONE 'UTC')::date, 'send', %s)",
                (self.account.id, calls),
            )

    def meets(self, kind: FaultKind, *, endpoint: str = MESSAGES, **order: Any) -> None:
        self.sim.faults.add(fault_of(FaultOrder(kind=kind, endpoint=endpoint, **order)))

    def held_upstream(self) -> set[tuple[str, str]]:
        return {
            (message.id, message.text or "") for message in self.sim.world.account_messages([self.account])
        }

    async def held(self) -> set[tuple[str, str]]:
        return {
            (message.external_message_id or "", message.text)
            async for message in Message.objects.filter(channel=self.channel, is_stub=False)
        }

    async def conversation(self, **fields: Any) -> Conversation:
        return await Conversation.objects.filter(channel=self.channel, is_stub=False, **fields).afirst()  # type: ignore[return-value]


@asynccontextmanager
async def world_open(connections: Any, **options: Any) -> AsyncIterator[World]:
    async with Simulator(**options) as sim:
        world = World(sim, connections)
        await world.open()
        yield world
