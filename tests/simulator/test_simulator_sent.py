"""The record of accepted sends says what was really sent, whatever the callers were told."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from simulator import Echo, Fault, FaultKind, Habits, Simulator, When, rough_plan
from simulator.model import Chat
from simulator.moments import parse_stamp
from simulator.sent import SentRecord
from tests.simulator.caller import Caller
from tests.simulator.receiver import Receiver

ALWAYS_FULL = Path("/dev/full")
LOST = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sent.jsonl"


@pytest.fixture
async def sim(path: Path) -> AsyncIterator[Simulator]:
    async with Simulator(record=path) as simulator:
        yield simulator


@pytest.fixture
def chat(sim: Simulator) -> Chat:
    return sim.direct_chat(sim.contact(sim.account(), "Ana", phone_number="+34600000118"))


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def test_a_line_says_everything(sim: Simulator, api: Caller, path: Path, chat: Chat) -> None:
    asked = sim.customer_writes(chat, "?")
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("text", "zwei\nZeilen 🌿")
    form.add_field("quote_id", asked.id)
    form.add_field("attachments", b"%PDF", filename="a.pdf", content_type="application/pdf")
    form.add_field("voice_message", b"OggS", filename="v.ogg", content_type="audio/ogg")
    begun = sim.world.clock()
    answer = await api.call("POST", f"/chats/{chat.id}/messages", data=form)
    (line,) = lines(path)
    assert begun <= parse_stamp(line.pop("at")) <= sim.world.clock()
    message = sim.world.message_find(answer.document["message_id"])
    assert message is not None
    assert line == {
        "endpoint": "POST /chats/{chat_id}/messages",
        "account_id": chat.account.id,
        "chat_id": chat.id,
        "message_id": message.id,
        "provider_id": message.provider_id,
        "text": message.text,
        "files": [
            file_line("a.pdf", "application/pdf", b"%PDF", voice_note=False),
            file_line("v.ogg", "audio/ogg", b"OggS", voice_note=True),
        ],
        "quoted_id": asked.id,
        "forwarded": False,
        "fault": None,
        "echo": "after",
    }


def file_line(name: str, mimetype: str, content: bytes, *, voice_note: bool) -> dict[str, Any]:
    return {
        "name": name,
        "mimetype": mimetype,
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "voice_note": voice_note,
    }


async def test_only_what_callers_sent_is_on_record(
    sim: Simulator, api: Caller, path: Path, chat: Chat
) -> None:
    own = sim.phone_writes(chat, "typed on the phone")
    sim.customer_writes(chat, "theirs")
    send = f"/chats/{chat.id}/messages"
    assert (await api.call("POST", send, json={"text": ""})).status == 422
    await api.call("PATCH", f"/messages/{own.id}", json={"text": "edited"})
    assert lines(path) == []
    body = {"account_id": chat.account.id, "attendees_ids": ["34600000118@s.whatsapp.net"]}
    await api.call("POST", "/chats", json=body)
    await api.call("POST", "/chats", json={**body, "text": "first"})
    await api.call("POST", f"/messages/{own.id}/forward", json={"chat_id": chat.id})
    assert [(one["endpoint"], one["text"]) for one in lines(path)] == [
        ("POST /chats", "first"),
        ("POST /messages/{message_id}/forward", "edited"),
    ]


async def test_the_line_is_there_before_the_answer_and_the_echo(
    sim: Simulator, api: Caller, path: Path, chat: Chat, receiver: Receiver
) -> None:
    sim.webhook(receiver.url)
    sim.habits = Habits(echo=Echo.BEFORE)
    seen: list[int] = []
    sim.changes.listen(lambda _happening: seen.append(len(lines(path))))
    sim.faults.add(Fault("*", kind="cut", when=When.AFTER, cut=True))
    with pytest.raises(LOST):
        await api.call("POST", f"/chats/{chat.id}/messages", json={"text": "x"})
    assert seen == [1]
    assert [(one["fault"], one["echo"]) for one in lines(path)] == [("cut", "before")]


async def test_a_later_run_goes_on_with_the_file(path: Path) -> None:
    for text in ("one", "two"):
        async with Simulator(record=path) as sim, Caller(sim) as api:
            chat = sim.direct_chat(sim.contact(sim.account(), "Ana"))
            await api.call("POST", f"/chats/{chat.id}/messages", json={"text": text})
            assert [one.text for one in sim.sent] == [text]
    assert [one["text"] for one in lines(path)] == ["one", "two"]


@pytest.mark.skipif(not ALWAYS_FULL.exists(), reason="this machine has no such device")
async def test_what_cannot_be_recorded_is_not_sent(sim: Simulator, api: Caller, chat: Chat) -> None:
    sim.sent.close()
    sim.service.sent = SentRecord(ALWAYS_FULL)
    refused = await api.refused("POST", f"/chats/{chat.id}/messages", json={"text": "x"})
    sim.service.sent.close()
    assert refused == (500, "errors/unexpected_error")
    assert sim.world.messages() == []


async def test_a_judge_can_tell_what_happened_under_a_rough_plan(
    sim: Simulator, api: Caller, path: Path, chat: Chat, receiver: Receiver
) -> None:
    """E4 to E16 at once: what a caller was told, what was sent, and what was echoed, one hundred times."""
    sim.webhook(receiver.url)
    plan = rough_plan(11)
    sim.faults.follow(plan)
    told: dict[str, int | None] = {}
    for number in range(100):
        try:
            begun = await api.begin("POST", f"/chats/{chat.id}/messages", 1000, json={"text": f"n{number}"})
        except LOST:
            told[f"n{number}"] = None
        else:
            told[f"n{number}"] = begun[0]
    async with asyncio.timeout(60):
        while len(sim.calls) < 100 or len(sim.deliveries) < 83:
            await asyncio.sleep(0.01)
    await sim.settled()
    orders = {f"n{number}": plan.order(number) for number in range(100)}
    undone = {FaultKind.CUT_BEFORE, FaultKind.ERROR_BEFORE, FaultKind.RATE_LIMITED}
    expected = [text for text, order in orders.items() if order is None or order.kind not in undone]
    record = lines(path)
    assert [one["text"] for one in record] == expected
    assert len({one["message_id"] for one in record}) == len(expected) == 88
    assert sum(status == 201 for status in told.values()) == 63
    assert Counter(one["fault"] for one in record if told[one["text"]] != 201) == {
        "cut_after": 15,
        "error_after": 10,
    }
    silent = {one["text"] for one in record if one["echo"] == "never"}
    assert len(silent) == 5
    assert {told[text] for text in silent} == {None}
    assert {one["message"] for one in receiver.bodies} == set(expected) - silent
    page = await api.get(f"/chats/{chat.id}/messages", limit=100)
    assert {one["id"] for one in page["items"]} == {one["message_id"] for one in record}
