"""What becomes of a file after an attempt: a closed set.

Stored
Unavailable   for good, unless somebody asks again: gone, refused, too large
Postponed     tried again; for a reason of the file's own only so often
Interrupted   tried again; and it says of every other file that it would fare no better now
"""

from __future__ import annotations

import datetime as dt
import errno
from dataclasses import dataclass
from typing import Final

from communications.schemas.charges import CallHeld
from unipile.errors import (
    DisconnectedAccount,
    NotFound,
    NotSent,
    RateLimited,
    Rejected,
    Unauthorised,
    UnipileError,
    Unknown,
)

# Seconds to wait after so many attempts that failed for a reason of the file's own; after the last it is given up.
DELAYS_SECONDS: Final = (10, 60, 300, 1_800, 7_200, 21_600, 43_200)
UPSTREAM_DOWN_SECONDS: Final = 45
RATE_LIMITED_SECONDS: Final = 120
ACCOUNT_DOWN_SECONDS: Final = 1_800
NO_ROOM_SECONDS: Final = 300
BUSY_SECONDS: Final = 5

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class Stored:
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Unavailable:
    failure: str


@dataclass(frozen=True, slots=True)
class Postponed:
    failure: str
    after_seconds: float
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Interrupted(Postponed):
    """``failure`` is also why the round ends."""


Outcome = Stored | Unavailable | Postponed


class OverQuota(Exception):
    """The channel holds as much as it may."""


class Empty(Exception):
    """Upstream answered well, and with nothing."""


class TooLarge(Exception):
    """Upstream says that the file is larger than any may be."""


class PutElsewhere(Exception):
    """Another worker is storing or removing the same bytes."""


def outcome_of(error: Exception, attempts: int) -> Outcome:
    """Raises ``error`` again if nobody foresaw it. ``attempts``: those that failed before for a reason of the file's own."""
    if isinstance(error, UnipileError):
        return _outcome_of_call(error, attempts)
    if isinstance(error, Empty):
        return Unavailable("gone")
    if isinstance(error, TooLarge):
        return Unavailable("too_large")
    if isinstance(error, PutElsewhere):
        return _postponed("stored_elsewhere", attempts)
    if isinstance(error, OverQuota):
        return Postponed("over_quota", NO_ROOM_SECONDS)
    if isinstance(error, OSError):
        return Interrupted("no_room" if error.errno in _NO_ROOM else "storage_failed", NO_ROOM_SECONDS)
    raise error


def _outcome_of_call(error: UnipileError, attempts: int) -> Outcome:
    match error:
        case NotFound():
            outcome: Outcome = Unavailable("gone")
        case Unknown(code="answer_too_large"):
            outcome = Unavailable("too_large")
        case Rejected(is_permanent=True):
            outcome = Unavailable("refused")
        case CallHeld(until=until):
            outcome = Postponed(error.code, max(1.0, (until - dt.datetime.now(dt.UTC)).total_seconds()))
        case RateLimited(retry_after_seconds=told):
            outcome = Interrupted(error.code, max(RATE_LIMITED_SECONDS, told or 0))
        case Unauthorised() | NotSent():
            outcome = Interrupted(error.code, UPSTREAM_DOWN_SECONDS)
        case DisconnectedAccount():
            outcome = Postponed(error.code, ACCOUNT_DOWN_SECONDS)
        case _:
            outcome = _postponed(error.code, attempts)
    return outcome


def _postponed(failure: str, attempts: int) -> Outcome:
    if attempts >= len(DELAYS_SECONDS):
        return Unavailable("failed")
    return Postponed(failure, DELAYS_SECONDS[attempts], counts=True)
