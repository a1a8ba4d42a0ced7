"""Time as the API writes it: UTC, milliseconds, `Z`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]

# The pattern of the vendor's specification, with its dot before the milliseconds made literal.
_STAMP = re.compile(r"^[1-2]\d{3}-[0-1]\d-[0-3]\dT\d{2}:\d{2}:\d{2}\.\d{3}Z$")


def utc_now() -> datetime:
    """Now, cut to whole milliseconds."""
    return whole_milliseconds(datetime.now(UTC))


def whole_milliseconds(moment: datetime) -> datetime:
    """`moment` without what the API cannot say."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def stamp(moment: datetime) -> str:
    """`2026-05-18T19:44:12.000Z`; `moment` must be in UTC."""
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"


def parse_stamp(text: str) -> datetime:
    """The moment of a stamp; raises ValueError for anything without milliseconds and `Z`."""
    if not _STAMP.match(text):
        raise ValueError(text)
    return datetime.fromisoformat(text)


def epoch_milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970, exact."""
    return round(moment.timestamp() * 1000)
