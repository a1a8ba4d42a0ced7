"""Every call made to Unipile, as it ended: what a call budget and the dashboard count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One exchange. `route` has names in place of ids (`/chats/{chat_id}`), so it tells nothing of a person.

    `reason` is the caller's word for why. `status` is None without an answer; `outcome` is "ok" or an error's
    `code`.
    """

    reason: str
    method: str
    route: str
    status: int | None
    outcome: str
    duration_seconds: float


OnCall = Callable[[CallRecord], None]


def ignore_call(_record: CallRecord) -> None:
    """For callers that keep no count."""
