"""A webhook registered upstream."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from unipile.payloads import fields


class WebhookSource(StrEnum):
    """What a webhook reports; upstream takes one source each."""

    MESSAGING = "messaging"
    ACCOUNT_STATUS = "account_status"
    USERS = "users"
    EMAIL = "email"
    EMAIL_TRACKING = "email_tracking"
    CALENDAR_EVENT = "calendar_event"


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """`account_ids` is empty for all accounts, present and future. Header values, secrets, are not kept."""

    id: str
    name: str | None
    source: str | None
    request_url: str | None
    is_enabled: bool | None
    account_ids: tuple[str, ...]
    events: tuple[str, ...]
    header_names: tuple[str, ...]


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
        header_names=tuple(
            word
            for entry in _list(stated.get("headers"))
            if (word := fields.word(fields.table(entry).get("key")))
        ),
    )


def _ids(value: object) -> tuple[str, ...]:
    """Strings as they are created, objects as they are listed."""
    ids = (entry.get("id") if isinstance(entry, dict) else entry for entry in _list(value))
    return tuple(usable for entry in ids if (usable := fields.companion_id(entry)))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
