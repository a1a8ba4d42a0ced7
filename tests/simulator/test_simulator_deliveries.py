"""Webhooks leave as the live service sends them: label, headers, success, retries, filters."""

from __future__ import annotations

import asyncio

import pytest

from simulator import Simulator
from simulator.webhooks.deliveries import ANSWER_TIMEOUT_SECONDS, RETRY_DELAYS_SECONDS
from tests.side_by_side import free_port
from tests.simulator.caller import Caller
from tests.simulator.receiver import Receiver


def a_chat(sim: Simulator):
    return sim.direct_chat(sim.contact(sim.account(), "Ana", phone_number="+34600000118"))


async def test_json_is_labelled_as_a_form_and_carries_the_secret(sim: Simulator, receiver: Receiver) -> None:
    sim.webhook(receiver.url, "s3cret", name="inbox")
    message = sim.customer_writes(a_chat(sim), "¿Qué tal? 🌿")
    await sim.settled()
    (received,) = receiver.received
    headers = {name.lower(): value for name, value in received.headers.items()}
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert headers["user-agent"].startswith("axios/")
    assert headers["accept"] == "application/json, text/plain, */*"
    assert headers["accept-encoding"] == "gzip, compress, deflate, br"
    assert headers["unipile-auth"] == "s3cret"
    assert received.body["message"] == "¿Qué tal? 🌿"
    assert received.body["message_id"] == message.id
    assert "¿Qué tal? 🌿".encode() in received.raw


async def test_own_headers_win(sim: Simulator, receiver: Receiver) -> None:
    sim.webhook(receiver.url, "s", headers=[("Content-Type", "application/json"), ("X-Tenant", "7")])
    sim.customer_writes(a_chat(sim), "hi")
    await sim.settled()
    assert receiver.received[0].headers["X-Tenant"] == "7"
    types = [value for name, value in receiver.received[0].headers.items() if name.lower() == "content-type"]
    assert types == ["application/json"]


@pytest.mark.parametrize("status", [201, 202, 204, 302, 400, 401, 404, 429, 500, 503])
async def test_anything_but_200_is_tried_five_times_more_and_then_lost(
    sim: Simulator, receiver: Receiver, status: int
) -> None:
    receiver.answer = lambda _number: status
    sim.webhook(receiver.url)
    sim.customer_writes(a_chat(sim), "hi")
    await sim.settled()
    (delivery,) = sim.deliveries
    assert delivery.state == "lost"
    assert [one.status for one in delivery.tries] == [status] * 6
    assert len({one.raw for one in receiver.received}) == 1
    pauses = [
        after.at - before.at for before, after in zip(receiver.received, receiver.received[1:], strict=False)
    ]
    assert len(pauses) == 5
    for pause, least in zip(pauses, (0.01, 0.02, 0.03, 0.04, 0.05), strict=True):
        assert pause >= least


async def test_the_first_200_ends_it(sim: Simulator, receiver: Receiver) -> None:
    receiver.answer = lambda number: 200 if number == 2 else 503
    sim.webhook(receiver.url)
    message = sim.customer_writes(a_chat(sim), "hi")
    await sim.settled()
    (delivery,) = sim.deliveries.of(message.id)
    assert [one.status for one in delivery.tries] == [503, 503, 200]
    assert delivery.state == "delivered"
    assert delivery.tries[-1].answer == "noted"


async def test_a_late_answer_is_none() -> None:
    async with Receiver() as receiver, Simulator(retry_delays_seconds=(), answer_timeout_seconds=0.1) as sim:
        receiver.delay_seconds = 0.5
        sim.webhook(receiver.url)
        sim.customer_writes(a_chat(sim), "hi")
        await sim.settled()
        (delivery,) = sim.deliveries
        assert delivery.state == "lost"
        assert delivery.tries[0].status is None
        assert delivery.tries[0].error


async def test_nobody_listening_is_a_failed_try(sim: Simulator) -> None:
    sim.webhook("http://127.0.0.1:9/hook")
    sim.customer_writes(a_chat(sim), "hi")
    await sim.settled()
    (delivery,) = sim.deliveries
    assert [one.status for one in delivery.tries] == [None] * 6


def test_the_real_schedule_has_five_growing_pauses() -> None:
    assert len(RETRY_DELAYS_SECONDS) == 5
    assert list(RETRY_DELAYS_SECONDS) == sorted(set(RETRY_DELAYS_SECONDS))
    assert ANSWER_TIMEOUT_SECONDS == 30


async def test_a_webhook_hears_only_its_events_and_accounts(sim: Simulator, receiver: Receiver) -> None:
    heard, other = sim.account(), sim.account(phone_number="+351910000112")
    sim.webhook(
        receiver.url, name="mine", events=["message_received", "message_edited"], account_ids=[heard.id]
    )
    for account in (heard, other):
        chat = sim.direct_chat(sim.contact(account, "Ana"))
        message = sim.customer_writes(chat, "one")
        sim.customer_edits(message, "two")
        sim.customer_reacts(message, "👍")
    await sim.settled()
    assert sorted((one["event"], one["account_id"]) for one in receiver.bodies) == [
        ("message_edited", heard.id),
        ("message_received", heard.id),
    ]


async def test_without_named_events_only_new_messages_are_told(sim: Simulator, receiver: Receiver) -> None:
    sim.webhook(receiver.url)
    message = sim.customer_writes(a_chat(sim), "one")
    sim.customer_edits(message, "two")
    await sim.settled()
    assert [one["event"] for one in receiver.bodies] == ["message_received"]


async def test_overlapping_webhooks_make_duplicates(sim: Simulator, receiver: Receiver) -> None:
    sim.webhook(receiver.url, name="old")
    sim.webhook(receiver.url, name="new")
    sim.customer_writes(a_chat(sim), "one")
    await sim.settled()
    assert sorted(one["webhook_name"] for one in receiver.bodies) == ["new", "old"]
    assert len({one["message_id"] for one in receiver.bodies}) == 1


async def test_a_slow_delivery_is_overtaken() -> None:
    async with Receiver() as receiver, Simulator(retry_delays_seconds=(0.5,)) as sim:
        sim.webhook(receiver.url)
        receiver.answer = lambda number: 503 if number == 0 else 200
        chat = a_chat(sim)
        first = sim.customer_writes(chat, "first")
        await sim.deliveries.tried(first.id)
        second = sim.customer_writes(chat, "second")
        await sim.settled()
        assert [one["message_id"] for one in receiver.bodies] == [first.id, second.id, first.id]


async def test_chosen_fields_are_renamed(sim: Simulator, api: Caller, receiver: Receiver) -> None:
    fields = [{"key": "message", "name": "words"}, {"key": "chat_id", "name": "room"}]
    created = await api.call(
        "POST", "/webhooks", json={"request_url": receiver.url, "source": "messaging", "data": fields}
    )
    assert created.status == 201
    message = sim.customer_writes(a_chat(sim), "hi")
    await sim.settled()
    assert receiver.bodies == [{"event": "message_received", "words": "hi", "room": message.chat.id}]


async def test_a_removed_webhook_gives_up_its_retries(
    sim: Simulator, api: Caller, receiver: Receiver
) -> None:
    receiver.answer = lambda _number: 500
    webhook = sim.webhook(receiver.url)
    message = sim.customer_writes(a_chat(sim), "hi")
    await sim.deliveries.tried(message.id)
    assert (await api.call("DELETE", f"/webhooks/{webhook.id}")).document == {"object": "WebhookDeleted"}
    await sim.settled()
    assert len(receiver.received) < 6
    assert [one.state for one in sim.deliveries] == ["lost"]


async def test_nothing_leaves_before_the_receiver_listens() -> None:
    """The receiver starts later than the simulator, as in one launcher."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/hook"
    async with Simulator(
        scenario="day", webhook_url=url, receiver_patience_seconds=60, retry_delays_seconds=()
    ) as sim:
        await asyncio.sleep(0.3)
        assert len(sim.deliveries) > 100
        assert not any(one.tries for one in sim.deliveries)
        async with Receiver(port) as late:
            await sim.settled(60)
            assert {one.state for one in sim.deliveries} == {"delivered"}
            assert len(late.received) == len(sim.deliveries)
