"""What passes between the queue of intents and whoever makes the calls."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec


class OutgoingFile(msgspec.Struct, frozen=True):
    storage_key: str
    name: str
    mime_type: str
    size_bytes: int
    kind: str


class Claimed(NamedTuple):
    """An intent that this worker, and no other, may attempt once.

    ``thread`` and ``external_message_id`` are upstream's names of conversation and message, ``quoted_id`` that of the message
    which is answered (``None``: none is; empty: it has no name yet).
    """

    id: int
    kind: str
    channel_id: int
    account: str
    provider: str
    conversation_id: int | None
    thread: str
    message_id: int | None
    external_message_id: str | None
    author_id: int | None
    client_id: uuid.UUID
    payload: Mapping[str, Any]
    text: str
    quoted_id: str | None
    files: tuple[OutgoingFile, ...]
    attempts: int
    attempted_at: dt.datetime


class Accepted(NamedTuple):
    """Upstream took it. ``answer`` is what it said, for the ledger.

    ``names_message``: what was done is a message of its own, called ``external_message_id``, or without a name yet (``None``).
    ``is_done``: no event will show it, the answer is all the proof there is.
    """

    answer: Mapping[str, object]
    names_message: bool = False
    external_message_id: str | None = None
    is_done: bool = False


class NotAccepted(NamedTuple):
    """How an attempt ended that was not accepted, and what is to be done next.

    ``state`` is waiting, failed or unconfirmed. ``pause_seconds`` is how long it waits, ``holds_channel``: its channel too.
    """

    state: str
    outcome: str
    reason_code: str
    reason: str
    pause_seconds: float = 0.0
    holds_channel: bool = False


class Absent(NamedTuple):
    """What becomes of an intent that upstream, asked once, does not show."""

    state: str
    reason_code: str
    reason: str
