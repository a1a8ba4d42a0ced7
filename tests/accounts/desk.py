"""An owner at the page of the setup, the worker's part, and a simulator in Unipile's place."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import sync_to_async

from communications.models import Channel, ChannelAccess, User
from communications.schemas.identifiers import uuid7
from communications.tasks.account_acts import account_acts_work
from simulator.simulator import Simulator
from tests.inbox import channel_make, client_of, person_make
from unipile.client import UnipileClient, connect_client


class SetupDesk:
    def __init__(self, sim: Simulator, client: UnipileClient, connections: Any) -> None:
        self.sim, self.client, self.connections = sim, client, connections
        self.owner: User
        self.member: User
        self.channel: Channel

    async def begin(self) -> None:
        self.owner = await sync_to_async(person_make)()
        self.member = await sync_to_async(person_make)()
        self.channel = await sync_to_async(channel_make)(self.owner, role="owner")
        await ChannelAccess.objects.acreate(user=self.member, channel=self.channel, role="member")

    async def ask(self, method: str, path: str, *, person: User | None = None, **body: Any) -> Any:
        browser = await sync_to_async(client_of)(person or self.owner)
        asked = {"client_id": str(uuid7()), **body} if body else {}
        return await sync_to_async(browser.generic)(
            method, f"/api/v1/setup/{path}", json.dumps(asked), content_type="application/json"
        )

    async def act(self, act: str) -> dict[str, Any]:
        """Asked for in the page, worked on, and as it shows then."""
        made = await self.ask("POST", "acts/", act=act)
        assert made.status_code == 201, made.content
        assert await account_acts_work(self.client, self.connections) == 1
        browser = await sync_to_async(client_of)(self.owner)
        path = f"/api/v1/communications/accounts/acts/{made.json()['id']}/"
        shown: dict[str, Any] = (await sync_to_async(browser.get)(path)).json()
        return shown

    async def webhooks(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.ask("GET", "webhooks/")).json()
        return found

    async def reachability(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.ask("GET", "reachability/")).json()
        return found


@asynccontextmanager
async def setup_desk_open(connections: Any, sim: Simulator) -> AsyncIterator[SetupDesk]:
    async with connect_client(sim.url, sim.api_key) as client:
        desk = SetupDesk(sim, client, connections)
        await desk.begin()
        yield desk
