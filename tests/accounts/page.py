"""Somebody at the page of accounts, the worker's part, and an upstream that is told what to answer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import sync_to_async

from communications.ingest.channels import channel_upsert
from communications.models import (
    Channel,
    User,
)
from communications.schemas.identifiers import uuid7
from communications.tasks.account_acts import account_acts_work
from communications.tasks.accounts import account_fact
from tests.inbox import channel_make, client_of, person_make
from tests.unipile.upstream_objects import ACCOUNT
from tests.unipile.upstream_server import API_KEY, UpstreamServer, upstream_server
from unipile.client import connect_client
from unipile.resources.account import parse_account
from unipile.transport import Deadlines

API = "/api/v1/communications/"
QR = "2@canary-qr-text,of,a,live,session"
CODE = "canary-code-918273"
ID = ACCOUNT["id"]


def checkpoint(kind: str, **more: str) -> tuple[int, dict[str, Any]]:
    return 202, {"object": "Checkpoint", "account_id": ID, "checkpoint": {"type": kind, **more}}


class Accounts:
    """Somebody at the page, the worker's part, and an upstream that is told what to answer."""

    def __init__(self, upstream: UpstreamServer, client: Any, connections: Any) -> None:
        self.upstream, self._client, self.connections = upstream, client, connections
        self.person: User

    async def ask(self, method: str, path: str, *, person: User | None = None, **body: Any) -> Any:
        browser = await sync_to_async(client_of)(person or self.person)
        return await sync_to_async(browser.generic)(
            method, f"{API}{path}", json.dumps(body), content_type="application/json"
        )

    async def connect(self, way: str = "page", account_type: str = "whatsapp", **more: Any) -> str:
        asked: dict[str, Any] = {"client_id": str(uuid7()), "way": way, "account_type": account_type, **more}
        made = await self.ask("POST", "accounts/", **asked)
        assert made.status_code == 201, made.content
        return str(made.json()["id"])

    async def act_on(self, channel: Channel, act: str, **more: Any) -> Any:
        return await self.ask("POST", f"channels/{channel.pk}/acts/", client_id=str(uuid7()), act=act, **more)

    async def work(self) -> int:
        return await account_acts_work(self._client, self.connections)

    async def shown(self, act_id: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.ask("GET", f"accounts/acts/{act_id}/")).json()
        return found

    async def known(self, status: str) -> None:
        """Upstream's list of accounts shows it."""
        listed = {**ACCOUNT, "sources": [{"id": "messaging", "status": status}]}
        async with self.connections.connection() as connection:
            await channel_upsert(connection, account_fact(parse_account(listed)))

    @property
    def calls(self) -> list[tuple[str, Any]]:
        return [
            (f"{one.method} {one.path.removeprefix('/api/v1')}", json.loads(one.body) if one.body else None)
            for one in self.upstream.asked
        ]


@asynccontextmanager
async def accounts_open(connections: Any) -> AsyncIterator[Accounts]:
    patience = Deadlines(connect=5, answer=30, download=30, silence=30)
    async with (
        upstream_server() as upstream,
        connect_client(upstream.dsn, API_KEY, deadlines=patience) as client,
    ):
        accounts = Accounts(upstream, client, connections)
        accounts.person = await sync_to_async(person_make)()
        await sync_to_async(channel_make)(accounts.person, role="owner")
        yield accounts
