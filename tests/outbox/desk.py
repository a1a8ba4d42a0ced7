"""One desk from end to end: a person who writes, the worker's part that sends, a simulated upstream that keeps its own record."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import msgspec
from aiohttp import web
from asgiref.sync import sync_to_async
from psycopg_pool import AsyncConnectionPool

from communications.ingest.record import record
from communications.models import Channel, ChannelAccess, Conversation, Intent, Message, User
from communications.schemas.identifiers import uuid7
from communications.tasks.outbox import Outbox
from communications.tasks.presence import present
from simulator import Simulator
from simulator.fault_kinds import FaultOrder, fault_of
from simulator.model import Chat
from tests.inbox import client_of, person_make
from tests.ingest.deliveries import delivery_of
from unipile.client import connect_client
from unipile.transport import Deadlines

PATIENCE = Deadlines(connect=2, answer=1.5, upload=3, download=3, silence=0.8)


class Worker:
    """A worker's loop that is driven step by step. ``killed`` leaves everything as ``kill -9`` does."""

    def __init__(self, outbox: Outbox, stack: AsyncExitStack) -> None:
        self.outbox = outbox
        self._stack = stack

    async def killed(self) -> None:
        """Its calls break off wherever they are."""
        for task in list(self.outbox._under_way):
            task.cancel()
        await asyncio.gather(*self.outbox._under_way, return_exceptions=True)
        await self._stack.aclose()


class Desk:
    def __init__(self, sim: Simulator, connections: AsyncConnectionPool[Any], stack: AsyncExitStack) -> None:
        self.sim = sim
        self.connections = connections
        self.stack = stack
        self.holds_echoes = False
        self.rewrite: Callable[[bytes], bytes] = bytes
        self.held: list[bytes] = []
        self.reader: User
        self.channel: Channel
        self.chat: Chat
        self.conversation: Conversation
        self.worker: Worker

    async def begin(self) -> None:
        """An account, a chat in which a customer has written, somebody who may answer, and a worker."""
        self.holds_echoes = True
        account = self.sim.account()
        self.chat = self.sim.direct_chat(self.sim.contact(account, "Ana", phone_number="+34600000118"))
        self.reader = await sync_to_async(person_make)()
        self.channel = await Channel.objects.acreate(
            provider="whatsapp",
            external_account_id=account.id,
            status="ok",
            own_identities=["phone:351910000111"],
        )
        await ChannelAccess.objects.acreate(user=self.reader, channel=self.channel)
        await self.sim.settled()
        await self.let_go()
        self.sim.customer_writes(self.chat, "Hola")
        await self.sim.settled()
        self.conversation = await Conversation.objects.aget(channel=self.channel)
        self.worker = await self.worker_start()

    async def worker_start(self) -> Worker:
        stack = AsyncExitStack()
        client = await stack.enter_async_context(
            connect_client(self.sim.url, self.sim.api_key, deadlines=PATIENCE)
        )
        presence = await stack.enter_async_context(present(self.connections))
        worker = Worker(Outbox(client, self.connections, presence, asyncio.Event()), stack)
        self.stack.push_async_callback(worker.killed)
        return worker

    async def take(self, raw: bytes) -> None:
        """A webhook comes in, or waits until the test lets it."""
        if self.holds_echoes:
            self.held.append(raw)
            return
        await record(self.connections, [delivery_of(self.rewrite(raw))])

    async def upstream_ends(self) -> None:
        """Upstream has done with all calls of workers that are gone."""
        server = self.sim._server._server
        assert server is not None
        while server.server_state.connections or server.server_state.tasks:
            await asyncio.sleep(0.005)

    async def let_go(self) -> None:
        self.holds_echoes = False
        for raw in self.held:
            await record(self.connections, [delivery_of(raw)])
        self.held.clear()

    async def post(self, path: str, body: dict[str, Any], **headers: str) -> Any:
        client = await sync_to_async(client_of)(self.reader)
        return await sync_to_async(client.post)(
            f"/api/v1/communications/all/chats/{self.conversation.pk}/{path}",
            body,
            content_type="application/json",
            headers=headers,
        )

    async def write(
        self, text: str = "Olá", client_id: uuid.UUID | None = None, **more: Any
    ) -> dict[str, Any]:
        answer = await self.post("messages/", {"client_id": str(client_id or uuid7()), "text": text, **more})
        assert answer.status_code in (200, 201), answer.content
        document: dict[str, Any] = answer.json()
        return document

    async def decide(self, message_id: str, decision: str) -> Any:
        return await self.post(f"messages/{message_id}/decision/", {"decision": decision})

    async def run(self) -> None:
        """The worker does all that is due."""
        await self.worker.outbox.run_due()

    async def settle(self) -> None:
        """Everything that will happen by itself does, whenever it would have."""
        for _ in range(20):
            await self.sim.settled()
            await self.let_go()
            await self.make_due()
            await self.run()
            if not await Intent.objects.filter(state__in=["waiting", "sending"]).aexists():
                break
        await self.sim.settled()
        await self.make_due()
        await self.run()

    async def make_due(self) -> None:
        async with self.connections.connection() as connection:
            await connection.execute(
                "UPDATE communications_intent SET next_attempt_at = now() WHERE next_attempt_at > now()"
            )
            await connection.execute(
                "UPDATE communications_channelpace SET not_before = now() WHERE not_before > now()"
            )

    def fault(self, kind: str, **more: Any) -> None:
        self.sim.faults.add(fault_of(msgspec.convert({"kind": kind, **more}, FaultOrder)))

    @property
    def sent(self) -> list[str | None]:
        """Texts that upstream really accepted."""
        return [one.text for one in self.sim.sent]

    async def own(self) -> list[Message]:
        """The rows of what was written by the account, in the order they are shown in."""
        return [
            message
            async for message in Message.objects.filter(
                channel=self.channel, direction="outbound", is_stub=False
            ).order_by("sent_at", "received_at", "id")
        ]

    async def intent(self, document: dict[str, Any]) -> Intent:
        return await Intent.objects.aget(message_id=int(document["id"]))

    async def message(self, document: dict[str, Any]) -> Message:
        return await Message.objects.aget(pk=int(document["id"]))


@asynccontextmanager
async def desk_open(connections: AsyncConnectionPool[Any], **options: Any) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        desk: Desk

        async def receive(request: web.Request) -> web.Response:
            await desk.take(await request.read())
            return web.Response()

        application = web.Application()
        application.router.add_post("/", receive)
        runner = web.AppRunner(application)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        (address,) = runner.addresses
        sim = await stack.enter_async_context(
            Simulator(
                webhook_url=f"http://127.0.0.1:{address[1]}/", retry_delays_seconds=(0.01,) * 5, **options
            )
        )
        desk = Desk(sim, connections, stack)
        await desk.begin()
        yield desk
