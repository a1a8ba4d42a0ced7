"""Every kind of fault, as the caller of a send meets it, and what had really happened."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from simulator import Echo, FaultKind, FaultOrder, Simulator, fault_of
from simulator.api.errors import STATUSES
from simulator.model import Chat
from tests.simulator.caller import Answer, Caller
from tests.simulator.receiver import Receiver

LOST = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, aiohttp.ClientPayloadError)
ENOUGH_BYTES = 5 * 1024 * 1024
UNDONE = {
    FaultKind.REFUSED,
    FaultKind.RATE_LIMITED,
    FaultKind.ERROR_BEFORE,
    FaultKind.CUT_BEFORE,
    FaultKind.REDIRECT,
    FaultKind.HTML_BEFORE,
}


@pytest.fixture
def chat(sim: Simulator) -> Chat:
    return sim.direct_chat(sim.contact(sim.account(), "Ana"))


async def send(api: Caller, chat: Chat, **options: Any) -> Answer:
    return await api.call("POST", f"/chats/{chat.id}/messages", json={"text": "x"}, **options)


async def over(sim: Simulator, told: int) -> None:
    """Return when the only call is over for the service too, and its webhooks are delivered."""
    async with asyncio.timeout(60):
        while not len(sim.calls) or len(sim.deliveries) < told:
            await asyncio.sleep(0.01)
    await sim.settled()


async def met(sim: Simulator, api: Caller, chat: Chat, kind: FaultKind, **choices: Any) -> Answer:
    """The answer of a send that meets a fault, which must be used up."""
    sim.faults.add(fault_of(FaultOrder(kind=kind, **choices)))
    answer = await send(api, chat, allow_redirects=False)
    assert list(sim.faults) == []
    assert sim.faults.met[kind] == 1
    return answer


@pytest.mark.parametrize("kind", FaultKind)
async def test_what_is_done_and_told_under_each_kind(
    sim: Simulator, api: Caller, chat: Chat, receiver: Receiver, kind: FaultKind
) -> None:
    sim.webhook(receiver.url)
    choices = {"type": "errors/blocked_recipient"} if kind is FaultKind.REFUSED else {}
    sim.faults.add(fault_of(FaultOrder(kind=kind, seconds=0.2, **choices)))
    path = f"/chats/{chat.id}/messages"
    answered = True
    try:
        await api.begin("POST", path, ENOUGH_BYTES, json={"text": "x"})
    except LOST:
        answered = False
    assert answered == (not kind.startswith("cut"))
    stored = 0 if kind in UNDONE else 1
    await over(sim, told=stored)
    assert [one.fault for one in sim.calls] == [kind]
    assert (len(sim.world.messages()), len(sim.sent), len(receiver.received)) == (stored, stored, stored)
    assert [one.fault for one in sim.sent] == [kind] * stored
    assert (await send(api, chat)).status == 201


@pytest.mark.parametrize("word", STATUSES)
async def test_every_type_of_error(sim: Simulator, api: Caller, chat: Chat, word: str) -> None:
    answer = await met(sim, api, chat, FaultKind.REFUSED, type=f"errors/{word}")
    assert answer.status == answer.document["status"] == STATUSES[word]
    assert answer.document["type"] == f"errors/{word}"
    assert answer.document["title"]


async def test_a_type_of_two_statuses(sim: Simulator, api: Caller, chat: Chat) -> None:
    answer = await met(sim, api, chat, FaultKind.REFUSED, type="request_timeout", status=408)
    assert (answer.status, answer.document["status"]) == (408, 408)


async def test_a_limit_with_and_without_a_time(sim: Simulator, api: Caller, chat: Chat) -> None:
    answer = await met(sim, api, chat, FaultKind.RATE_LIMITED, retry_after_seconds=7)
    assert (answer.status, answer.headers["retry-after"]) == (429, "7")
    assert answer.document["type"] == "errors/too_many_requests"
    sim.faults.met.clear()
    assert "retry-after" not in (await met(sim, api, chat, FaultKind.RATE_LIMITED)).headers


@pytest.mark.parametrize("kind", [FaultKind.ERROR_BEFORE, FaultKind.ERROR_AFTER])
async def test_failures_of_the_service(sim: Simulator, api: Caller, chat: Chat, kind: FaultKind) -> None:
    answer = await met(sim, api, chat, kind)
    assert (answer.status, answer.document["type"]) == (503, "errors/service_unavailable")
    sim.faults.met.clear()
    answer = await met(sim, api, chat, kind, status=504)
    assert (answer.status, answer.document["type"]) == (504, "errors/request_timeout")


async def test_bodies_that_nobody_can_use(sim: Simulator, api: Caller, chat: Chat) -> None:
    page = await met(sim, api, chat, FaultKind.HTML)
    assert (page.status, page.headers["content-type"], page.raw[:9]) == (201, "text/html", b"<!doctype")
    gateway = await met(sim, api, chat, FaultKind.HTML_BEFORE)
    assert (gateway.status, gateway.headers["content-type"]) == (502, "text/html")
    empty = await met(sim, api, chat, FaultKind.EMPTY, echo=Echo.NEVER)
    assert (empty.status, empty.raw) == (201, b"")
    null = await met(sim, api, chat, FaultKind.NULL_ID)
    assert (null.status, null.document) == (201, {"object": "MessageSent", "message_id": None})
    nameless = await met(sim, api, chat, FaultKind.NO_ID)
    assert nameless.document == {"object": "MessageSent"}


async def test_a_truncated_answer(sim: Simulator, api: Caller, chat: Chat) -> None:
    sim.faults.add(fault_of(FaultOrder(kind=FaultKind.TRUNCATED)))
    with pytest.raises(json.JSONDecodeError):
        await send(api, chat)
    assert len(sim.sent) == 1


async def test_an_answer_that_is_too_large(sim: Simulator, api: Caller, chat: Chat) -> None:
    answer = await met(sim, api, chat, FaultKind.TOO_LARGE)
    assert len(answer.raw) > 5 * 1024 * 1024
    assert answer.document["message_id"] == next(iter(sim.sent)).message_id


async def test_a_redirect_leads_to_another_host(sim: Simulator, api: Caller, chat: Chat) -> None:
    answer = await met(sim, api, chat, FaultKind.REDIRECT, location="http://127.0.0.1:9/stolen")
    assert (answer.status, answer.headers["location"]) == (307, "http://127.0.0.1:9/stolen")


async def test_a_slow_body_is_whole_in_the_end(sim: Simulator, api: Caller, chat: Chat) -> None:
    answer = await met(sim, api, chat, FaultKind.SLOW, seconds=0.2)
    assert answer.document["message_id"] == next(iter(sim.sent)).message_id
    (call,) = sim.calls
    assert call.status == 201


async def test_a_slow_body_may_be_left(sim: Simulator, api: Caller, chat: Chat) -> None:
    sim.faults.add(fault_of(FaultOrder(kind=FaultKind.SLOW, seconds=600)))
    path = f"/chats/{chat.id}/messages"
    assert await api.begin("POST", path, 0, json={"text": "x"}) == (201, b"")
    assert len(sim.sent) == 1


async def test_an_answer_without_end(sim: Simulator, api: Caller, chat: Chat) -> None:
    sim.faults.add(fault_of(FaultOrder(kind=FaultKind.ENDLESS)))
    path = f"/chats/{chat.id}/messages"
    status, begun = await api.begin("POST", path, ENOUGH_BYTES, json={"text": "x"})
    assert (status, len(begun)) == (201, ENOUGH_BYTES)
    assert begun.startswith(b'{"object":"MessageSent"')


async def test_half_an_answer(sim: Simulator, api: Caller, chat: Chat) -> None:
    sim.faults.add(fault_of(FaultOrder(kind=FaultKind.CUT_MIDWAY)))
    with pytest.raises(aiohttp.ClientPayloadError):
        await send(api, chat)
    assert len(sim.sent) == 1


async def test_a_fault_of_one_chat_leaves_others_alone(sim: Simulator, api: Caller, chat: Chat) -> None:
    other = sim.direct_chat(sim.contact(chat.account, "Eva"))
    sim.faults.add(fault_of(FaultOrder(kind=FaultKind.EMPTY, within=other.id)))
    assert (await send(api, chat)).raw
    assert (await send(api, other)).raw == b""


async def test_faults_of_other_endpoints(sim: Simulator, api: Caller, chat: Chat) -> None:
    message = sim.phone_writes(chat, "x")
    edit = "PATCH /messages/{message_id}"
    for kind, text in ((FaultKind.ERROR_AFTER, "one"), (FaultKind.ERROR_BEFORE, "two")):
        sim.faults.add(fault_of(FaultOrder(kind=kind, endpoint=edit)))
        assert (await api.call("PATCH", f"/messages/{message.id}", json={"text": text})).status == 503
    assert message.text == "one"


@pytest.mark.parametrize("echo", [Echo.BEFORE, Echo.AFTER, Echo.LATE, Echo.NEVER])
async def test_the_echo_of_a_send_whose_answer_is_lost(
    sim: Simulator, api: Caller, chat: Chat, receiver: Receiver, echo: Echo
) -> None:
    """E4, E5: the echo comes before, after, late or never, whatever the service does otherwise."""
    sim.webhook(receiver.url)
    sim.faults.add(fault_of(FaultOrder(kind=FaultKind.CUT_AFTER, echo=echo, echo_late_seconds=0.3)))
    with pytest.raises(LOST):
        await send(api, chat)
    at_once = len(receiver.received)
    await over(sim, told=0 if echo is Echo.NEVER else 1)
    (message,) = sim.world.messages()
    heard = [one["message_id"] for one in receiver.bodies]
    assert heard == ([] if echo is Echo.NEVER else [message.id])
    if echo is Echo.BEFORE:
        assert at_once == 1
    if echo is Echo.LATE:
        (delivery,) = sim.deliveries.of(message.id)
        assert delivery.pause_seconds == pytest.approx(0.3)
    assert [one.echo for one in sim.sent] == [echo]


def test_orders_that_make_no_sense() -> None:
    with pytest.raises(ValueError, match="needs a type"):
        FaultOrder(kind=FaultKind.REFUSED)
    with pytest.raises(ValueError, match="no type of error"):
        FaultOrder(kind=FaultKind.REFUSED, type="errors/nonsense")
