"""Lists that go wrong, calls counted, and the fewest calls possible (F4, F5, F6, F11, F13, D6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator import FaultKind, FaultOrder, Habits, Simulator, fault_of
from simulator.model import Account
from simulator.moments import stamp
from simulator.webhooks.troubles import Trouble
from tests.simulator.caller import Caller
from tests.simulator.receiver import Receiver

START = datetime(2026, 11, 1, tzinfo=UTC)


def filled(sim: Simulator, messages: int = 10) -> Account:
    account = sim.account()
    chat = sim.direct_chat(sim.contact(account, "Ana", phone_number="+34600000118"))
    for number in range(messages):
        sim.customer_writes(chat, str(number), at=START + timedelta(minutes=number))
    return account


def strike(sim: Simulator, kind: FaultKind, **choices: Any) -> None:
    sim.faults.add(fault_of(FaultOrder(kind=kind, endpoint="GET /messages", **choices)))


async def texts(api: Caller, **query: Any) -> tuple[list[str], str | None]:
    page = await api.get("/messages", limit=4, **query)
    return [one["text"] for one in page["items"]], page["cursor"]


async def test_a_cursor_leads_to_the_same_page_for_ever(sim: Simulator, api: Caller) -> None:
    filled(sim)
    strike(sim, FaultKind.CURSOR_LOOP, spared=1, times=2)
    first, cursor = await texts(api)
    second, again = await texts(api, cursor=cursor)
    assert again == cursor
    assert (await texts(api, cursor=again))[0] == second
    assert (await texts(api, cursor=again))[1] not in {cursor, None}
    assert first != second


async def test_a_first_page_leads_to_itself(sim: Simulator, api: Caller) -> None:
    filled(sim)
    strike(sim, FaultKind.CURSOR_LOOP)
    first, cursor = await texts(api)
    assert (await texts(api, cursor=cursor))[0] == first


@pytest.mark.parametrize("spared", [0, 1])
async def test_an_empty_page_has_more_behind_it(sim: Simulator, api: Caller, spared: int) -> None:
    filled(sim)
    strike(sim, FaultKind.EMPTY_PAGE, spared=spared)
    seen: list[str] = []
    page, cursor = await texts(api)
    pages = [page]
    while cursor is not None:
        page, cursor = await texts(api, cursor=cursor)
        pages.append(page)
    seen = [text for page in pages for text in page]
    assert pages[spared] == []
    assert seen == [str(number) for number in reversed(range(10))]


async def test_pages_with_too_much_and_too_little(sim: Simulator, api: Caller) -> None:
    filled(sim)
    for kind, expected in (
        (FaultKind.DUPLICATES, ["9", "8", "7", "6"] * 2),
        (FaultKind.SHIFTED, ["8", "7", "6"]),
        (FaultKind.FEWER, ["9", "7"]),
    ):
        strike(sim, kind)
        assert (await texts(api))[0] == expected
    assert (await texts(api))[0] == ["9", "8", "7", "6"]


async def test_a_cursor_expires() -> None:
    now = [datetime(2026, 11, 29, tzinfo=UTC)]
    async with Simulator(clock=lambda: now[0]) as sim, Caller(sim) as api:
        sim.habits = Habits(cursor_seconds=60)
        filled(sim)
        _page, cursor = await texts(api)
        now[0] += timedelta(seconds=59)
        _page, later = await texts(api, cursor=cursor)
        now[0] += timedelta(seconds=1)
        refused = await api.refused("GET", "/messages", params={"cursor": cursor})
        assert refused == (400, "errors/invalid_parameters")
        assert (await texts(api, cursor=later))[0] == ["1", "0"]


async def test_every_call_is_counted(sim: Simulator, api: Caller) -> None:
    filled(sim)
    await api.get("/chats")
    first = (await api.call("GET", "/play/calls", bare=True)).document
    assert (first["total"], first["reads"]) == (1, 1)
    await api.get("/messages")
    newer = (await api.call("GET", "/play/calls?after=1", bare=True)).document
    assert [one["endpoint"] for one in newer["calls"]] == ["GET /messages"]
    assert newer["calls"][0]["at"]


async def test_the_fewest_calls(sim: Simulator, api: Caller) -> None:
    account = filled(sim, 251)
    path = f"/play/least_calls?account_id={account.id}"
    least = (await api.call("GET", path, bare=True)).document
    assert (least["least_calls"], least["least_calls_by_chat"]) == (3, 3)
    await api.every_page("/chats", 250)
    await api.every_page("/messages", 250)
    assert sim.calls.reads == least["least_calls"]
    since = stamp(START + timedelta(minutes=241))
    compared = (await api.call("GET", f"{path}&since={since}", bare=True)).document
    assert (compared["least_calls"], compared["messages"]) == (2, 10)
    held = await api.call("GET", f"/play/messages?account_id={account.id}&since={since}", bare=True)
    assert len(held.document["messages"]) == 10
    assert (await api.call("GET", "/play/least_calls?account_id=x", bare=True)).status == 404


async def test_what_was_dropped_is_on_record_and_the_seed_decides(api: Caller, receiver: Receiver) -> None:
    dropped = []
    for _ in range(2):
        async with Simulator(seed=5) as sim, Caller(sim) as other:
            sim.webhook(receiver.url, "s")
            sim.deliveries.trouble = Trouble(dropped=0.3)
            filled(sim, 40)
            await sim.settled()
            document = (await other.call("GET", "/play/drops", bare=True)).document
            assert document["told"] == 40
            dropped.append([one["message_id"] for one in document["drops"]])
    assert 0 < len(dropped[0]) < 40
    assert dropped[0] == dropped[1]


async def test_the_service_s_clock_is_ahead() -> None:
    now = datetime(2026, 11, 29, tzinfo=UTC)
    async with Simulator(clock=lambda: now) as sim:
        sim.habits = Habits(clock_skew_seconds=90)
        chat = sim.direct_chat(sim.contact(sim.account(), "Ana", phone_number="+34600000118"))
        assert sim.customer_writes(chat, "Hola").timestamp == now + timedelta(seconds=90)
