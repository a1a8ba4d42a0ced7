"""How attempts end, and what follows (E7 to E19, E22)."""

from __future__ import annotations

import asyncio
import datetime as dt
from contextlib import AsyncExitStack
from typing import Any

import psycopg
import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.utils import timezone
from structlog.testing import capture_logs

from communications.models import Channel, ChannelPace, Conversation, Intent
from communications.schemas.identifiers import uuid7
from communications.status import LADDER
from communications.tasks.key import key_judge
from simulator.habits import Echo, Habits
from tests.database import ScratchDatabase
from tests.inbox import client_of
from tests.ingest.deliveries import rows
from tests.outbox.desk import Desk


async def test_e7_a_worker_killed_after_the_send_does_not_send_again(desk: Desk) -> None:
    desk.holds_echoes = True
    desk.fault("late", delay_seconds=0.0)
    desk.sim.habits = Habits(latency_seconds=0.2)
    document = await desk.write()
    running = asyncio.create_task(desk.run())
    while not desk.sent:
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await desk.worker.killed()
    assert (await desk.message(document)).status == "sending"
    desk.sim.habits = Habits()
    desk.worker = await desk.worker_start()
    await desk.run()
    assert (await desk.message(document)).status == "unconfirmed"
    assert (await desk.intent(document)).reason_code == "worker_gone"
    await desk.settle()
    (row,) = await desk.own()
    assert (row.status, desk.sent) == ("sent", ["Olá"])


def connections_end(database: ScratchDatabase) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'landline outbox'"
        )


async def test_d5_what_became_of_a_call_is_written_as_soon_as_the_database_is_back(
    desk: Desk, database: ScratchDatabase
) -> None:
    """Every connection that the worker had is gone, those that nobody was using too."""
    desk.holds_echoes = True
    desk.sim.habits = Habits(latency_seconds=0.2)
    document = await desk.write()
    async with AsyncExitStack() as busy:
        for _ in range(desk.connections.max_size - 2):
            await busy.enter_async_context(desk.connections.connection())
    running = asyncio.create_task(desk.run())
    while not desk.sent:
        await asyncio.sleep(0.01)
    await asyncio.to_thread(connections_end, database)
    with capture_logs() as told:
        with pytest.raises(psycopg.OperationalError):
            await running
        await desk.worker.outbox.finish()
    assert [one["event"] for one in told].count("outbox_end_not_written") < 3
    assert (await desk.message(document)).status == "sent"
    desk.worker = await desk.worker_start()
    await desk.settle()
    assert desk.sent == ["Olá"]


async def test_e8_what_was_not_claimed_by_a_killed_worker_is_sent_once(desk: Desk) -> None:
    await desk.worker.killed()
    document = await desk.write()
    desk.worker = await desk.worker_start()
    await desk.settle()
    assert ((await desk.message(document)).status, desk.sent) == ("sent", ["Olá"])


async def test_e9_two_equal_texts_are_two_rows_in_their_order(desk: Desk) -> None:
    desk.holds_echoes = True
    first, second = await desk.write("ok"), await desk.write("ok")
    for _ in range(2):
        desk.fault("cut_after")
    await desk.run()
    assert len(desk.sent) == 1
    await desk.settle()
    own = await desk.own()
    assert [row.pk for row in own] == [int(first["id"]), int(second["id"])]
    assert [row.external_message_id for row in own] == [one.message_id for one in desk.sim.sent]
    assert [row.status for row in own] == ["sent", "sent"]


async def test_e10_a_repeated_request_is_one_message(desk: Desk) -> None:
    key = uuid7()
    answers = await asyncio.gather(*(desk.write("Olá", key) for _ in range(5)))
    assert len({answer["id"] for answer in answers}) == 1
    await desk.settle()
    assert (await desk.write("Olá", key))["status"] == "sent"
    assert desk.sent == ["Olá"]


async def test_e11_the_same_key_with_other_content_is_refused(desk: Desk) -> None:
    key = uuid7()
    await desk.write("Olá", key)
    answer = await desk.post("messages/", {"client_id": str(key), "text": "Adeus"})
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_conflict")
    await desk.settle()
    assert desk.sent == ["Olá"]


async def test_e12_where_no_byte_left_it_is_tried_again(desk: Desk) -> None:
    port = desk.sim.port
    await desk.sim._server.stop()
    document = await desk.write()
    await desk.run()
    intent = await desk.intent(document)
    assert (intent.state, intent.outcome, intent.attempts) == ("waiting", "not_sent", 1)
    assert intent.next_attempt_at > timezone.now()
    assert intent.reason
    assert (await desk.message(document)).status == "pending"
    await desk.make_due()
    await desk.run()
    assert (await desk.intent(document)).attempts == 2
    desk.sim._server._address = ("127.0.0.1", port)
    await desk.sim._server.start(desk.sim.application)
    await desk.settle()
    assert ((await desk.message(document)).status, desk.sent) == ("sent", ["Olá"])


@pytest.mark.parametrize("after", [7, None])
async def test_e13_too_many_requests_wait_as_told(desk: Desk, after: int | None) -> None:
    desk.fault("rate_limited", **({} if after is None else {"retry_after_seconds": after}))
    document = await desk.write()
    await desk.run()
    intent = await desk.intent(document)
    assert (intent.state, intent.outcome, intent.reason_code) == ("waiting", "rate_limited", "rate_limited")
    pace = await ChannelPace.objects.aget(channel=desk.channel)
    waits = (pace.not_before - pace.told_at).total_seconds()
    assert waits == pytest.approx(after, abs=1) if after else 15 <= waits < 20
    assert (await desk.message(document)).status == "pending"
    await desk.settle()
    assert ((await desk.message(document)).status, desk.sent) == ("sent", ["Olá"])


@pytest.mark.parametrize(
    ("error", "word"),
    [
        ("invalid_recipient", "no such recipient"),
        ("content_too_large", "larger"),
        ("resource_not_found", "does not exist"),
        ("insufficient_permissions", "may not"),
        ("feature_not_implemented", "cannot do that"),
    ],
)
async def test_e15_a_refusal_says_why_in_words(desk: Desk, error: str, word: str) -> None:
    desk.fault("refused", type=error)
    document = await desk.write()
    await desk.settle()
    message, intent = await desk.message(document), await desk.intent(document)
    assert (message.status, intent.state, intent.outcome, intent.reason_code) == (
        "failed",
        "failed",
        "rejected",
        error,
    )
    assert word in intent.reason
    assert desk.sent == []


@pytest.mark.parametrize("kind", ["too_large", "endless", "slow"])
async def test_e17_an_answer_without_end_is_given_up(desk: Desk, kind: str) -> None:
    desk.fault(kind)
    document = await desk.write()
    await desk.settle()
    (row,) = await desk.own()
    assert (row.pk, row.status, desk.sent) == (int(document["id"]), "sent", ["Olá"])
    assert (await desk.intent(document)).attempts == 1


async def test_e18_a_failed_one_holds_up_the_rest_until_a_person_decides(desk: Desk) -> None:
    desk.fault("refused", type="invalid_message")
    first, second = await desk.write("one"), await desk.write("two")
    await desk.settle()
    assert desk.sent == []
    assert (await desk.message(second)).status == "pending"
    assert (await desk.decide(first["id"], "retry")).status_code == 200
    await desk.settle()
    assert desk.sent == ["one", "two"]


async def test_e18_the_rest_goes_on_where_a_person_says_so(desk: Desk) -> None:
    desk.fault("refused", type="invalid_message")
    first, second = await desk.write("one"), await desk.write("two")
    await desk.settle()
    assert (await desk.decide(first["id"], "skip")).status_code == 200
    await desk.settle()
    assert desk.sent == ["two"]
    assert ((await desk.message(first)).status, (await desk.message(second)).status) == ("failed", "sent")


async def test_a_discarded_message_is_gone_and_its_key_stays_taken(desk: Desk) -> None:
    key = uuid7()
    desk.fault("refused", type="invalid_message")
    document = await desk.write("one", key)
    await desk.settle()
    assert (await desk.decide(document["id"], "discard")).status_code == 204
    assert await desk.own() == []
    assert (await desk.decide(document["id"], "discard")).status_code == 404
    again = await desk.post("messages/", {"client_id": str(key), "text": "one"})
    assert again.status_code == 409
    tombstones = await rows(
        desk.connections, "SELECT row_id FROM communications_tombstone WHERE entity = 'message'"
    )
    assert tombstones == [(int(document["id"]),)]
    await desk.write("two")
    await desk.settle()
    assert desk.sent == ["two"]


async def test_a_person_knows_that_it_arrived(desk: Desk) -> None:
    desk.fault("cut_before")
    document = await desk.write()
    await desk.settle()
    assert (await desk.decide(document["id"], "arrived")).status_code == 200
    await desk.settle()
    intent = await desk.intent(document)
    assert ((await desk.message(document)).status, intent.state, intent.evidence) == (
        "sent",
        "done",
        "person",
    )
    assert (await desk.decide(document["id"], "retry")).json()["code"] == "not_decidable"
    assert desk.sent == []


async def test_an_echo_that_comes_before_the_second_attempt_makes_it_needless(desk: Desk) -> None:
    desk.holds_echoes = True
    desk.fault("cut_after")
    document = await desk.write()
    await desk.run()
    await desk.sim.settled()
    assert (await desk.decide(document["id"], "retry")).status_code == 200
    await desk.let_go()
    await desk.settle()
    (row,) = await desk.own()
    assert (row.pk, row.status, desk.sent) == (int(document["id"]), "sent", ["Olá"])


async def test_e19_a_disconnected_account_holds_what_waits_and_lets_it_go(desk: Desk) -> None:
    desk.sim.account_disconnects(desk.chat.account)
    await desk.sim.settled()
    document = await desk.write()
    await desk.run()
    assert (await desk.intent(document)).reason_code == "disconnected"
    assert desk.sim.calls.count("POST /chats/{chat_id}/messages") == 0
    desk.sim.account_reconnects(desk.chat.account)
    await desk.sim.settled()
    await desk.run()
    await desk.sim.settled()
    assert ((await desk.message(document)).status, desk.sent) == ("sent", ["Olá"])


async def test_e19_what_upstream_calls_disconnected_waits_and_goes_on_when_it_says_ok(desk: Desk) -> None:
    desk.fault("refused", type="disconnected_account")
    document = await desk.write()
    await desk.run()
    intent = await desk.intent(document)
    assert (intent.state, intent.reason_code, desk.sent) == ("waiting", "disconnected", [])
    await desk.run()
    assert desk.sim.calls.count("POST /chats/{chat_id}/messages") == 1
    desk.sim.account_disconnects(desk.chat.account)
    await desk.sim.settled()
    desk.sim.account_reconnects(desk.chat.account)
    await desk.sim.settled()
    await desk.run()
    assert desk.sent == ["Olá"]


async def test_e15_what_a_refused_key_holds_says_so_and_goes_on_once_a_key_is_taken(desk: Desk) -> None:
    desk.fault("refused", type="missing_credentials")
    document = await desk.write()
    await desk.run()
    intent = await desk.intent(document)
    assert (intent.state, intent.reason_code, desk.sent) == ("waiting", "key_refused", [])
    assert "key" in intent.reason
    await desk.run()
    assert desk.sim.calls.count("POST /chats/{chat_id}/messages") == 1
    await key_judge(desk.connections, refused_as="")
    await desk.run()
    assert ((await desk.message(document)).status, desk.sent) == ("sent", ["Olá"])


async def test_e19_what_has_waited_for_a_day_asks_before_it_goes(desk: Desk) -> None:
    await Channel.objects.filter(pk=desk.channel.pk).aupdate(status="stopped")
    document = await desk.write()
    await Intent.objects.aupdate(wanted_at=timezone.now() - dt.timedelta(hours=25))
    await Channel.objects.filter(pk=desk.channel.pk).aupdate(status="ok")
    await desk.run()
    intent = await desk.intent(document)
    assert (intent.state, intent.reason_code, desk.sent) == ("failed", "expired", [])
    assert (await desk.decide(document["id"], "retry")).status_code == 200
    await desk.settle()
    assert desk.sent == ["Olá"]


async def test_e22_many_workers_send_each_once(desk: Desk) -> None:
    workers = [desk.worker, *[await desk.worker_start() for _ in range(4)]]
    for number in range(6):
        await desk.write(f"message {number}")
    await asyncio.gather(*(worker.outbox.run_due() for worker in workers))
    await desk.settle()
    assert desk.sent == [f"message {number}" for number in range(6)]
    assert [row.text for row in await desk.own()] == desk.sent


async def test_pacing_is_visible_and_kept(desk: Desk, settings: Any) -> None:
    settings.LANDLINE_SEND_PACE_PERCENT = 100_000
    other = desk.sim.direct_chat(desk.sim.contact(desk.chat.account, "Bea", phone_number="+34600000119"))
    desk.sim.customer_writes(other, "Hola")
    await desk.sim.settled()
    await desk.write("one")
    await desk.run()
    conversation = desk.conversation
    desk.conversation = await Conversation.objects.exclude(pk=conversation.pk).aget()
    document = await desk.write("two")
    await desk.run()
    intent = await desk.intent(document)
    assert (intent.state, intent.reason_code, desk.sent) == ("waiting", "pacing", ["one"])
    assert intent.next_attempt_at > timezone.now() + dt.timedelta(minutes=10)


async def test_an_accepted_message_that_is_not_there_is_not_called_sent(desk: Desk) -> None:
    desk.sim.habits = Habits(echo=Echo.NEVER)
    document = await desk.write()
    await desk.run()
    assert ((await desk.message(document)).status, (await desk.intent(document)).state) == (
        "sent",
        "accepted",
    )
    sent = desk.sim.world.message_find(next(iter(desk.sim.sent)).message_id)
    assert sent is not None
    desk.chat.messages.remove(sent)
    await desk.make_due()
    await desk.run()
    intent = await desk.intent(document)
    assert ((await desk.message(document)).status, intent.state, intent.reason_code) == (
        "unconfirmed",
        "unconfirmed",
        "not_there",
    )


async def test_receipts_before_the_answer_climb(desk: Desk) -> None:
    desk.holds_echoes = True
    desk.fault("cut_after")
    document = await desk.write()
    await desk.run()
    sent = desk.sim.world.message_find(next(iter(desk.sim.sent)).message_id)
    assert sent is not None
    desk.sim.customer_receives(sent)
    desk.sim.customer_reads(sent)
    await desk.sim.settled()
    desk.held.reverse()
    await desk.let_go()
    (row,) = await desk.own()
    assert (row.pk, row.status) == (int(document["id"]), LADDER[-1])


async def test_wait_answers_with_the_outcome(desk: Desk) -> None:
    client = await sync_to_async(client_of)(desk.reader)

    def post() -> Any:
        try:
            return client.post(
                f"/api/v1/communications/whatsapp/chats/{desk.conversation.pk}/messages/",
                {"client_id": str(uuid7()), "text": "Olá"},
                content_type="application/json",
                headers={"Prefer": "respond-async, wait=9"},
            )
        finally:
            connections.close_all()

    asked = asyncio.create_task(sync_to_async(post, thread_sensitive=False)())
    while not await Intent.objects.aexists():
        await asyncio.sleep(0.01)
    await desk.run()
    answer = await asked
    assert (answer.status_code, answer.json()["status"]) == (201, "sent")
