"""Answers to writes, and the state of a history fetch."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from unipile.payloads import fields
from unipile.payloads.refusals import MissingField


class SyncStatus(StrEnum):
    STARTED = "SYNC_STARTED"
    RUNNING = "SYNC_RUNNING"
    DONE = "SYNC_DONE"
    ERROR = "SYNC_ERROR"
    CHUNK_DONE = "CHUNK_DONE"
    CHAT_DELETED = "CHAT_DELETED"
    UNKNOWN = "UNKNOWN"


class ChatStarted(msgspec.Struct, frozen=True):
    """Ids are None where upstream accepts without telling them; LinkedIn does."""

    chat_id: str | None
    message_id: str | None


def parse_chat_started(answer: Mapping[str, object]) -> ChatStarted:
    """Raises `MissingField` when neither id is even named, `InvalidField` for one that cannot be stored."""
    if "chat_id" not in answer and "message_id" not in answer:
        raise MissingField("chat_id")
    return ChatStarted(
        chat_id=fields.optional_id(answer.get("chat_id"), "chat_id"),
        message_id=fields.optional_id(answer.get("message_id"), "message_id"),
    )


def parse_message_sent(answer: Mapping[str, object]) -> str | None:
    """The id of a sent or forwarded message, null where upstream says so.

    Raises `MissingField` when it is not even named: then nothing says that the message was accepted.
    """
    if "message_id" not in answer:
        raise MissingField("message_id")
    return fields.optional_id(answer["message_id"], "message_id")


def parse_sync_status(answer: Mapping[str, object]) -> SyncStatus:
    try:
        return SyncStatus((fields.word(answer.get("status")) or "").upper())
    except ValueError:
        return SyncStatus.UNKNOWN
