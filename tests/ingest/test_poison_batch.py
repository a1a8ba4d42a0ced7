"""D19: one delivery of a batch that the database refuses costs the others nothing."""

from __future__ import annotations

import msgspec
import pytest

from communications.ingest.record import record
from communications.schemas.deliveries import Delivery
from tests.ingest.deliveries import channel_make, delivery_of, rows
from tests.webhooks.bodies import ACCOUNT, message_of_chat

LEDGER = "SELECT outcome, count(*) FROM communications_webhookdelivery GROUP BY 1 ORDER BY 1"


def with_kind(delivery: Delivery, kind: str) -> Delivery:
    """A fact no handler makes: as a fault of ours would."""
    fact = delivery.reading.fact
    message = msgspec.structs.replace(fact.message, kind=kind, external_message_id="")
    fact = msgspec.structs.replace(fact, message=message)
    return msgspec.structs.replace(delivery, reading=msgspec.structs.replace(delivery.reading, fact=fact))


@pytest.mark.parametrize("place", [0, 100, 199])
async def test_d19_one_poison_in_two_hundred_fails_alone(connections, place):
    await channel_make(connections, ACCOUNT)
    batch = [delivery_of(message_of_chat(number, chat=number % 20)) for number in range(200)]
    batch[place] = with_kind(batch[place], "poison")
    assert await record(connections, batch) == {"applied": 199, "failed": 1}
    assert await rows(connections, LEDGER) == [("applied", 199), ("failed", 1)]
    assert await rows(connections, "SELECT count(*) FROM communications_message") == [(199,)]
    [(failed, reason, wait)] = await rows(
        connections,
        "SELECT id, reason, next_attempt_at - now() < '3 s' FROM communications_webhookdelivery "
        "WHERE outcome = 'failed'",
    )
    assert (failed, wait) == (batch[place].id, True)
    assert reason == "CheckViolation: message_external_id_not_empty"


@pytest.mark.parametrize("place", [0, 3])
async def test_d19_a_delivery_that_cannot_even_be_described_keeps_its_bytes(connections, place):
    await channel_make(connections, ACCOUNT)
    batch = [delivery_of(message_of_chat(number)) for number in range(4)]
    batch[place] = msgspec.structs.replace(batch[place], headers={"user-agent": "\x00\ud800"})
    assert await record(connections, batch) == {"applied": 3, "failed": 1}
    assert await rows(
        connections,
        "SELECT delivery_id, raw, headers FROM communications_webhookbody AS body "
        "JOIN communications_webhookdelivery AS delivery ON delivery.id = delivery_id WHERE outcome = 'failed'",
    ) == [(batch[place].id, batch[place].raw, {})]
