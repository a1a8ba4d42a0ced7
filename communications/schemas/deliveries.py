import datetime as dt
import hashlib
import uuid
from typing import Literal

import msgspec

from communications.schemas.facts import Fact

Source = Literal["webhook", "hosted", "api"]
Settled = Literal["ignored", "quarantined", "failed"]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What the bytes of a delivery were understood to be.

    ``settled`` is the outcome where no fact is to be folded, with its ``reason``; else ``fact`` is there and the fold decides.
    ``event_key`` is 32 bytes, equal for deliveries of one and the same happening. ``chat_names`` (``kind:value``) are those of
    the chat that a happening other than a message speaks of, where the body tells them.
    """

    account: str = ""
    provider: str = ""
    event: str = ""
    event_name: str = ""
    webhook_name: str = ""
    event_key: bytes | None = None
    settled: Settled | None = None
    reason: str = ""
    fact: Fact | None = None
    chat_names: tuple[str, ...] = ()


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One ledger row to be, with its bytes. ``raw`` is ``None`` when they are in the ledger already.

    ``attempts`` counts the times it was folded before.
    """

    id: uuid.UUID
    source: Source = "webhook"
    received_at: dt.datetime
    headers: dict[str, str]
    sha256: bytes
    size_bytes: int
    raw: bytes | None
    reading: Reading
    attempts: int = 0

    @property
    def account(self) -> str:
        return self.reading.account


def sha256_of(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()
