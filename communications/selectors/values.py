"""Values of a row as they are written in a document."""

import datetime as dt
from typing import Final, cast, get_args

from communications.schemas.documents import EventKind

_EVENT_KINDS: Final = frozenset(get_args(EventKind))


def id_text(number: int) -> str:
    return str(number)


def optional_id(number: int | None) -> str | None:
    return None if number is None else str(number)


def instant(moment: dt.datetime) -> str:
    """RFC 3339 in UTC with milliseconds: ``2026-05-18T19:44:12.000Z``."""
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def instant_sql(moment: str) -> str:
    """An SQL expression of an instant inside JSON, as ``instant`` writes it."""
    return f"to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"


def optional_instant(moment: dt.datetime | None) -> str | None:
    return None if moment is None else instant(moment)


def event_word(stored: str) -> EventKind | None:
    """What an event message tells; a word that is none of the protocol's counts as other."""
    if not stored:
        return None
    return cast(EventKind, stored) if stored in _EVENT_KINDS else "other"
