"""Alarms, as seen by the people they concern."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from communications.schemas.documents import Alarm, AlarmKind
from communications.selectors.queries import rows
from communications.selectors.values import id_text, instant, instant_sql, optional_id, optional_instant


class AlarmRow(NamedTuple):
    id: int
    kind: AlarmKind
    channel_id: int | None
    opened_at: dt.datetime
    closed_at: dt.datetime | None
    since: dt.datetime | None
    number: int | None
    reason: str
    acknowledged_at: dt.datetime | None
    acknowledged_by: str


_COLUMNS: Final = """alarm.id, alarm.kind, alarm.channel_id, alarm.opened_at, alarm.closed_at, alarm.since, alarm.count,
    alarm.reason, alarm.acknowledged_at, alarm.acknowledged_by"""

# An account's alarms are for whoever reads it, the installation's for owners of an account.
_CONCERNS: Final = """
EXISTS (
    SELECT FROM communications_channelaccess AS access
    WHERE access.user_id = %(user_id)s AND (
        access.channel_id = alarm.channel_id OR alarm.channel_id IS NULL AND access.role = 'owner'))
"""
_PAGE: Final = f"""
SELECT {_COLUMNS} FROM communications_alarm AS alarm
WHERE alarm.id < %(below)s AND {_CONCERNS} ORDER BY alarm.id DESC LIMIT %(rows)s
"""  # noqa: S608 (constants)
_ONE: Final = f"""
SELECT {_COLUMNS} FROM communications_alarm AS alarm WHERE alarm.id = %(alarm_id)s AND {_CONCERNS}
"""  # noqa: S608 (constants)

# For the document of a channel: a JSON array, or null. ``channel`` and ``access`` are whose it is.
OPEN_ALARMS: Final = f"""(
    SELECT json_agg(json_build_object(
        'id', held.id::text, 'kind', held.kind, 'channel_id', held.channel_id::text,
        'opened_at', {instant_sql("held.opened_at")}, 'closed_at', NULL, 'since', {instant_sql("held.since")},
        'count', held.count, 'reason', nullif(held.reason, ''),
        'acknowledged_at', {instant_sql("held.acknowledged_at")}, 'acknowledged_by', nullif(held.acknowledged_by, '')
    ) ORDER BY held.id)::text
    FROM communications_alarm AS held
    WHERE held.closed_at IS NULL
      AND (held.channel_id = channel.id OR held.channel_id IS NULL AND access.role = 'owner'))"""  # noqa: S608 (constants)


def alarms_page(user_id: int, *, below: int, limit: int) -> tuple[tuple[Alarm, ...], int | None]:
    """Newest first, and the id to go on below, if there are more."""
    found = rows(_PAGE, {"user_id": user_id, "below": below, "rows": limit + 1})
    shown = tuple(alarm_document(row) for row in found[:limit])
    return shown, found[limit - 1][0] if len(found) > limit else None


def alarm_of_reader(user_id: int, alarm_id: int) -> Alarm | None:
    found = rows(_ONE, {"user_id": user_id, "alarm_id": alarm_id})
    return alarm_document(found[0]) if found else None


def alarm_document(row: Sequence[Any]) -> Alarm:
    held = AlarmRow._make(row)
    return Alarm(
        id=id_text(held.id),
        kind=held.kind,
        channel_id=optional_id(held.channel_id),
        opened_at=instant(held.opened_at),
        closed_at=optional_instant(held.closed_at),
        since=optional_instant(held.since),
        count=held.number,
        reason=held.reason or None,
        acknowledged_at=optional_instant(held.acknowledged_at),
        acknowledged_by=held.acknowledged_by or None,
    )
