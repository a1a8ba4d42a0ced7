"""What a webhook may tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from simulator.model import Account, Message, Reaction

MESSAGING, ACCOUNT_STATUS, USERS = "messaging", "account_status", "users"
EMAIL, EMAIL_TRACKING, CALENDAR_EVENT = "email", "email_tracking", "calendar_event"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that webhooks of `source` are told.

    `event` is the webhook's word (`message_received`, `credentials`, …). Messaging events have a `message`;
    the account's have a `status`, the word of `AccountStatus.message`; those of mail, calendars and contacts
    a `document`; what no body should be has its bytes in `raw`. Its webhooks leave `late_seconds` later, or never
    when it is `untold`.
    """

    event: str
    account: Account
    at: datetime
    source: str = MESSAGING
    message: Message | None = None
    reaction: Reaction | None = None
    status: str | None = None
    document: Mapping[str, object] | None = None
    raw: bytes | None = None
    late_seconds: float = 0.0
    untold: bool = False
