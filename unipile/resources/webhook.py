"""A webhook registered upstream."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from unipile.payloads import fields

MASKS = frozenset("*•")


class WebhookSource(StrEnum):
    """What a webhook reports; upstream takes one source each."""

    MESSAGING = "messaging"
    ACCOUNT_STATUS = "account_status"
    USERS = "users"
    EMAIL = "email"
    EMAIL_TRACKING = "email_tracking"
    CALENDAR_EVENT = "calendar_event"


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """`account_ids` is empty for all accounts, present and future.

    `headers` are names in lower case with the SHA-256 of each value, for values are secrets; None for a value that is not
    shown.
    """

    id: str
    name: str | None
    source: str | None
    request_url: str | None
    is_enabled: bool | None
    account_ids: tuple[str, ...]
    events: tuple[str, ...]
    body_format: str | None
    headers: tuple[tuple[str, bytes | None], ...]


def parse_webhook(stated: Mapping[str, object]) -> Webhook:
    """Raises `MissingField` or `InvalidField` without a usable id."""
    return Webhook(
        id=fields.required_id(stated.get("id"), "id"),
        name=fields.word(stated.get("name")),
        source=fields.word(stated.get("source")),
        request_url=fields.link(stated.get("request_url")),
        is_enabled=fields.flag(stated.get("enabled")),
        account_ids=_ids(stated.get("account_ids")),
        events=tuple(word for entry in _list(stated.get("events")) if (word := fields.word(entry))),
        body_format=fields.word(stated.get("format")),
        headers=tuple(
            (word.lower(), _mark(fields.table(entry).get("value")))
            for entry in _list(stated.get("headers"))
            if (word := fields.word(fields.table(entry).get("key")))
        ),
    )


def value_mark(value: str) -> bytes:
    """What stands for a header's value where the value itself is not kept."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).digest()


def _mark(value: object) -> bytes | None:
    if not isinstance(value, str) or not value or MASKS & set(value):
        return None
    return value_mark(value)


def _ids(value: object) -> tuple[str, ...]:
    """Strings as they are created, objects as they are listed."""
    ids = (entry.get("id") if isinstance(entry, dict) else entry for entry in _list(value))
    return tuple(usable for entry in ids if (usable := fields.companion_id(entry)))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
