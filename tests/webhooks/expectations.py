"""Words for what should come of one delivered body; a test gives only the columns it is about."""

from __future__ import annotations

import datetime as dt
from typing import Any

Expected = dict[str, Any]

OWN = {"direction": "outbound", "origin": "phone", "status": "sent", "unread": 0}
THEIRS = {"direction": "inbound", "origin": "contact", "status": None, "unread": 1}
NOBODY_KNOWS = {"direction": "unknown", "origin": "contact", "status": None, "unread": 0}

RECEIVED_NOW = {"time_flagged": True}


def message(whose: Expected, **columns: Any) -> Expected:
    """A stored message; ``sent`` is the provider's time in ISO 8601, absent where there is none to believe."""
    sent = columns.pop("sent", None)
    when = RECEIVED_NOW if sent is None else {"sent_at": dt.datetime.fromisoformat(sent)}
    return {"outcome": "applied", "event": "message_received", "is_stub": False, **whose, **when, **columns}


def stub(event: str, **columns: Any) -> Expected:
    """Something happened to a message that has not come."""
    return {"outcome": "applied", "event": event, "is_stub": True, **columns}


def account(status: str, event: str = "account_status") -> Expected:
    return {"outcome": "applied", "event": event, "channel_status": status}


def ignored(event: str, reason: str) -> Expected:
    return {"outcome": "ignored", "event": event, "reason": reason}


def quarantined(reason: str) -> Expected:
    """``reason`` is how it begins."""
    return {"outcome": "quarantined", "reason": reason}


def unmet(expected: Expected, seen: Expected) -> Expected:
    """What is otherwise than expected: column to (expected, seen)."""
    wrong = {
        column: (value, seen.get(column)) for column, value in expected.items() if seen.get(column) != value
    }
    if expected["outcome"] == "quarantined" and seen["reason"].startswith(expected["reason"]):
        wrong.pop("reason", None)
    return wrong
