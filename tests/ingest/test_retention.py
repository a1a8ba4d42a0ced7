"""Bodies are kept for so many days, the ledger for ever."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from communications.ingest.record import record
from communications.refold.held import deliveries_total
from communications.refold.replay import deliveries_replay
from communications.refold.selection import DeliverySelection
from communications.schemas.deliveries import Delivery
from communications.tasks import retention
from tests.ingest.deliveries import channel_make, delivery_of, rows
from tests.webhooks.bodies import ACCOUNT, message_of_chat

KEPT_DAYS = 90
BODIES = "SELECT count(*) FROM communications_webhookbody"
LEDGER = "SELECT outcome, sha256, size_bytes, event_key FROM communications_webhookdelivery ORDER BY id"


def of_days_ago(days: float, delivery: Delivery) -> Delivery:
    """With the id it would have had then."""
    at = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    late = delivery.id.int & (1 << 80) - 1
    return msgspec.structs.replace(
        delivery,
        id=type(delivery.id)(int=int(at.timestamp() * 1_000) << 80 | late),
        received_at=at,
    )


@pytest.fixture
async def ledger(connections, settings) -> list[Delivery]:
    """Five bodies that are too old, one that is almost, and old ones that still wait: for their account, and for another try."""
    settings.LANDLINE_RETENTION_DAYS = KEPT_DAYS
    await channel_make(connections, ACCOUNT)
    old = [of_days_ago(KEPT_DAYS + 1, delivery_of(message_of_chat(number))) for number in range(5)]
    almost = of_days_ago(KEPT_DAYS - 0.01, delivery_of(message_of_chat(5)))
    parked = of_days_ago(KEPT_DAYS + 1, delivery_of(message_of_chat(6, account="unknown")))
    failing = of_days_ago(KEPT_DAYS + 1, delivery_of(message_of_chat(7)))
    failed = msgspec.structs.replace(
        failing, reading=msgspec.structs.replace(failing.reading, settled="failed", reason="busy", fact=None)
    )
    held = [*old, almost, parked, failed]
    await record(connections, held)
    return held


async def test_only_bodies_that_are_too_old_and_done_with_go_and_every_row_stays(connections, ledger):
    before = await rows(connections, LEDGER)
    assert await retention.expired_remove_some(connections)
    assert await rows(connections, BODIES) == [(3,)]
    assert await rows(connections, LEDGER) == before
    assert await deliveries_total(connections, DeliverySelection()) == (
        {"applied": 1, "parked": 1, "failed": 1},
        {"applied": 5},
    )
    assert await rows(connections, "SELECT count(*) FROM communications_message") == [(6,)]
    assert await deliveries_replay(connections, DeliverySelection()) == {"applied": 2, "parked": 1}


async def test_more_than_a_round_takes_goes_in_the_next_rounds(connections, ledger, monkeypatch):
    monkeypatch.setattr(retention, "BATCH_ROWS", 2)
    monkeypatch.setattr(retention, "BATCHES_IN_A_ROUND", 1)
    monkeypatch.setattr(retention, "_swept_at", float("-inf"))
    left = []
    for _ in range(4):
        await retention.expired_remove(connections)
        left += await rows(connections, BODIES)
    assert left == [(6,), (4,), (3,), (3,)]
