"""Every call made to Unipile, before it is made and as it ended: what a call budget and the dashboard count."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CallIntent:
    """A call about to be made. `route` has names in place of ids (`/chats/{chat_id}`), so it tells nothing of a
    person. `reason` is the caller's word for why.
    """

    reason: str
    method: str
    route: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One exchange. `status` is None without an answer; `outcome` is "ok" or an error's `code`.

    `retry_after_seconds` is how long upstream asked to be left alone, where it said so.
    """

    reason: str
    method: str
    route: str
    status: int | None
    outcome: str
    duration_seconds: float
    retry_after_seconds: float | None = None


OnCall = Callable[[CallRecord], None]
Meter = Callable[[CallIntent], Awaitable[OnCall]]
"""Asked before a call. Returns the function to tell how it ended; raises `NotSent` if the call must not be made now."""


def ignore_call(_record: CallRecord) -> None:
    """For callers that keep no count."""


async def unmetered(_intent: CallIntent) -> OnCall:
    return ignore_call
