"""What webhooks did not tell is found by a comparison with upstream's list, and by nothing else (F11 to F13)."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import random
from dataclasses import replace

import psycopg
import pytest

from communications.models import Channel, Message
from communications.schemas.identifiers import uuid7
from simulator.faults import Fault
from simulator.web.messages import Request, Response
from tests.database import ScratchDatabase
from tests.gaps.world import World, ago, something_happens
from tests.inbox import person_make


def lose_messages(world: World, count: int) -> None:
    """One a minute, the last a minute ago, in one chat; no webhook tells of them."""
    world.lose()
    chat = world.chat()
    for number in range(count):
        world.sim.customer_writes(chat, f"message {number}", at=ago(minutes=count - number))


async def test_check_now_brings_what_was_lost_and_says_how_late(world: World) -> None:
    chat = world.chat()
    first = world.sim.customer_writes(chat, "told")
    await world.sim.settled()
    await world.ask()
    world.lose()
    lost = [
        world.sim.customer_writes(chat, f"lost {number}", at=ago(minutes=50 - number)) for number in range(3)
    ]
    await world.sim.settled()
    asked = await world.check_now()
    before = await world.document()
    assert [(gap["trigger"], gap["state"]) for gap in before["gaps"]] == [("person", "waiting")]
    assert before["verified_until"] is None

    world.sim.calls.forget()
    await world.work()
    assert world.sim.calls.counts == {"GET /chats": 1, "GET /messages": 1}
    told = await world.comparison(asked["id"])
    assert told["state"] == "done"
    assert (told["found"], told["recovered"], told["known"], told["calls"]) == (4, 3, 1, 2)
    assert 49 * 60 <= told["latest_by_seconds"] <= 52 * 60
    assert await world.held() == world.truth
    found_by = {one.external_message_id: one.found_by async for one in Message.objects.filter(is_stub=False)}
    assert found_by == {first.id: "", **{one.id: "repair" for one in lost}}

    after = await world.document()
    assert after["gaps"] == []
    assert after["verified_until"] == told["compared_to"]
    assert int(after["version"]) > int(before["version"])
    report = await world.api("GET", f"comparisons/{asked['id']}/report/")
    assert "attachment" in report["Content-Disposition"]
    [recovered] = report.json()["chats"]
    assert (recovered["external_id"], recovered["recovered"], recovered["title"]) == (chat.id, 3, "Ana")


async def test_the_report_calls_a_chat_as_every_list_does(world: World) -> None:
    """A group without a title by its members."""
    members = [
        world.sim.contact(world.account, name, phone_number=f"+3460000000{number}")
        for number, name in enumerate(("Ana", "Bruno", "Carla"))
    ]
    group = world.sim.group_chat(world.account, "", members)
    for member in members:
        world.sim.customer_writes(group, "told", sender=member)
    await world.sim.settled()
    world.lose()
    world.sim.customer_writes(group, "lost")
    await world.sim.settled()
    told = await world.checked()
    [recovered] = (await world.api("GET", f"comparisons/{told['id']}/report/")).json()["chats"]
    [listed] = (await world.api("GET", "all/chats/")).json()["items"]
    assert (recovered["chat_id"], recovered["title"]) == (listed["id"], listed["name"])
    assert set(recovered["title"].replace(" and ", ", ").split(", ")) == {"Ana", "Bruno", "Carla"}


async def test_f12_what_was_edited_deleted_and_taken_back_meanwhile_is_folded_like_news(world: World) -> None:
    chat = world.chat()
    edited, deleted, liked, unliked = (
        world.sim.customer_writes(chat, f"message {number}") for number in range(4)
    )
    world.sim.phone_reacts(unliked, "👍")
    await world.sim.settled()
    world.lose()
    world.sim.customer_edits(edited, "another text")
    world.sim.customer_deletes(deleted)
    world.sim.phone_reacts(liked, "👍")
    world.sim.phone_reacts(unliked, "")
    await world.sim.settled()
    assert await world.held() != world.truth
    told = await world.checked()
    assert (told["recovered"], told["changed"]) == (0, 4)
    assert await world.held() == world.truth
    again = await world.checked()
    assert (again["recovered"], again["changed"], again["known"]) == (0, 0, told["found"])


async def test_f13_what_a_list_does_not_show_stays_and_is_counted(world: World) -> None:
    chats = [world.chat(f"Contact {number}", number) for number in range(4)]
    for number in range(8):
        world.sim.customer_writes(chats[number % 4], f"message {number}", at=ago(minutes=30 - number))
    await world.sim.settled()
    world.fault("fewer", endpoint="GET /messages")
    world.fault("fewer", endpoint="GET /chats")
    told = await world.checked()
    assert told["state"] == "done"
    assert (told["found"], told["not_shown"]) == (4, 4)
    assert await world.held() == world.truth


async def test_one_comparison_takes_all_windows_of_its_channel_and_looks_back_three_days(
    world: World,
) -> None:
    old = world.sim.customer_writes(world.chat(), "old", at=ago(hours=71))
    world.lose()
    world.sim.customer_edits(old, "old and edited")
    await world.sim.settled()
    first, second = await world.check_now(), await world.check_now()
    assert await world.work() == 1
    told, part = await world.comparison(first["id"]), await world.comparison(second["id"])
    assert (told["part_of"], part["part_of"], part["state"]) == (None, first["id"], "done")
    assert (part["found"], part["compared_from"]) == (told["found"], told["compared_from"])
    assert dt.datetime.fromisoformat(first["starts_at"]) - dt.datetime.fromisoformat(
        told["compared_from"]
    ) == (dt.timedelta(hours=72))
    listed = (await world.api("GET", f"channels/{world.channel.pk}/comparisons/?limit=1")).json()
    assert [one["id"] for one in listed["items"]] == [second["id"]]
    rest = await world.api("GET", f"channels/{world.channel.pk}/comparisons/?cursor={listed['next_cursor']}")
    assert [one["id"] for one in rest.json()["items"]] == [first["id"]]


async def test_verified_is_only_what_was_compared_without_a_hole_since(world: World) -> None:
    """Of any age since then: a comparison begins before what the one before it reached, however long ago that was."""
    chat = world.chat()
    verified = ago(days=20)
    await Channel.objects.filter(pk=world.channel.pk).aupdate(verified_until=verified)
    world.lose()
    world.sim.customer_writes(chat, "long lost", at=ago(days=19))
    world.sim.customer_writes(chat, "before all that", at=ago(days=24))
    await world.sim.settled()
    told = await world.checked()
    assert dt.datetime.fromisoformat(told["compared_from"]) == verified - dt.timedelta(hours=72)
    assert {one.text for one in await world.held()} == {"long lost"}


@pytest.mark.parametrize(
    ("kind", "code"),
    [("rate_limited", "rate_limited"), ("error_before", "server_error"), ("cut_before", "connection_lost")],
)
async def test_f7_what_upstream_cannot_answer_now_is_held_and_goes_on_where_it_was(
    world: World, kind: str, code: str
) -> None:
    lose_messages(world, 260)
    await world.sim.settled()
    asked = await world.check_now()
    world.fault(kind, endpoint="GET /messages", spared=1, times=3)
    await world.work()
    held = await world.comparison(asked["id"])
    assert (held["state"], held["reason_code"], held["recovered"]) == ("held", code, 250)
    assert held["held_until"] is not None
    assert await world.work() == 0
    world.sim.faults.clear()
    world.sim.calls.forget()
    await world.hold_over()
    await world.work()
    told = await world.comparison(asked["id"])
    assert (told["state"], told["recovered"], told["found"]) == ("done", 260, 260)
    assert world.sim.calls.counts == {"GET /messages": 1}
    assert await world.held() == world.truth


async def test_a_budget_that_is_spent_holds_it_until_midnight(world: World, settings) -> None:
    settings.LANDLINE_CALLS_PER_DAY = 1
    await world.check_now()
    told = await world.checked()
    assert (told["state"], told["reason_code"]) == ("held", "budget_spent")
    assert told["held_until"].endswith("T00:00:00.000Z")


async def test_f3_a_worker_that_was_killed_leaves_its_comparison_to_another(
    world: World, connections
) -> None:
    from communications.ingest.comparisons import comparison_claim, comparison_done

    world.lose()
    world.sim.customer_writes(world.chat(), "lost")
    asked = await world.check_now()
    async with connections.connection() as connection:
        killed = await comparison_claim(connection)
        assert await comparison_claim(connection) is None
    assert await world.work() == 0
    await world.execute("UPDATE communications_comparisonwindow SET leased_until = now()")
    assert await world.work() == 1
    assert (await world.comparison(asked["id"]))["state"] == "done"
    async with connections.connection() as connection:
        assert not await comparison_done(connection, killed)
    assert await world.held() == world.truth


async def test_f4_a_list_that_goes_in_circles_ends_failed_with_what_it_showed(world: World) -> None:
    world.lose()
    chat, moment = world.chat(), ago(minutes=30)
    for number in range(300):
        world.sim.customer_writes(chat, f"message {number}", at=moment)
    world.fault("cursor_loop", endpoint="GET /messages", times=30)
    told = await world.checked()
    assert (told["state"], told["recovered"]) == ("failed", 250)
    assert [gap["state"] for gap in (await world.document())["gaps"]] == ["failed"]
    world.sim.faults.clear()
    again = await world.checked()
    assert (again["state"], again["recovered"]) == ("done", 50)
    assert (await world.document())["gaps"] == []
    assert await world.held() == world.truth


async def test_f5_a_page_token_that_expired_is_replaced_by_a_time(world: World) -> None:
    """Tokens lead through what no time tells apart: here all of one moment."""
    world.lose()
    chat, moment = world.chat(), ago(minutes=30)
    for number in range(600):
        world.sim.customer_writes(chat, f"message {number}", at=moment)
    world.fault("refused", endpoint="GET /messages", spared=2, type="errors/invalid_parameters")
    told = await world.checked()
    assert (told["state"], told["recovered"], told["known"], told["calls"]) == ("done", 600, 500, 7)
    assert await world.held() == world.truth


async def test_f6_what_comes_after_an_empty_page_is_read_also_by_who_takes_it_up(world: World) -> None:
    """A page that shows nothing says nothing of how far back all is held."""
    lose_messages(world, 300)
    await world.sim.settled()
    asked = await world.check_now()
    world.fault("empty_page", endpoint="GET /messages")
    world.fault("rate_limited", endpoint="GET /messages", times=3)
    await world.work()
    held = await world.comparison(asked["id"])
    assert (held["state"], held["recovered"]) == ("held", 0)
    world.sim.faults.clear()
    await world.hold_over()
    await world.work()
    told = await world.comparison(asked["id"])
    assert (told["state"], told["recovered"]) == ("done", 300)
    assert await world.held() == world.truth


@pytest.mark.parametrize(("page", "calls"), [(0, 5), (1, 5), (2, 5), (None, 4)])
async def test_f6_an_item_that_slips_over_the_edge_of_a_page_is_noticed_also_on_the_last(
    world: World, page: int | None, calls: int
) -> None:
    lose_messages(world, 600)
    if page is not None:
        world.fault("shifted", endpoint="GET /messages", spared=page)
    told = await world.checked()
    assert (told["state"], told["recovered"], told["found"], told["calls"]) == ("done", 600, 600, calls)
    assert await world.held() == world.truth


async def test_f6_messages_that_a_list_names_otherwise_are_read_and_recognised_like_others(
    world: World,
) -> None:
    """`message_id` in place of `id`: pages overlap, and what is here is not said to be missing there."""

    def renamed(answer: Response, _request: Request) -> Response:
        document = json.loads(answer.body)
        for item in document["items"]:
            item["message_id"] = item.pop("id")
        return replace(answer, body=json.dumps(document).encode())

    lose_messages(world, 600)
    for recovered in (600, 0):
        world.sim.faults.clear()
        world.sim.faults.add(Fault("GET /messages", spoil=renamed, times=9))
        told = await world.checked()
        assert (told["state"], told["recovered"], told["found"], told["calls"]) == ("done", recovered, 600, 4)
        assert told["not_shown"] == 0
    assert await world.held() == world.truth


async def test_e19_an_account_that_is_not_connected_is_compared_once_it_is_again(world: World) -> None:
    world.sim.account_disconnects(world.account)
    await world.sim.settled()
    await world.check_now()
    assert await world.work() == 0
    assert await world.windows() == [("status", "open"), ("person", "waiting")]
    chat = world.chat()
    world.sim.customer_writes(chat, "while away")
    world.sim.account_reconnects(world.account)
    await world.sim.settled()
    assert await world.work() == 1
    assert await world.windows() == [("status", "done"), ("person", "done")]
    assert await world.held() == world.truth


async def test_a_paused_account_is_compared_once_it_is_resumed(world: World) -> None:
    path = f"channels/{world.channel.pk}/"
    assert (await world.api("PATCH", path, {"paused": True})).status_code == 200
    await world.check_now()
    assert await world.work() == 0
    assert world.sim.calls.reads == 0
    assert (await world.api("PATCH", path, {"paused": False})).status_code == 200
    assert await world.work() == 1
    assert await world.windows() == [("person", "done")]


async def test_what_a_pause_held_in_the_middle_goes_on_with_its_end(
    world: World, database: ScratchDatabase
) -> None:
    lose_messages(world, 300)
    asked = await world.check_now()
    path = f"channels/{world.channel.pk}/"

    def pause(answer: Response, _request: Request) -> Response:
        with psycopg.connect(database.runtime_url) as connection:
            connection.execute("UPDATE communications_channel SET paused_at = now()")
        return answer

    world.sim.faults.add(Fault("GET /messages", spoil=pause))
    await world.work()
    held = await world.comparison(asked["id"])
    assert (held["state"], held["reason_code"], held["recovered"]) == ("held", "paused_here", 250)
    assert await world.work() == 0
    assert (await world.api("PATCH", path, {"paused": False})).status_code == 200
    assert await world.work() == 1
    assert (await world.comparison(asked["id"]))["state"] == "done"
    assert await world.held() == world.truth


async def test_who_reads_the_account_may_have_it_checked_once_for_each_wish(world: World) -> None:
    from asgiref.sync import sync_to_async

    wish = {"client_id": str(uuid7())}
    first, second = await world.check_now(**wish), await world.check_now(**wish)
    assert first["id"] == second["id"]
    stranger = await sync_to_async(person_make)("stranger")
    path = f"channels/{world.channel.pk}/comparisons/"
    for method, at in (("POST", path), ("GET", path), ("GET", f"comparisons/{first['id']}/")):
        refused = await world.api(method, at, wish if method == "POST" else None, by=stranger)
        assert refused.status_code == 404
    await Channel.objects.filter(pk=world.channel.pk).aupdate(status="deleted")
    gone = await world.api("POST", path, {"client_id": str(uuid7())})
    assert gone.status_code == 409


async def test_two_workers_compare_a_channel_once(world: World) -> None:
    world.lose()
    rng = random.Random(7)
    for _ in range(40):
        something_happens(world, [world.chat()], rng)
    await world.check_now()
    assert sorted(await asyncio.gather(world.work(), world.work())) == [0, 1]
    assert await world.held() == world.truth
