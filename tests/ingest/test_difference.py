"""What a replay would change, told without changing it."""

from __future__ import annotations

import msgspec
import pytest

from communications.errors import Busy, NotFound
from communications.ingest.channels import LOCK
from communications.ingest.connections import fold_connections
from communications.ingest.record import record
from communications.refold.difference import Difference, delivery_difference
from communications.refold.replay import deliveries_replay
from communications.refold.selection import DeliverySelection
from communications.schemas.identifiers import uuid7
from tests.ingest.deliveries import channel_make, delivery_of, rows
from tests.webhooks.bodies import ACCOUNT, whatsapp_message

EVERYTHING = """
SELECT (SELECT json_agg(held ORDER BY id) FROM communications_message AS held)::text,
       (SELECT json_agg(held ORDER BY id) FROM communications_conversation AS held)::text,
       (SELECT json_agg(held ORDER BY id) FROM communications_chatattendee AS held)::text,
       (SELECT json_agg(held ORDER BY id) FROM communications_webhookdelivery AS held)::text
"""


@pytest.fixture
async def channel(connections) -> None:
    await channel_make(connections, ACCOUNT)


async def test_a_delivery_that_is_applied_changes_nothing(connections, channel):
    delivery = delivery_of(whatsapp_message())
    await record(connections, [delivery])
    assert await delivery_difference(connections, delivery.id) == []


async def test_what_a_corrupted_row_would_become_is_told_field_by_field(connections, channel):
    first, second = delivery_of(whatsapp_message(text="as sent")), delivery_of(whatsapp_message("other"))
    await record(connections, [first, second])
    await rows(
        connections,
        "UPDATE communications_message SET text = 'tampered', received_by = %s WHERE external_message_id = %s "
        "RETURNING id",
        second.id,
        first.reading.fact.message.external_message_id,
    )
    before = await rows(connections, EVERYTHING)
    told = await delivery_difference(connections, first.id)
    assert await rows(connections, EVERYTHING) == before
    key = first.reading.fact.message.external_message_id
    assert Difference(entity="message", key=key, field="text", before="tampered", after="as sent") in told
    assert {(one.entity, one.field) for one in told} == {("message", "text"), ("message", "received_by")}


async def test_an_ignored_delivery_that_is_understood_now_shows_all_that_it_would_bring(connections, channel):
    delivery = delivery_of(whatsapp_message(text="hello"))
    unread = msgspec.structs.replace(delivery.reading, settled="ignored", reason="unknown event", fact=None)
    await record(connections, [msgspec.structs.replace(delivery, reading=unread)])
    before = await rows(connections, EVERYTHING)
    told = await delivery_difference(connections, delivery.id)
    assert await rows(connections, EVERYTHING) == before
    by_field = {(one.entity, one.field): (one.before, one.after) for one in told}
    assert by_field["delivery", "outcome"] == ("ignored", "applied")
    assert by_field["message", "text"] == (None, "hello")
    assert by_field["conversation", "unread_count"] == (None, 1)
    assert ("attendee", "identities") in by_field
    await deliveries_replay(connections, DeliverySelection(outcome="ignored"))
    assert await delivery_difference(connections, delivery.id) == []


async def test_a_delivery_that_cannot_be_read_has_only_its_outcome(connections, channel):
    unreadable = delivery_of(b"no JSON")
    claimed = msgspec.structs.replace(unreadable.reading, settled="failed", reason="reading failed: Odd")
    await record(connections, [msgspec.structs.replace(unreadable, reading=claimed)])
    told = await delivery_difference(connections, unreadable.id)
    assert [(one.field, one.before) for one in told] == [
        ("outcome", "failed"),
        ("reason", "reading failed: Odd"),
    ]


async def test_a_delivery_without_a_body_is_not_found_and_a_busy_channel_is_said_to_be_busy(
    connections, channel
):
    with pytest.raises(NotFound):
        await delivery_difference(connections, uuid7())
    delivery = delivery_of(whatsapp_message())
    await record(connections, [delivery])
    async with connections.connection() as other, other.transaction():
        await other.execute(LOCK, (ACCOUNT,))
        async with fold_connections(max_size=1) as impatient:
            with pytest.raises(Busy):
                await delivery_difference(impatient, delivery.id)
