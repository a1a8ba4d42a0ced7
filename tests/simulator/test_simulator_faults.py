"""Faults on demand strike before or after a call is carried out, and only as often as asked."""

from __future__ import annotations

import time

import aiohttp
import pytest

from simulator import Echo, Fault, Simulator, When
from simulator.model import Chat
from tests.simulator.caller import Caller
from tests.simulator.receiver import Receiver

SEND = "POST /chats/{chat_id}/messages"


@pytest.fixture
def chat(sim: Simulator) -> Chat:
    return sim.direct_chat(sim.contact(sim.account(), "Ana"))


async def send(api: Caller, chat: Chat, text: str = "x") -> int:
    return (await api.call("POST", f"/chats/{chat.id}/messages", data={"text": text})).status


async def test_a_refusal_before_is_not_carried_out(sim: Simulator, api: Caller, chat: Chat) -> None:
    sim.faults.add(Fault(SEND, status=503, body=b'{"status":503}', headers={"Retry-After": "7"}, times=2))
    answer = await api.call("POST", f"/chats/{chat.id}/messages", data={"text": "x"})
    assert (answer.status, answer.headers["retry-after"], answer.raw) == (503, "7", b'{"status":503}')
    assert await send(api, chat) == 503
    assert sim.world.messages() == []
    assert await send(api, chat) == 201
    assert list(sim.faults) == []
    assert sim.calls.count(SEND) == 3


async def test_a_refusal_after_was_carried_out_and_echoed(
    sim: Simulator, api: Caller, chat: Chat, receiver: Receiver
) -> None:
    sim.webhook(receiver.url)
    page = b"<html>bad gateway</html>"
    sim.faults.add(Fault(SEND, when=When.AFTER, status=502, body=page, content_type="text/html"))
    answer = await api.call("POST", f"/chats/{chat.id}/messages", data={"text": "x"})
    assert (answer.status, answer.headers["content-type"], answer.raw) == (502, "text/html", page)
    (message,) = sim.world.messages()
    await sim.settled()
    assert [one["message_id"] for one in receiver.bodies] == [message.id]


async def test_a_refusal_after_without_an_echo(
    sim: Simulator, api: Caller, chat: Chat, receiver: Receiver
) -> None:
    sim.webhook(receiver.url)
    sim.faults.add(Fault(SEND, when=When.AFTER, status=500, echo=Echo.NEVER))
    assert await send(api, chat) == 500
    assert len(sim.world.messages()) == 1
    assert len(sim.deliveries) == 0


@pytest.mark.parametrize("when", [When.BEFORE, When.AFTER])
async def test_a_cut_connection_gives_no_answer(
    sim: Simulator, api: Caller, chat: Chat, receiver: Receiver, when: When
) -> None:
    stored = 0 if when is When.BEFORE else 1
    sim.webhook(receiver.url)
    sim.faults.add(Fault(SEND, when=when, cut=True))
    with pytest.raises((aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
        await send(api, chat)
    assert len(sim.world.messages()) == stored
    await sim.settled()
    assert len(receiver.received) == stored
    assert [one.status for one in sim.calls] == [None]
    assert await send(api, chat) == 201


async def test_a_delay_only_delays(sim: Simulator, api: Caller, chat: Chat) -> None:
    sim.faults.add(Fault("*", delay_seconds=0.2))
    start = time.monotonic()
    assert await send(api, chat) == 201
    assert time.monotonic() - start >= 0.2
    assert len(sim.world.messages()) == 1


async def test_a_fault_waits_for_its_endpoint(sim: Simulator, api: Caller, chat: Chat) -> None:
    sim.faults.add(Fault("GET /chats", status=429))
    assert await send(api, chat) == 201
    assert (await api.call("GET", "/chats")).status == 429
    assert (await api.call("GET", "/chats")).status == 200
    sim.faults.add(Fault("GET /chats", status=429))
    sim.faults.clear()
    assert (await api.call("GET", "/chats")).status == 200


async def test_the_services_own_errors(sim: Simulator, api: Caller, chat: Chat) -> None:
    for word, status in (("too_many_requests", 429), ("provider_error", 500), ("request_timeout", 504)):
        sim.faults.add(Fault.refusal(SEND, word))
        assert await api.refused("POST", f"/chats/{chat.id}/messages") == (status, f"errors/{word}")
