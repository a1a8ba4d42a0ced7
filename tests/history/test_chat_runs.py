"""What is older of a chat that somebody has open: a page for each asking, before all else, or from the phone."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async
from psycopg import AsyncConnection

from communications.models import (
    Channel,
    ChannelAccess,
    Conversation,
    CoverageRange,
    HistoryRun,
    Message,
    UpstreamCall,
    UpstreamRead,
)
from communications.refold.rebuild.check import rebuild_check
from communications.schemas.identifiers import uuid7
from communications.tasks.upstream_reads import questions_ask
from simulator import FaultKind
from tests.database import ScratchDatabase
from tests.history.world import world_open
from tests.inbox import person_make

if TYPE_CHECKING:
    from tests.history.world import World

OLDER = "GET /chats/{chat_id}/messages"
LATEST = dt.timedelta(days=2)


async def biggest(world: World) -> Any:
    """The chat with most messages, at upstream."""
    counted = Counter(message.chat.id for message in world.sim.world.account_messages([world.account]))
    return world.sim.world.chats[counted.most_common(1)[0][0]]


async def known_by_its_newest(world: World, chat: Any) -> Conversation:
    """A chat of which the newest message came live, and nothing else."""
    newest = next(iter(world.sim.world.chat_messages(chat)))
    made = await Conversation.objects.acreate(
        channel=world.channel, external_thread_id=chat.id, last_message_at=newest.timestamp
    )
    await made.conversationalias_set.acreate(channel=world.channel, kind="id", value=chat.id)
    await Message.objects.acreate(
        channel=world.channel,
        conversation=made,
        external_message_id=newest.id,
        direction="inbound",
        sent_at=newest.timestamp,
        received_at=newest.timestamp,
        text=newest.text or "",
    )
    return made


async def older(world: World, chat: Conversation, **wanted: Any) -> dict[str, Any]:
    asked = await world.ask("POST", f"all/chats/{chat.pk}/older/", **wanted)
    assert asked.status_code == 200, asked.content
    run: dict[str, Any] = asked.json()
    assert run["chat_id"] == str(chat.pk)
    await world.work()
    return await world.shown(run["id"])


async def test_each_asking_brings_one_page_and_the_beginning_is_known(
    connections: Any, settings: Any
) -> None:
    settings.LANDLINE_FIRST_HISTORY_DAYS = 0
    async with world_open(connections, scenario="large", chats=4, messages=2_600) as world:
        chat = await biggest(world)
        all_of_it = list(world.sim.world.chat_messages(chat))
        assert 251 < len(all_of_it) < 2_600
        held = await known_by_its_newest(world, chat)

        first = await older(world, held)
        assert (first["state"], first["found"], first["stored"], first["calls"]) == ("done", 250, 249, 1)
        await held.arefresh_from_db()
        assert (held.is_whole, held.history_revision > 0) == (False, True)
        while not held.is_whole:
            assert (await older(world, held))["calls"] == 1
            await held.arefresh_from_db()
        messages = Message.objects.filter(conversation=held, is_stub=False)
        assert {message.external_message_id async for message in messages} == {one.id for one in all_of_it}
        assert world.sim.calls.count(OLDER) == len(world.sim.calls) == -(-(len(all_of_it) - 250) // 249) + 1
        assert {call.purpose async for call in UpstreamCall.objects.all()} == {"open"}
        refused = await world.ask("POST", f"all/chats/{held.pk}/older/")
        assert (refused.status_code, "nothing older" in refused.json()["detail"]) == (409, True)


@pytest.mark.parametrize("is_compared", [False, True])
async def test_a_message_that_was_fetched_alone_leaves_no_hole_behind_it(
    connections: Any, settings: Any, is_compared: bool
) -> None:
    settings.LANDLINE_FIRST_HISTORY_DAYS = 0
    async with world_open(connections, scenario="large", chats=4, messages=1_400) as world:
        chat = await biggest(world)
        all_of_it = list(world.sim.world.chat_messages(chat))
        assert len(all_of_it) > 300
        if is_compared:
            await world.copied(since=all_of_it[20].timestamp.isoformat())
            held = await world.conversation(external_thread_id=chat.id)
        else:
            held = await known_by_its_newest(world, chat)
        await UpstreamRead.objects.acreate(
            channel=world.channel, subject="missing", external_id=all_of_it[-1].id, asked_by=uuid7()
        )
        async with world.worker() as history:
            assert "refused" not in await questions_ask(history._client, connections)
        messages = Message.objects.filter(conversation=held, is_stub=False)
        assert await messages.filter(external_message_id=all_of_it[-1].id).aexists()

        askings = 0
        while not held.is_whole:
            assert (await older(world, held))["stored"] > 0
            await held.arefresh_from_db()
            askings += 1
        assert {message.external_message_id async for message in messages} == {one.id for one in all_of_it}
        assert askings == -(-len(all_of_it) // 250)


async def test_what_came_live_before_any_comparison_is_passed_over_in_one_asking(
    connections: Any, settings: Any
) -> None:
    settings.LANDLINE_FIRST_HISTORY_DAYS = 0
    async with world_open(connections, scenario="large", chats=4, messages=2_000) as world:
        chat = await biggest(world)
        all_of_it = list(world.sim.world.chat_messages(chat))
        assert len(all_of_it) > 500
        held = await known_by_its_newest(world, chat)
        await older(world, held)
        await older(world, held)
        # Later the last few are compared: what is known to be held reaches no further back than that.
        await CoverageRange.objects.all().adelete()
        await CoverageRange.objects.acreate(
            channel=world.channel,
            starts_at=all_of_it[5].timestamp,
            ends_at=all_of_it[0].timestamp + LATEST,
            compared_at=all_of_it[0].timestamp + LATEST,
        )
        run = await older(world, held)
        assert (run["stored"] > 0, run["calls"]) == (True, 2)


class Gated:
    """A connection that claims an account only when it may."""

    def __init__(self, connection: AsyncConnection[Any], may_claim: asyncio.Event) -> None:
        self._connection, self._may_claim = connection, may_claim
        self.asked = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    async def execute(self, query: Any, values: Any = None) -> Any:
        if isinstance(values, dict) and values.get("of_chat") is False:
            self.asked.set()
            await self._may_claim.wait()
        return await self._connection.execute(query, values)


async def test_a_place_that_is_free_before_the_look_ends_is_taken(world: World, settings: Any) -> None:
    settings.LANDLINE_FIRST_HISTORY_DAYS = 0
    chats = [chat for chat in world.sim.world.chats.values() if any(world.sim.world.chat_messages(chat))][:3]
    asked = []
    for chat in chats:
        held = await known_by_its_newest(world, chat)
        asked.append((await world.ask("POST", f"all/chats/{held.pk}/older/")).json()["id"])
    world.meets(FaultKind.LATE, endpoint=OLDER, delay_seconds=60)
    may_claim = asyncio.Event()
    async with world.worker() as history:
        gated = Gated(history._presence.connection, may_claim)
        history._presence = history._presence._replace(connection=gated)  # type: ignore[arg-type]
        working = asyncio.create_task(history.run_due())
        await gated.asked.wait()
        while not await HistoryRun.objects.filter(state="done").aexists():
            await asyncio.sleep(0.02)
        while len(history._chats) > 1:
            await asyncio.sleep(0)
        assert (await world.shown(asked[2]))["state"] == "waiting"
        may_claim.set()
        async with asyncio.timeout(60):
            while (await world.shown(asked[2]))["state"] != "done":
                await asyncio.sleep(0.02)
        working.cancel()


async def test_an_open_chat_does_not_wait_for_the_account(world: World) -> None:
    chat = await biggest(world)
    held = await known_by_its_newest(world, chat)
    run = await world.begin()
    world.meets(FaultKind.LATE, delay_seconds=60, times=10)
    asked = (await world.ask("POST", f"all/chats/{held.pk}/older/")).json()
    async with world.worker() as history:
        working = asyncio.create_task(history.run_due())
        async with asyncio.timeout(60):
            while (await world.shown(asked["id"]))["state"] != "done":
                await asyncio.sleep(0.02)
        assert (await world.shown(run))["state"] == "running"
        working.cancel()


async def test_the_phone_is_asked_where_upstream_has_no_more(connections: Any, settings: Any) -> None:
    settings.LANDLINE_FIRST_HISTORY_DAYS = 0
    async with world_open(connections, scenario="large", chats=12, messages=300) as world:
        await world.copied()
        chat = await biggest(world)
        held = await world.conversation(external_thread_id=chat.id)
        assert held.is_whole
        oldest = min(message.timestamp for message in world.sim.world.chat_messages(chat))
        world.sim.phone_remembers(chat, "from long ago", at=oldest - LATEST)
        run = await older(world, held, from_phone=True)
        assert (run["state"], run["stored"]) == ("done", 1)
        assert await Message.objects.filter(conversation=held, text="from long ago").aexists()


async def test_who_may_not_ask_is_told_why(world: World, settings: Any) -> None:
    held = await known_by_its_newest(world, await biggest(world))
    path = f"all/chats/{held.pk}/older/"
    stranger = await sync_to_async(person_make)()
    assert (await world.ask("POST", path, person=stranger)).status_code == 404
    await Channel.objects.filter(pk=world.channel.pk).aupdate(status="credentials")
    down = await world.ask("POST", path)
    assert (down.status_code, "not connected" in down.json()["detail"]) == (409, True)
    await Channel.objects.filter(pk=world.channel.pk).aupdate(status="ok")
    await world.spend(settings.LANDLINE_CALLS_PER_DAY)
    spent = await world.ask("POST", path)
    assert (spent.status_code, "used up" in spent.json()["detail"]) == (409, True)
    await ChannelAccess.objects.filter(user=world.person).aupdate(role="member")
    begun = await world.ask(
        "POST", f"channels/{world.channel.pk}/history/", client_id="01900000-0000-7000-8000-000000000000"
    )
    assert begun.status_code == 403


async def test_a_spent_budget_holds_a_run_until_midnight(world: World, settings: Any) -> None:
    await world.spend(settings.LANDLINE_CALLS_PER_DAY)
    run = await world.copied()
    assert (run["state"], run["reason_code"], run["calls_left"]) == ("held", "budget_spent", 0)
    assert dt.datetime.fromisoformat(run["held_until"]).time() == dt.time(0)
    assert len(world.sim.calls) == 0
    assert await HistoryRun.objects.filter(state="held").acount() == 1


async def test_what_was_copied_is_what_the_ledger_makes_again(
    world: World, database: ScratchDatabase
) -> None:
    run = await world.copied()
    async with await AsyncConnection.connect(database.owner_url, autocommit=True) as owner:
        done = await rebuild_check(owner, world.connections, seed=1, begin=lambda _: lambda _: None)
    assert (done.different, run["state"]) == (0, "done")
