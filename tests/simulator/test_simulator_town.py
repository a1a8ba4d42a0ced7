"""A generated town is exact, repeatable and lazy, and the API serves it like any other world."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import islice

import pytest

from simulator import Simulator
from simulator.generate import Town, TownMessage
from simulator.moments import stamp
from tests.simulator.caller import Caller

CHATS, MESSAGES = 60, 900


@pytest.fixture
async def large() -> AsyncIterator[Simulator]:
    async with Simulator(scenario="large", chats=CHATS, messages=MESSAGES) as simulator:
        yield simulator


@pytest.fixture
async def large_api(large: Simulator) -> AsyncIterator[Caller]:
    async with Caller(large) as caller:
        yield caller


def a_town(seed: int = 1) -> Town:
    return Town(seed, chats=CHATS, messages=MESSAGES)


def test_counts_are_exact_at_any_size() -> None:
    for chats, messages in ((2, 2), (3, 10), (60, 900), (1000, 1000), (20_000, 1_000_000)):
        counts = [one.message_count for one in Town(chats=chats, messages=messages).chats()]
        assert (len(counts), sum(counts)) == (chats, messages)
        assert min(counts) >= 1
    assert 3_000 < max(counts) < 20_000
    for chats, messages, accounts in ((0, 0, 1), (3, 2, 1), (2, 5, 3)):
        with pytest.raises(ValueError, match="town"):
            Town(chats=chats, messages=messages, accounts=accounts)


def test_equal_seeds_give_equal_towns() -> None:
    assert list(a_town().messages()) == list(a_town().messages())
    assert list(a_town().chats()) == list(a_town().chats())
    assert list(a_town().attendees()) == list(a_town().attendees())
    assert not {one.id for one in a_town(1).messages()} & {one.id for one in a_town(2).messages()}


def test_records_fit_together() -> None:
    town = a_town()
    chats, people = list(town.chats()), {one.id: one for one in town.attendees()}
    own = {one.own_id: one for one in town.accounts()}
    messages = list(town.messages())
    for ids in (
        [one.id for one in messages],
        [one.provider_id for one in messages],
        [one.id for one in chats],
    ):
        assert len(set(ids)) == len(ids)
    assert len({one.phone_number for one in people.values()}) == len(people)
    for chat in chats:
        written = list(town.messages_of(chat))
        assert len(written) == chat.message_count
        assert [one.ordinal for one in written] == list(range(chat.message_count))
        assert [one.sent_at for one in written] == sorted(one.sent_at for one in written)
        assert written[-1].sent_at == chat.last_message_at
        assert sum(not one.seen for one in written) == chat.unread_count
        assert (chat.title is not None) == (len(chat.members) > 1)
        members = {town.attendee(number).id for number in chat.members}
        for message in written:
            sender = (
                own[message.sender_attendee_id] if message.is_sender else people[message.sender_attendee_id]
            )
            assert message.is_sender or message.sender_attendee_id in members
            account = sender.id if message.is_sender else sender.account_id
            assert account == chat.account_id == message.account_id
            assert (message.text is None) == (message.attachment in {"voice", "file"})
            assert town.message_place(message.id) == (chat.number, message.ordinal)
    assert town.message_place("x" * 22) is None
    assert any(one.title for one in chats)
    assert Counter(one.is_sender for one in messages)[True] > MESSAGES / 4


def test_records_are_made_while_they_are_read() -> None:
    first = list(islice(Town(chats=20_000, messages=1_000_000).messages(), 10))
    assert all(isinstance(one, TownMessage) for one in first)


async def test_the_api_serves_every_message_once(large: Simulator, large_api: Caller) -> None:
    wanted = {one.id for one in a_town().messages()}
    everything = await large_api.every_page("/messages", 250)
    assert len(everything) == MESSAGES
    assert {one["id"] for one in everything} == wanted
    stamps = [one["timestamp"] for one in everything]
    assert stamps == sorted(stamps, reverse=True)
    chats = await large_api.every_page("/chats", 17)
    assert len(chats) == CHATS
    by_chat = Counter(one["chat_id"] for one in everything)
    for chat in chats:
        items = await large_api.every_page(f"/chats/{chat['id']}/messages", 40)
        assert len(items) == by_chat[chat["id"]]
        assert [one["id"] for one in items] == [
            one["id"] for one in everything if one["chat_id"] == chat["id"]
        ]
        assert items[0]["timestamp"] == chat["timestamp"]
    assert len(await large_api.every_page("/chat_attendees", 250)) == CHATS + 2


async def test_bounds_and_filters_hold_in_the_archive(large: Simulator, large_api: Caller) -> None:
    everything = await large_api.every_page("/messages", 250)
    for index in (0, 1, 450, 899):
        bound = everything[index]["timestamp"]
        newer = await large_api.every_page("/messages", 100, after=bound)
        older = await large_api.every_page("/messages", 100, before=bound)
        assert newer == [one for one in everything if one["timestamp"] > bound]
        assert older == [one for one in everything if one["timestamp"] < bound]
    account = next(iter(large.world.accounts))
    mine = await large_api.every_page("/messages", 100, account_id=account)
    assert mine == [one for one in everything if one["account_id"] == account]


async def test_an_archived_message_can_be_read_changed_and_answered(
    large: Simulator, large_api: Caller
) -> None:
    everything = await large_api.every_page("/messages", 250)
    before = next(one for one in everything if one["chat_id"] != everything[0]["chat_id"] and one["text"])
    assert await large_api.get(f"/messages/{before['id']}") == before
    reacted = await large_api.call("POST", f"/messages/{before['id']}/reaction", json={"reaction": "👍"})
    assert reacted.status == 200
    after = await large_api.get(f"/messages/{before['id']}")
    assert after == {**before, "reactions": after["reactions"]}
    assert [one["value"] for one in after["reactions"]] == ["👍"]
    sent = await large_api.call("POST", f"/chats/{before['chat_id']}/messages", data={"text": "new"})
    listed = await large_api.every_page("/messages", 250)
    assert [one["id"] for one in listed] == [sent.document["message_id"], *(one["id"] for one in everything)]
    media = next(one for one in everything if one["attachments"])
    path = f"/messages/{media['id']}/attachments/{media['attachments'][0]['id']}"
    assert len((await large_api.call("GET", path)).raw) == media["attachments"][0]["file_size"]
    assert (await large_api.call("DELETE", f"/chats/{before['chat_id']}")).status == 200
    left = {one["chat_id"] for one in await large_api.every_page("/messages", 250)}
    assert before["chat_id"] not in left


async def test_people_of_the_town_go_on_writing(large: Simulator, large_api: Caller) -> None:
    chat = next(one for one in large.world.chats.values() if not one.is_group)
    moment = chat.timestamp
    assert moment is not None
    late = large.customer_writes(chat, "late", at=moment - timedelta(days=400))
    newest = large.customer_writes(chat, "now")
    items = await large_api.every_page(f"/chats/{chat.id}/messages", 3)
    stamps = [one["timestamp"] for one in items]
    assert items[0]["id"] == newest.id
    assert stamps == sorted(stamps, reverse=True)
    assert late.id in {one["id"] for one in items}
    assert (await large_api.get(f"/chats/{chat.id}"))["timestamp"] == stamp(newest.timestamp)
