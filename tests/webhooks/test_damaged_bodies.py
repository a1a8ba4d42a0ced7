"""Whatever became of a body on its way: it is kept byte for byte and ends in one outcome, never in a fault of ours (A19, B16)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from communications.ingest.record import record
from communications.schemas.deliveries import Delivery, sha256_of
from tests.ingest.deliveries import channel_make, delivery_of, rows
from tests.unipile.damage import damaged
from tests.unipile.fixture_bodies import BODY_NAMES, read_body

SAMPLES = Path(os.environ.get("LANDLINE_SAMPLES", os.devnull)) / "webhooks"
COPIES = 25
BATCH = 100

KEPT = """
SELECT delivery.id, delivery.outcome, delivery.sha256, body.raw
FROM communications_webhookdelivery AS delivery JOIN communications_webhookbody AS body ON body.delivery_id = delivery.id
"""


def our_bodies() -> Iterator[Any]:
    for name in BODY_NAMES:
        yield read_body(name)


def captured_bodies() -> Iterator[Any]:
    for path in sorted(SAMPLES.glob("*.json")):
        try:
            yield json.loads(path.read_bytes())
        except ValueError:
            yield path.read_text(encoding="utf-8")


def deliveries_of(bodies: Iterator[Any]) -> Iterator[Delivery]:
    """Each body as it is, cut short, and damaged in many ways."""
    for seed, body in enumerate(bodies):
        raw = json.dumps(body).encode()
        yield delivery_of(raw)
        yield delivery_of(raw[: len(raw) * 2 // 3])
        for victim in damaged(body, COPIES, seed):
            yield delivery_of(victim)


@pytest.mark.parametrize(
    "bodies",
    [
        our_bodies,
        pytest.param(
            captured_bodies,
            marks=pytest.mark.skipif(
                "LANDLINE_SAMPLES" not in os.environ,
                reason="LANDLINE_SAMPLES names no folder of captured bodies",
            ),
        ),
    ],
)
async def test_b16_a_damaged_body_is_kept_and_has_one_outcome(connections, bodies):
    sent = list(deliveries_of(bodies()))
    for account in {delivery.account for delivery in sent if delivery.account}:
        await channel_make(connections, account)
    for start in range(0, len(sent), BATCH):
        await record(connections, sent[start : start + BATCH])
    kept = {row[0]: row[1:] for row in await rows(connections, KEPT)}
    assert kept.keys() == {delivery.id for delivery in sent}
    for delivery in sent:
        outcome, sha256, raw = kept[delivery.id]
        assert raw == delivery.raw
        assert sha256 == sha256_of(raw)
        assert outcome in {"applied", "duplicate", "ignored", "quarantined"}, raw
