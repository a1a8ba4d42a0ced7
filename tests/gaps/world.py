"""An account whose webhooks can get lost: a simulated upstream, the receiver of deliveries, and the worker that compares."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple

import msgspec
from aiohttp import web
from asgiref.sync import sync_to_async
from psycopg_pool import AsyncConnectionPool

from communications.ingest.gaps import Heartbeat
from communications.models import Channel, ChannelAccess, ComparisonWindow, User
from communications.schemas.identifiers import uuid7
from communications.tasks.comparisons import comparisons_work
from communications.tasks.metered import metering
from communications.tasks.upstream_reads import questions_ask
from communications.webhooks.batcher import Batcher
from communications.webhooks.receiver import WebhookReceiver
from communications.webhooks.refusals import RefusalCounter
from simulator import Simulator
from simulator.fault_kinds import FaultOrder, fault_of
from simulator.model import Account, Chat, Message
from simulator.webhooks.troubles import NO_TROUBLE, Trouble
from tests.inbox import client_of, person_make
from tests.ingest.deliveries import rows
from tests.webhooks.asgi import Caller
from unipile.client import connect_client
from unipile.transport import Deadlines

SECRET = "a secret of these tests"
PATIENCE = Deadlines(connect=5, answer=30, upload=30, download=30, silence=30)
HELD = """
SELECT message.external_message_id, message.text, message.deleted_at IS NOT NULL,
       coalesce((SELECT array_agg(newest.sender_provider_id || ' ' || newest.emoji ORDER BY newest.sender_provider_id) FROM (
           SELECT DISTINCT ON (told.sender_provider_id) told.sender_provider_id, told.emoji
           FROM communications_reaction AS told WHERE told.message_id = message.id
           ORDER BY told.sender_provider_id, told.reacted_at DESC, told.event_key DESC
       ) AS newest WHERE newest.emoji <> ''), '{}')
FROM communications_message AS message WHERE message.channel_id = %s AND NOT message.is_stub
"""
CALLS = "SELECT route, purpose, reason, window_id FROM communications_upstreamcall ORDER BY id"


class Told(NamedTuple):
    """What counts of a message when two sets are compared. Of a deleted one nobody shows more than that."""

    message: str
    text: str
    is_deleted: bool
    reactions: tuple[str, ...]

    @classmethod
    def of(cls, message: str, text: str | None, is_deleted: bool, reactions: list[str]) -> Told:
        if is_deleted:
            return cls(message, "", True, ())
        return cls(message, text or "", False, tuple(sorted(reactions)))


class World:
    """One channel. ``is_down``: nobody takes deliveries."""

    def __init__(self, sim: Simulator, connections: AsyncConnectionPool[Any], caller: Caller) -> None:
        self.sim = sim
        self.connections = connections
        self.caller = caller
        self.is_down = False
        self.batcher: Batcher
        self.heartbeat: Heartbeat
        self.reader: User
        self.channel: Channel
        self.account: Account

    async def begin(self) -> None:
        self.account = self.sim.account()
        self.reader = await sync_to_async(person_make)()
        self.channel = await Channel.objects.acreate(
            provider="whatsapp",
            external_account_id=self.account.id,
            status="ok",
            own_identities=["phone:351910000111"],
        )
        await ChannelAccess.objects.acreate(user=self.reader, channel=self.channel, role="owner")
        await self.sim.settled()

    def chat(self, name: str = "Ana", number: int = 118) -> Chat:
        return self.sim.direct_chat(self.sim.contact(self.account, name, phone_number=f"+3460000{number:04}"))

    async def take(self, raw: bytes) -> int:
        return 503 if self.is_down else (await self.caller.post(raw)).status

    def lose(self, share: float = 1.0) -> None:
        """From now on so many of the webhooks never leave."""
        self.sim.deliveries.trouble = Trouble(dropped=share) if share else NO_TROUBLE

    def fault(self, kind: str, **more: Any) -> None:
        self.sim.faults.add(fault_of(msgspec.convert({"kind": kind, **more}, FaultOrder)))

    async def api(self, method: str, path: str, body: dict[str, Any] | None = None, *, by: Any = None) -> Any:
        client = await sync_to_async(client_of)(by or self.reader)
        return await sync_to_async(client.generic)(
            method,
            f"/api/v1/communications/{path}",
            msgspec.json.encode(body) if body is not None else b"",
            content_type="application/json",
        )

    async def check_now(self, **body: Any) -> dict[str, Any]:
        asked = await self.api(
            "POST", f"channels/{self.channel.pk}/comparisons/", {"client_id": str(uuid7()), **body}
        )
        assert asked.status_code == 201, asked.content
        document: dict[str, Any] = asked.json()
        return document

    async def work(self) -> int:
        """The worker does what waits to be compared."""
        async with (
            metering("repair") as meter,
            connect_client(self.sim.url, self.sim.api_key, deadlines=PATIENCE, meter=meter) as client,
        ):
            return await comparisons_work(client, self.connections)

    async def ask(self) -> None:
        """The worker asks what deliveries left open."""
        async with (
            metering("answer") as meter,
            connect_client(self.sim.url, self.sim.api_key, deadlines=PATIENCE, meter=meter) as client,
        ):
            await questions_ask(client, self.connections)

    async def checked(self) -> dict[str, Any]:
        """*Check now*, worked on to its end."""
        asked = await self.check_now()
        await self.work()
        return await self.comparison(asked["id"])

    async def comparison(self, number: Any) -> dict[str, Any]:
        document: dict[str, Any] = (await self.api("GET", f"comparisons/{number}/")).json()
        return document

    async def document(self) -> dict[str, Any]:
        """The channel as its reader has it."""
        [channel] = (await self.api("GET", "channels/")).json()["items"]
        found: dict[str, Any] = channel
        return found

    async def windows(self, **which: Any) -> list[tuple[str, str]]:
        found = ComparisonWindow.objects.filter(channel=self.channel, **which).order_by("id")
        return [(one.trigger, one.state) async for one in found]

    @property
    def truth(self) -> set[Told]:
        """What the account really holds."""
        return {_told(one) for one in self.sim.world.account_messages([self.account])}

    async def held(self) -> set[Told]:
        """What is held here."""
        return {Told.of(*row) for row in await rows(self.connections, HELD, self.channel.pk)}

    async def calls(self) -> list[tuple[str, str, str, int | None]]:
        return await rows(self.connections, CALLS)

    async def execute(self, statement: str, *given: Any) -> None:
        async with self.connections.connection() as connection:
            await connection.execute(statement, given)

    async def sleeps(self, minutes: float) -> None:
        """As if no server had been here for so long."""
        await self.execute(
            "UPDATE communications_heartbeat SET at = now() - make_interval(secs => %s)", 60 * minutes
        )

    async def hold_over(self) -> None:
        """As if what is held had waited long enough."""
        await self.execute(
            "UPDATE communications_comparisonwindow SET held_until = now() WHERE state = 'held'"
        )
        await self.execute("UPDATE communications_callpause SET until = now()")


def _told(message: Message) -> Told:
    reactions = [f"{one.sender.provider_id} {one.value}" for one in message.reactions]
    return Told.of(message.id, message.text, message.deleted, reactions)


def ago(**parts: float) -> dt.datetime:
    """A moment before now, as the provider writes it."""
    moment = dt.datetime.now(dt.UTC) - dt.timedelta(**parts)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def something_happens(world: World, chats: list[Chat], rng: random.Random) -> None:
    """People write, answer, react, edit, delete and take back."""
    chat = rng.choice(chats)
    recent = [one for one in world.sim.world.chat_messages(chat) if not one.deleted and not one.is_event][-4:]
    theirs = [one for one in recent if not one.is_sender]
    act = rng.random()
    if act < 0.6 or not theirs:
        world.sim.customer_writes(chat, f"message {rng.randrange(10**9)}")
    elif act < 0.7:
        world.sim.phone_writes(chat, f"answer {rng.randrange(10**9)}")
    elif act < 0.8:
        world.sim.customer_edits(rng.choice(theirs), f"edited {rng.randrange(10**9)}")
    elif act < 0.86:
        world.sim.customer_deletes(rng.choice(theirs))
    else:
        message = rng.choice(theirs)
        world.sim.phone_reacts(message, "" if message.reactions else rng.choice(["👍", "❤️"]))


@asynccontextmanager
async def world_open(connections: AsyncConnectionPool[Any], **options: Any) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        world: World

        async def receive(request: web.Request) -> web.Response:
            return web.Response(status=await world.take(await request.read()))

        batcher = Batcher(connections, on_saved=lambda _deliveries, _outcomes: None)
        stack.push_async_callback(batcher.close)
        heartbeat = Heartbeat(connections)
        receiver = WebhookReceiver(
            batcher,
            secrets=[SECRET],
            refusals=RefusalCounter([]),
            on_unsaved=heartbeat.unsaved,
        )
        application = web.Application()
        application.router.add_post("/", receive)
        runner = web.AppRunner(application)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        sim = await stack.enter_async_context(
            Simulator(
                webhook_url=f"http://127.0.0.1:{runner.addresses[0][1]}/",
                retry_delays_seconds=(0.01,) * 5,
                **options,
            )
        )
        world = World(sim, connections, Caller(receiver, SECRET))
        world.batcher, world.heartbeat = batcher, heartbeat
        await world.begin()
        yield world
