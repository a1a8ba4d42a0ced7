"""Deliveries folded again: parked, failed and ignored ones, and those that are applied already."""

from __future__ import annotations

import asyncio
import datetime as dt

import msgspec
import pytest

from communications.ingest.channels import channel_upsert
from communications.ingest.record import record
from communications.refold.replay import deliveries_replay, failed_retry, parked_replay
from communications.refold.selection import DeliverySelection
from communications.schemas.accounts import AccountFact
from communications.webhooks.handlers import reading
from tests.ingest.deliveries import channel_make, deliver, delivery_of, rows
from tests.webhooks.bodies import ACCOUNT, message_of_chat, whatsapp_message

LEDGER = "SELECT outcome, attempts FROM communications_webhookdelivery ORDER BY id"
MESSAGES = "SELECT external_message_id FROM communications_message ORDER BY sent_at, received_at"


async def due(connections) -> None:
    async with connections.connection() as connection:
        await connection.execute("UPDATE communications_webhookdelivery SET next_attempt_at = now()")


async def test_a16_an_unknown_event_is_kept_with_its_reason(connections):
    assert await deliver(connections, {"event": "hologram_received", "account_id": ACCOUNT}) == {"ignored": 1}
    assert await rows(
        connections, "SELECT event, event_name, reason FROM communications_webhookdelivery"
    ) == [("hologram_received", "hologram_received", "unknown event")]


async def test_a16_an_ignored_delivery_is_folded_by_a_replay_once_its_event_is_known(connections):
    await channel_make(connections, ACCOUNT)
    known_now = delivery_of(whatsapp_message())
    unread = msgspec.structs.replace(known_now.reading, settled="ignored", reason="unknown event", fact=None)
    await record(connections, [msgspec.structs.replace(known_now, reading=unread)])
    assert await rows(connections, LEDGER) == [("ignored", 1)]
    assert await deliveries_replay(connections, DeliverySelection(outcome="ignored")) == {"applied": 1}
    assert await rows(connections, LEDGER) == [("applied", 2)]
    assert await rows(connections, "SELECT received_at FROM communications_message") == [
        (known_now.received_at,)
    ]


async def test_a17_a_delivery_of_an_unknown_account_is_parked_and_makes_no_channel(connections):
    assert await deliver(connections, whatsapp_message()) == {"parked": 1}
    assert await rows(connections, "SELECT outcome, reason FROM communications_webhookdelivery") == [
        ("parked", "account not known here")
    ]
    for table in ("channel", "conversation", "message", "chatattendee"):
        assert await rows(connections, f"SELECT count(*) FROM communications_{table}") == [(0,)]


async def test_a17_what_is_parked_is_folded_once_the_channel_is_there(connections):
    await deliver(connections, *(message_of_chat(number) for number in range(5)), message_of_chat(0))
    await deliver(connections, message_of_chat(0, account="another"))
    await channel_make(connections, ACCOUNT)
    assert await parked_replay(connections, ACCOUNT) == {"applied": 5, "duplicate": 1}
    assert await rows(connections, "SELECT unread_count FROM communications_conversation") == [(5,)]
    assert await rows(
        connections, "SELECT external_account_id FROM communications_webhookdelivery WHERE outcome = 'parked'"
    ) == [("another",)]


async def test_a17_a_channel_added_while_deliveries_pour_in_leaves_none_parked(connections):
    account = AccountFact(
        external_account_id=ACCOUNT,
        provider="whatsapp",
        provider_word="WHATSAPP",
        name="Shop",
        status="ok",
        status_word="OK",
        own_identities=(),
    )

    async def pour(start: int) -> None:
        for number in range(start, start + 60):
            await deliver(connections, message_of_chat(number))

    async def add() -> None:
        await asyncio.sleep(0.05)
        async with connections.connection() as connection:
            await channel_upsert(connection, account)
        await parked_replay(connections, ACCOUNT)

    await asyncio.gather(pour(0), pour(100), add())
    assert await rows(connections, "SELECT DISTINCT outcome FROM communications_webhookdelivery") == [
        ("applied",)
    ]
    assert await rows(connections, "SELECT unread_count FROM communications_conversation") == [(120,)]


async def test_a20_a_fault_in_reading_is_recorded_and_retried_ever_later_until_it_is_mended(
    connections, monkeypatch
):
    await channel_make(connections, ACCOUNT)

    class Broken(reading.MessagingHandler):
        def handle_message_received(self, data, received_at):
            raise ZeroDivisionError

    monkeypatch.setattr(reading, "HANDLERS", {"whatsapp": Broken()})
    begun = dt.datetime.now(dt.UTC)
    assert await deliver(connections, whatsapp_message()) == {"failed": 1}
    for wait in (2, 10, 60, 300, 1_800, 21_600, 21_600):
        ended = dt.datetime.now(dt.UTC)
        [(again,)] = await rows(connections, "SELECT next_attempt_at FROM communications_webhookdelivery")
        assert begun <= again - dt.timedelta(seconds=wait) <= ended
        if wait > 10:
            assert await failed_retry(connections) == {}
        await due(connections)
        begun = dt.datetime.now(dt.UTC)
        assert await failed_retry(connections) == {"failed": 1}
    assert await rows(connections, "SELECT reason, attempts FROM communications_webhookdelivery") == [
        ("reading failed: ZeroDivisionError", 8)
    ]

    monkeypatch.undo()
    await due(connections)
    assert await failed_retry(connections) == {"applied": 1}
    assert await rows(
        connections, "SELECT outcome, reason, attempts FROM communications_webhookdelivery"
    ) == [("applied", "", 9)]
    assert await rows(connections, "SELECT count(*) FROM communications_message") == [(1,)]


async def test_a_replay_of_what_is_applied_changes_nothing(connections):
    await channel_make(connections, ACCOUNT)
    await deliver(connections, *(message_of_chat(number) for number in range(3)), message_of_chat(1))
    everything = "SELECT id, version, text FROM communications_message ORDER BY id"
    before = await rows(connections, everything)
    for outcome in ("applied", "duplicate"):
        await deliveries_replay(connections, DeliverySelection(outcome=outcome))
    assert await rows(connections, everything) == before
    assert await rows(connections, LEDGER) == [("applied", 1)] * 3 + [("duplicate", 1)]


async def test_a_replay_goes_in_portions_and_oldest_first(connections):
    large = "x" * 3_000_000
    for number in range(4):
        await deliver(connections, message_of_chat(number) | {"message": large})
    await deliver(connections, *(message_of_chat(number) for number in range(4, 260)))
    await channel_make(connections, ACCOUNT)
    assert await parked_replay(connections, ACCOUNT) == {"applied": 260}
    assert await rows(connections, "SELECT unread_count FROM communications_conversation") == [(260,)]


@pytest.mark.parametrize("order", [("early", "late"), ("late", "early")])
async def test_a_failed_delivery_that_was_sent_again_speaks_for_the_message_when_it_is_folded(
    connections, order
):
    await channel_make(connections, ACCOUNT)
    early = delivery_of(whatsapp_message(text="early"))
    late = delivery_of(whatsapp_message(text="late"))
    for name in order:
        await record(connections, [{"early": early, "late": late}[name]])
    assert await rows(connections, "SELECT text, received_by FROM communications_message") == [
        ("early", early.id)
    ]
