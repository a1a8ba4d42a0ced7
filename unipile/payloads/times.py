"""Upstream's timestamps: what was said, and what we take it for.

Live bodies carry `2026-05-18T19:44:12.000Z`; offsets, naive times and epoch numbers have been seen as well. The zone in words,
as databases and languages write it, is read too.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import msgspec

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
FARTHEST_AHEAD = timedelta(hours=24)

_ZONE_IN_WORDS = re.compile(r"(?:\s+\+00:?00)?\s*(?:UTC|GMT|Z)\Z")
# 10^11 is the year 5138 in seconds and 1973 in milliseconds; so on by thousands, for micro- and nanoseconds.
_UNITS_OF_A_MILLISECOND = ((1e17, 10**6), (1e14, 10**3), (1e11, 1))


class UpstreamTime(msgspec.Struct, frozen=True):
    """A moment upstream named, UTC-aware, whole milliseconds. `is_naive`: it came without a zone, taken as
    UTC.
    """

    moment: datetime
    is_naive: bool = False


def parse_time(value: object) -> UpstreamTime | None:
    """ISO 8601, or seconds or smaller parts of one since 1970, as number or digits; None for anything else."""
    if isinstance(value, str):
        return _from_string(value.strip())
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return _from_epoch(value)


def settle_time(time: UpstreamTime | None, received_at: datetime) -> tuple[datetime, bool]:
    """The moment to store, and whether it is not simply what upstream said.

    Absent, before 2000 or over 24 h ahead of `received_at`: `received_at`. Flagged then, and when the zone
    was missing.
    """
    if time is None or not EARLIEST <= time.moment <= received_at + FARTHEST_AHEAD:
        return whole_milliseconds(received_at), True
    return time.moment, time.is_naive


def whole_milliseconds(moment: datetime) -> datetime:
    """The moment cut to the millisecond."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _from_string(text: str) -> UpstreamTime | None:
    if text.replace(".", "", 1).removeprefix("-").isdecimal():
        return _from_epoch(float(text)) if len(text) <= 32 else None
    try:
        moment = _from_iso(text.upper())
        if moment.tzinfo is None:
            return UpstreamTime(whole_milliseconds(moment.replace(tzinfo=UTC)), is_naive=True)
        if moment.tzinfo is not UTC:
            moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return UpstreamTime(whole_milliseconds(moment))


def _from_iso(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime.fromisoformat(_ZONE_IN_WORDS.sub("Z", text))


def _from_epoch(number: float) -> UpstreamTime | None:
    try:
        milliseconds = round(_milliseconds(number))
        return UpstreamTime(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds))
    except (ValueError, OverflowError):
        return None


def _milliseconds(number: float) -> float:
    for first, units in _UNITS_OF_A_MILLISECOND:
        if abs(number) >= first:
            return number / units if units > 1 else number
    return number * 1000
