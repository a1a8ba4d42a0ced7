"""An answer of upstream that carries facts, as a delivery: it enters the ledger and is folded like any other."""

import datetime as dt

from communications.schemas.deliveries import Delivery, Reading, sha256_of
from communications.schemas.identifiers import uuid7
from communications.webhooks.handlers.reading import delivery_read


def answer_delivery(raw: bytes) -> Delivery:
    received_at = dt.datetime.now(dt.UTC)
    return answer_delivery_read(raw, received_at, delivery_read(raw, received_at, "api"))


def answer_delivery_read(raw: bytes, received_at: dt.datetime, reading: Reading) -> Delivery:
    """As ``answer_delivery``, of bytes that were read before they were written."""
    return Delivery(
        id=uuid7(),
        source="api",
        received_at=received_at,
        headers={},
        sha256=sha256_of(raw),
        size_bytes=len(raw),
        raw=raw,
        reading=reading,
    )
