"""Laws of lists, with generated worlds: pages add up, bounds are exclusive, the newest comes first."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import Simulator
from simulator.model import Chat, Message
from simulator.moments import stamp
from tests.simulator.caller import Caller

START = datetime(2026, 5, 18, 12, 0, tzinfo=UTC)
# Few moments and many messages, so that most share theirs with others.
MOMENTS = st.integers(0, 9)
WRITTEN = st.lists(st.tuples(st.integers(0, 3), MOMENTS), max_size=40)
LIMITS = st.integers(1, 7)
BOUNDS = st.none() | st.integers(-1, 10)


def read(sim: Simulator, path: str, query: dict[str, Any]) -> Any:
    """A GET straight into the application, without a network."""
    scope = {
        "type": "http",
        "method": "GET",
        "raw_path": f"/api/v1{path}".encode(),
        "query_string": urlencode(query).encode(),
        "headers": [(b"x-api-key", sim.api_key.encode())],
        "client": None,
    }
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(event: Any) -> None:
        sent.append(event)

    asyncio.run(sim.application(scope, receive, send))
    document = json.loads(sent[1]["body"])
    assert sent[0]["status"] == 200, document
    return document


def every_page(
    sim: Simulator, path: str, limit: int, query: dict[str, Any], between: Callable[[], object] = lambda: None
) -> list[Any]:
    items: list[Any] = []
    page = read(sim, path, {"limit": limit, **query})
    while True:
        items += page["items"]
        if page["cursor"] is None:
            assert len(page["items"]) <= limit
            return items
        assert len(page["items"]) == limit
        between()
        page = read(sim, path, {"cursor": page["cursor"]})


def a_world(written: list[tuple[int, int]]) -> tuple[Simulator, list[Chat], list[Message]]:
    sim = Simulator()
    account = sim.account()
    chats = [sim.direct_chat(sim.contact(account, f"Person {number}")) for number in range(4)]
    messages = [
        sim.customer_writes(chats[chat], f"{number}", at=START + timedelta(seconds=second))
        for number, (chat, second) in enumerate(written)
    ]
    return sim, chats, messages


def newest_first(messages: list[Message]) -> list[str]:
    return [one.id for one in sorted(messages, key=lambda one: (one.timestamp, one.sequence), reverse=True)]


def bounds(before: int | None, after: int | None) -> dict[str, str]:
    given_bounds = {"before": before, "after": after}
    return {
        name: stamp(START + timedelta(seconds=second))
        for name, second in given_bounds.items()
        if second is not None
    }


def inside(moment: datetime, before: int | None, after: int | None) -> bool:
    second = (moment - START).total_seconds()
    return (before is None or second < before) and (after is None or second > after)


@settings(max_examples=60, deadline=None)
@given(WRITTEN, LIMITS, BOUNDS, BOUNDS)
def test_pages_of_messages(
    written: list[tuple[int, int]], limit: int, before: int | None, after: int | None
) -> None:
    sim, chats, messages = a_world(written)
    query = bounds(before, after)
    wanted = [one for one in messages if inside(one.timestamp, before, after)]
    assert [one["id"] for one in every_page(sim, "/messages", limit, query)] == newest_first(wanted)
    for chat in chats:
        items = every_page(sim, f"/chats/{chat.id}/messages", limit, query)
        assert [one["id"] for one in items] == newest_first([one for one in wanted if one.chat is chat])
        items = every_page(sim, f"/chat_attendees/{chat.members[0].id}/messages", limit, query)
        assert [one["id"] for one in items] == newest_first([one for one in wanted if one.chat is chat])


@settings(max_examples=60, deadline=None)
@given(WRITTEN, LIMITS, BOUNDS, BOUNDS)
def test_pages_of_chats(
    written: list[tuple[int, int]], limit: int, before: int | None, after: int | None
) -> None:
    sim, chats, messages = a_world(written)
    items = every_page(sim, "/chats", limit, bounds(before, after))
    stamps = [one["timestamp"] for one in items]
    assert len({one["id"] for one in items}) == len(items)
    assert stamps == sorted((one for one in stamps if one), reverse=True) + [None] * stamps.count(None)
    last = {
        chat.id: max((one.timestamp for one in messages if one.chat is chat), default=None) for chat in chats
    }
    if before is None and after is None:
        assert {one["id"] for one in items} == set(last)
    else:
        assert {one["id"] for one in items} == {
            chat for chat, moment in last.items() if moment and inside(moment, before, after)
        }


@settings(max_examples=30, deadline=None)
@given(WRITTEN, LIMITS, st.lists(st.tuples(st.integers(0, 3), MOMENTS), min_size=1, max_size=5))
def test_messages_that_arrive_meanwhile_displace_none(
    written: list[tuple[int, int]], limit: int, late: list[tuple[int, int]]
) -> None:
    sim, chats, messages = a_world(written)

    def meanwhile() -> None:
        for chat, second in late:
            sim.customer_writes(chats[chat], "late", at=START + timedelta(seconds=second))

    seen = [one["id"] for one in every_page(sim, "/messages", limit, {}, meanwhile)]
    assert len(seen) == len(set(seen))
    assert {one.id for one in messages} <= set(seen)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 12), LIMITS)
def test_pages_of_people_accounts_and_webhooks(number: int, limit: int) -> None:
    sim = Simulator()
    accounts = [sim.account(phone_number=f"+35191000{one:04d}") for one in range(number)]
    webhooks = [sim.webhook("https://hooks.example.test/") for _ in range(number)]
    assert {one["id"] for one in every_page(sim, "/accounts", limit, {})} == {one.id for one in accounts}
    people = every_page(sim, "/chat_attendees", limit, {})
    assert [one["id"] for one in people] == [one.own.id for one in reversed(accounts)]
    listed = every_page(sim, "/webhooks", limit, {})
    assert [one["id"] for one in listed] == [one.id for one in reversed(webhooks)]


@pytest.mark.parametrize("limit", ["0", "251", "-1", "ten", "1.5", ""])
async def test_a_limit_is_1_to_250(api: Caller, limit: str) -> None:
    assert await api.refused("GET", "/chats", params={"limit": limit}) == (400, "errors/invalid_parameters")


@pytest.mark.parametrize(
    "moment", ["2026-05-18", "2026-05-18T12:00:00Z", "2026-05-18T12:00:00.000+00:00", "now"]
)
async def test_a_bound_without_milliseconds_or_zone_is_refused(api: Caller, moment: str) -> None:
    for name in ("before", "after"):
        refused = await api.refused("GET", "/messages", params={name: moment})
        assert refused == (400, "errors/invalid_parameters")


async def test_the_default_page_has_100(sim: Simulator, api: Caller) -> None:
    account = sim.account()
    for number in range(101):
        sim.customer_writes(sim.direct_chat(sim.contact(account, f"{number}")), "x")
    page = await api.get("/chats")
    assert len(page["items"]) == 100
    assert len((await api.get("/chats", limit=250))["items"]) == 101
    assert len((await api.get("/chats", cursor=page["cursor"]))["items"]) == 1


async def test_a_cursor_keeps_its_filters_and_its_list(sim: Simulator, api: Caller) -> None:
    mine, other = sim.account(), sim.account(phone_number="+351910000112")
    for account in (mine, other):
        for number in range(3):
            sim.customer_writes(sim.direct_chat(sim.contact(account, f"{number}")), "x")
    first = await api.get("/chats", limit=2, account_id=mine.id)
    rest = await api.get("/chats", cursor=first["cursor"], account_id=other.id)
    assert {one["account_id"] for one in (*first["items"], *rest["items"])} == {mine.id}
    for cursor in (first["cursor"][:-5], "!!!", "eyJ4IjoxfQ=="):
        refused = await api.refused("GET", "/chats", params={"cursor": cursor})
        assert refused == (400, "errors/invalid_parameters")
    refused = await api.refused("GET", "/messages", params={"cursor": first["cursor"]})
    assert refused == (400, "errors/invalid_parameters")


async def test_filters_of_lists(demo: Simulator, demo_api: Caller) -> None:
    chats = await demo_api.every_page("/chats", 3)
    unread = await demo_api.every_page("/chats", 3, unread="true")
    read_ones = await demo_api.every_page("/chats", 3, unread="false")
    assert {one["id"] for one in unread} == {one["id"] for one in chats if one["unread_count"] > 0}
    assert len(unread) + len(read_ones) == len(chats) == 18
    network = await demo_api.every_page("/chats", 3, account_type="LINKEDIN")
    assert {one["account_type"] for one in network} == {"LINKEDIN"}
    ids = list(demo.world.accounts)
    both = await demo_api.every_page("/chats", 250, account_id=f"{ids[0]},{ids[1]}")
    assert {one["account_id"] for one in both} == set(ids[:2])
    group = next(one for one in demo.world.chats.values() if one.is_group)
    wanted = group.members[1]
    by_sender = await demo_api.every_page(f"/chats/{group.id}/messages", 2, sender_id=wanted.provider_id)
    assert by_sender
    assert {one["sender_attendee_id"] for one in by_sender} == {wanted.id}
    assert (await demo_api.get("/chats", account_id="nobody"))["items"] == []
