"""Copies of a whole account: complete, counted, resumable, and kept whatever upstream does (F3 to F9)."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from communications.models import Channel, Conversation, HistoryRun, UpstreamCall
from communications.schemas.identifiers import uuid7
from simulator import FaultKind
from simulator.least_calls import history_least
from unipile.payloads.times import whole_milliseconds

if TYPE_CHECKING:
    from simulator.model import Chat
    from tests.history.world import World

CHATS, MESSAGES = "GET /chats", "GET /messages"


def unread_since_answered(world: World, chat: Chat) -> int:
    """Of upstream's unread ones those that came after the owner last wrote: an answer says that what is before it was read."""
    messages = list(world.sim.world.chat_messages(chat))
    answered_at = next((one.timestamp for one in messages if one.is_sender), None)
    unread = [one for one in messages if not one.is_sender][: chat.unread_count]
    return sum(answered_at is None or one.timestamp > answered_at for one in unread)


async def complete(world: World, run: dict[str, object]) -> None:
    assert (run["state"], run["phase"], run["reason"]) == ("done", "done", None)
    assert await world.held() == world.held_upstream()
    assert run["found"] == len(world.held_upstream())
    counted = run["stored"] + run["changed"] + run["known"]  # type: ignore[operator]
    assert counted == run["found"]


async def test_all_of_an_account_arrives_in_the_fewest_calls_and_a_second_run_finds_it_known(
    world: World,
) -> None:
    run = await world.copied()
    await complete(world, run)
    assert run["stored"] == run["found"]
    least = history_least(world.sim.world, world.account)
    assert run["chats_found"] == least["chats"]
    people = world.sim.calls.count("GET /chat_attendees")
    assert run["calls"] == least["least_calls"] + people == len(world.sim.calls)
    calls = [call async for call in UpstreamCall.objects.all()]
    assert {(call.purpose, call.outcome) for call in calls} == {("history", "ok")}
    assert all(call.reason for call in calls)
    channel = await Channel.objects.aget(pk=world.channel.pk)
    assert channel.verified_until is not None
    chats = (await world.ask("GET", f"history/{run['id']}/chats/?limit=200")).json()["items"]
    assert sum(chat["found"] for chat in chats) == run["found"]
    assert all(chat["is_whole"] and chat["chat_id"] for chat in chats)
    assert all((chat["state"], chat["expected"]) == ("done", chat["found"]) for chat in chats)
    assert all(chat["covered_since"] == run["oldest_at"] for chat in chats)

    again = await world.copied()
    await complete(world, again)
    assert (again["stored"], again["known"]) == (0, run["found"])
    report = (await world.ask("GET", f"history/{again['id']}/report/?compared_with={run['id']}")).json()
    assert report["compared_with"]["run"]["id"] == run["id"]
    assert report["compared_with"]["chats"] == []
    assert len(report["chats"]) == again["chats_found"]
    shown = (await world.ask("GET", "all/chats/?limit=200")).json()["items"]
    assert {chat["chat_id"]: chat["title"] for chat in report["chats"]} == {
        chat["id"]: chat["name"] for chat in shown
    }
    listed = (await world.ask("GET", f"channels/{world.channel.pk}/history/")).json()["items"]
    assert [one["id"] for one in listed] == [again["id"], run["id"]]


async def test_unread_ones_are_those_that_upstream_counts(world: World) -> None:
    await world.copied()
    upstream = {
        chat.id: unread_since_answered(world, chat)
        for chat in world.sim.world.chats.values()
        if chat.account is world.account
    }
    shown = {
        held.external_thread_id: held.unread_count
        async for held in Conversation.objects.filter(channel=world.channel, is_stub=False)
    }
    assert shown == upstream


async def test_f3_a_killed_worker_s_run_goes_on_where_it_was_noted(world: World) -> None:
    run = await world.begin()
    world.meets(FaultKind.LATE, spared=3, delay_seconds=30)
    async with world.worker() as history:
        working = asyncio.create_task(history.run_due())
        async with asyncio.timeout(60):
            while (await world.shown(run))["found"] < 500:
                await asyncio.sleep(0.02)
        assert (await world.shown(run))["state"] == "running"
        working.cancel()
    world.sim.faults.clear()
    before = len(world.sim.calls)
    held = Conversation.objects.filter(channel=world.channel)
    await held.aupdate(history_revision=0)
    await world.work()
    shown = await world.shown(run)
    await complete(world, shown)
    assert not await held.filter(history_revision=0).aexists(), "nobody was told of what is older"
    assert len(world.sim.calls) - before < before + 4
    assert world.sim.calls.count(CHATS) == 1


async def test_f4_a_list_that_goes_in_a_circle_ends_the_run_and_keeps_what_came(world: World) -> None:
    world.meets(FaultKind.CURSOR_LOOP, spared=2, times=10_000)
    run = await world.copied()
    assert (run["state"], run["reason_code"]) == ("failed", "same_cursor")
    assert "kept" in run["reason"] or "stays" in run["reason"]
    assert len(await world.held()) >= 500
    chats = (await world.ask("GET", f"history/{run['id']}/chats/?limit=200")).json()["items"]
    found = [chat for chat in chats if chat["state"] == "stopped"]
    assert sum(chat["found"] for chat in found) == run["found"]
    assert {chat["covered_since"] for chat in found} == {run["oldest_at"]}
    rest = [chat for chat in chats if chat not in found]
    assert {(chat["state"], chat["found"], chat["covered_since"]) for chat in rest} <= {
        ("untouched", 0, None)
    }
    assert {chat["expected"] for chat in chats} == {None}
    world.sim.faults.clear()
    await complete(world, await world.copied())


async def test_f5_an_expired_cursor_is_given_up_for_the_time_that_was_reached(world: World) -> None:
    """Cursors lead through what no time tells apart: here all of one moment, which is read twice."""
    chat = next(chat for chat in world.sim.world.chats.values() if chat.account is world.account)
    moment = whole_milliseconds(dt.datetime.now(dt.UTC))
    for number in range(600):
        world.sim.customer_writes(chat, f"message {number}", at=moment)
    world.meets(FaultKind.REFUSED, spared=2, type="errors/invalid_parameters", status=400)
    run = await world.copied()
    assert run["state"] == "done"
    assert await world.held() == world.held_upstream()
    assert (run["stored"], run["known"]) == (len(world.held_upstream()), 500)


@pytest.mark.parametrize(
    "kind", [FaultKind.EMPTY_PAGE, FaultKind.DUPLICATES, FaultKind.SHIFTED, FaultKind.FEWER]
)
async def test_f6_pages_that_come_empty_twice_or_with_holes_are_complete_in_the_end(
    world: World, kind: FaultKind
) -> None:
    world.meets(kind, spared=1)
    world.meets(kind, endpoint=CHATS)
    run = await world.copied()
    await complete(world, run)


@pytest.mark.parametrize("page", [0, 1, -1])
async def test_f6_an_item_that_slips_over_the_edge_of_a_page_is_noticed_also_on_the_last(
    world: World, page: int
) -> None:
    pages = -(-len(world.held_upstream()) // 250)
    world.meets(FaultKind.SHIFTED, spared=page % pages)
    run = await world.copied()
    await complete(world, run)
    assert world.sim.calls.count(MESSAGES) == pages + 1


async def test_f7_a_storm_of_refusals_holds_the_run_with_words_and_it_goes_on(world: World) -> None:
    world.meets(FaultKind.RATE_LIMITED, spared=1, times=2, retry_after_seconds=60)
    run = await world.begin()
    for _ in range(2):
        await world.work()
        held = await world.shown(run)
        assert (held["state"], held["reason_code"]) == ("held", "account_paused")
        assert held["held_until"] is not None
        assert held["reason"]
        await world.due()
    await world.work()
    await complete(world, await world.shown(run))


async def test_f8_a_run_waits_for_its_account_and_ends_with_it(world: World) -> None:
    run = await world.begin()
    await Channel.objects.filter(pk=world.channel.pk).aupdate(status="credentials")
    await world.work()
    held = await world.shown(run)
    assert (held["state"], held["reason_code"], held["held_until"]) == ("held", "disconnected", None)
    assert len(world.sim.calls) == 0
    await Channel.objects.filter(pk=world.channel.pk).aupdate(status="ok")
    await world.work()
    await complete(world, await world.shown(run))

    other = await world.begin()
    await Channel.objects.filter(pk=world.channel.pk).aupdate(status="deleted")
    await world.work()
    removed = await world.shown(other)
    assert (removed["state"], removed["reason_code"]) == ("cancelled", "removed")
    assert await world.held() == world.held_upstream()


async def test_f9_a_second_asking_joins_the_first(world: World) -> None:
    run = await world.begin()
    joined = await world.ask("POST", f"channels/{world.channel.pk}/history/", client_id=str(uuid7()))
    assert (joined.status_code, joined.json()["id"]) == (200, run)
    async with world.worker() as one, world.worker() as other:
        await asyncio.gather(one.run_due(), other.run_due())
    await complete(world, await world.shown(run))
    assert world.sim.calls.count(CHATS) == 1


async def test_a_person_pauses_goes_on_and_cancels(world: World) -> None:
    run = await world.begin()
    path = f"history/{run}/acts/"
    assert (await world.ask("POST", path, act="resume")).status_code == 409
    assert (await world.ask("POST", path, act="pause")).json()["state"] == "paused"
    await world.work()
    assert len(world.sim.calls) == 0
    assert (await world.ask("POST", path, act="resume")).json()["state"] == "waiting"
    world.meets(FaultKind.LATE, spared=2, delay_seconds=30)
    async with world.worker() as history:
        working = asyncio.create_task(history.run_due())
        async with asyncio.timeout(60):
            while (await world.shown(run))["found"] < 450:
                await asyncio.sleep(0.02)
        chats = (await world.ask("GET", f"history/{run}/chats/?limit=200")).json()["items"]
        reached_at = (await world.shown(run))["oldest_at"]
        for chat in chats:
            is_reached = chat["found"] > 0 or chat["active_at"] >= reached_at
            assert chat["state"] == ("copying" if is_reached else "waiting")
        assert (await world.ask("POST", path, act="cancel")).json()["state"] == "cancelled"
        working.cancel()
    await world.work()
    assert (await world.shown(run))["state"] == "cancelled"
    assert (await world.ask("POST", path, act="cancel")).status_code == 409


async def test_a_copy_goes_back_as_far_as_was_asked(world: World) -> None:
    moments = sorted(message.timestamp for message in world.sim.world.account_messages([world.account]))
    since = moments[len(moments) // 2]
    run = await world.copied(since=since.isoformat())
    assert run["state"] == "done"
    newer = [moment for moment in moments if moment >= since]
    assert run["found"] == len(newer)
    assert dt.datetime.fromisoformat(run["oldest_at"]) >= since
    assert (await world.conversation()).is_whole is False


async def test_an_account_that_works_is_copied_by_itself_once_and_again_after_upstream_s_import(
    world: World, settings: object
) -> None:
    await world.work()
    first = await HistoryRun.objects.aget(channel=world.channel)
    assert (first.trigger, first.state) == ("connected", "done")
    calls = len(world.sim.calls)
    await world.work()
    assert len(world.sim.calls) == calls
    await world.tell_status("SYNC_SUCCESS")
    await world.work()
    runs = [run async for run in HistoryRun.objects.order_by("id")]
    assert [run.trigger for run in runs] == ["connected", "imported"]
    assert (await world.shown(str(runs[1].pk)))["is_import_running"] is False
