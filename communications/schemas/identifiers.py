"""Ids that sort by the time they were made."""

import datetime as dt
import os
import time
import uuid

_newest = 0


def uuid7() -> uuid.UUID:
    """A UUID of version 7 (RFC 9562, method 3): Unix time in 1/4096 ms, then 62 random bits; rising within a process."""
    global _newest  # noqa: PLW0603
    nanoseconds = time.time_ns()
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    _newest = max(_newest + 1, milliseconds << 12 | (rest << 12) // 1_000_000)
    number = (_newest >> 12) << 80 | 0x7 << 76 | (_newest & 0xFFF) << 64 | 0x2 << 62
    return uuid.UUID(int=number | int.from_bytes(os.urandom(8), "big") >> 2)


def uuid7_moment(made: uuid.UUID) -> dt.datetime:
    """When an id was made, to the millisecond."""
    return dt.datetime.fromtimestamp((made.int >> 80) / 1000, dt.UTC)
