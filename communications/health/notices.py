"""Which alarms are told outside the page: when one opens, daily while nobody sees to it, and when it is over."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from psycopg import AsyncConnection

LASTS_SECONDS: Final = 120
REMINDED_HOURS: Final = 24
REMINDERS_MAX: Final = 7
ATTEMPTS_MAX: Final = 12

# What was over before it was told is not told at all.
_MAKE: Final = f"""
WITH needless AS (
    DELETE FROM communications_alarmnotice AS notice USING communications_alarm AS alarm
    WHERE alarm.id = notice.alarm_id AND notice.sent_at IS NULL AND alarm.closed_at IS NOT NULL AND notice.what <> 'closed'
), told AS (
    SELECT alarm.*, way.way, (
        SELECT notice.sent_at FROM communications_alarmnotice AS notice
        WHERE notice.alarm_id = alarm.id AND notice.way = way.way AND notice.what = 'opened') AS told_at
    FROM communications_alarm AS alarm CROSS JOIN unnest(%(ways)s::text[]) AS way (way)
    WHERE alarm.closed_at IS NULL OR alarm.closed_at > %(now)s::timestamptz - interval '7 days'
)
INSERT INTO communications_alarmnotice (alarm_id, way, what, number)
SELECT id, way, 'opened', 0 FROM told
WHERE closed_at IS NULL AND opened_at <= %(now)s::timestamptz - interval '{LASTS_SECONDS} seconds'
UNION ALL
SELECT id, way, 'reminder', passed FROM (
    SELECT id, way, floor(extract(epoch FROM %(now)s::timestamptz - told_at) / {3600 * REMINDED_HOURS})::int AS passed
    FROM told WHERE closed_at IS NULL AND acknowledged_at IS NULL AND told_at IS NOT NULL
) AS unseen WHERE passed BETWEEN 1 AND {REMINDERS_MAX}
UNION ALL
SELECT id, way, 'closed', 0 FROM told WHERE closed_at IS NOT NULL AND told_at IS NOT NULL
ON CONFLICT (alarm_id, way, what, number) DO NOTHING
"""  # noqa: S608 (numbers of ours)
_CLAIM: Final = f"""
UPDATE communications_alarmnotice AS notice SET
    attempts = notice.attempts + 1,
    next_attempt_at = %(now)s::timestamptz + least(interval '6 hours', interval '1 minute' * 2 ^ notice.attempts)
FROM communications_alarm AS alarm LEFT JOIN communications_channel AS channel ON channel.id = alarm.channel_id
WHERE alarm.id = notice.alarm_id AND notice.id = (
    SELECT id FROM communications_alarmnotice
    WHERE sent_at IS NULL AND next_attempt_at <= greatest(now(), %(now)s::timestamptz) AND attempts < {ATTEMPTS_MAX}
      AND way = ANY(%(ways)s::text[])
    ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING notice.id, notice.way, notice.what, alarm.id, alarm.kind, alarm.channel_id,
    coalesce(nullif(channel.name, ''), channel.external_account_id, ''), alarm.opened_at, alarm.closed_at, alarm.since,
    alarm.count, alarm.reason
"""  # noqa: S608 (a number of ours)
_SENT: Final = "UPDATE communications_alarmnotice SET sent_at = now(), failure = '' WHERE id = %s"
_FAILED: Final = "UPDATE communications_alarmnotice SET failure = %s WHERE id = %s"


class Notice(NamedTuple):
    """One telling that is to be made. ``account``: its name; empty for the whole installation."""

    id: int
    way: str
    what: str
    alarm_id: int
    kind: str
    channel_id: int | None
    account: str
    opened_at: dt.datetime
    closed_at: dt.datetime | None
    since: dt.datetime | None
    number: int | None
    reason: str


async def notices_make(connection: AsyncConnection[Any], ways: Sequence[str], *, now: dt.datetime) -> None:
    await connection.execute(_MAKE, {"ways": list(ways), "now": now})


async def notice_claim(
    connection: AsyncConnection[Any], ways: Sequence[str], *, now: dt.datetime
) -> Notice | None:
    """The next that is due; unless it is said to be sent, it comes again after a growing pause."""
    row = await (await connection.execute(_CLAIM, {"ways": list(ways), "now": now})).fetchone()
    return None if row is None else Notice._make(row)


async def notice_sent(connection: AsyncConnection[Any], notice: Notice) -> None:
    await connection.execute(_SENT, (notice.id,))


async def notice_failed(connection: AsyncConnection[Any], notice: Notice, failure: str) -> None:
    await connection.execute(_FAILED, (failure, notice.id))
