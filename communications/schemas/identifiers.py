"""Ids that sort by the time they were made."""

import datetime as dt
import random
import time
import uuid

_newest = 0


def uuid7() -> uuid.UUID:
    """A UUID of version 7 (RFC 9562, method 3): Unix time in 1/4096 ms, then 62 random bits; rising within a process."""
    return uuid.UUID(int=_uuid7_number())


def uuid7_text() -> str:
    """The same as text, for ids that are only shown: a fraction of the time."""
    digits = f"{_uuid7_number():032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _uuid7_number() -> int:
    """The random bits keep ids of several processes apart and are no secret, so no system call is made for them."""
    global _newest  # noqa: PLW0603
    nanoseconds = time.time_ns()
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    _newest = max(_newest + 1, milliseconds << 12 | (rest << 12) // 1_000_000)
    number = (_newest >> 12) << 80 | 0x7 << 76 | (_newest & 0xFFF) << 64 | 0x2 << 62
    return number | random.getrandbits(62)


def uuid7_moment(made: uuid.UUID) -> dt.datetime:
    """When an id was made, to the millisecond."""
    return dt.datetime.fromtimestamp((made.int >> 80) / 1000, dt.UTC)
