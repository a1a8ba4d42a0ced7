"""Whether an account is quieter than it ever is at these hours of the week.

For each hour since the last delivery: what came around that hour (it and its neighbours, a third each) in each of the four weeks
before; of these the least. Their sum is what would have come by now even in the quietest week. Of an account that so many are
expected from, and none came, something is wrong, long before a person would notice.
"""

from typing import Final

WEEKS: Final = 4
EXPECTED_MIN: Final = 8
SILENT_MINUTES_MIN: Final = 20
SILENT_DAYS_MAX: Final = 3

# A channel is judged once it has been known for all the weeks. One row for each that is said to be connected: id, last delivery,
# deliveries expected since. By the unique index (channel, hour), a few hundred rows each.
EXPECTED_SINCE_LAST: Final = f"""
SELECT channel.id, last.at, sum(hour.part * usual.least) AS expected
FROM communications_channel AS channel
CROSS JOIN LATERAL (
    SELECT newest.last_at AS at FROM communications_channelhour AS newest
    WHERE newest.channel_id = channel.id ORDER BY newest.starts_at DESC LIMIT 1
) AS last
CROSS JOIN LATERAL (
    SELECT starts_at, extract(epoch FROM
        least(starts_at + interval '1 hour', %(now)s::timestamptz) - greatest(starts_at, last.at))::float8 / 3600 AS part
    FROM generate_series(
        date_trunc('hour', greatest(last.at, %(now)s::timestamptz - interval '{SILENT_DAYS_MAX} days'), 'UTC'),
        %(now)s::timestamptz, interval '1 hour') AS starts_at
) AS hour
CROSS JOIN LATERAL (
    SELECT min(around.deliveries) AS least FROM generate_series(1, {WEEKS}) AS week
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(counted.deliveries), 0)::float8 / 3 AS deliveries
        FROM communications_channelhour AS counted
        WHERE counted.channel_id = channel.id
          AND counted.starts_at BETWEEN hour.starts_at - make_interval(days => 7 * week, hours => 1)
                                    AND hour.starts_at - make_interval(days => 7 * week, hours => -1)
    ) AS around
) AS usual
WHERE channel.status = 'ok' AND channel.paused_at IS NULL AND hour.part > 0
  AND EXISTS (
      SELECT FROM communications_channelhour AS first
      WHERE first.channel_id = channel.id
        AND first.starts_at <= %(now)s::timestamptz - make_interval(days => 7 * {WEEKS}))
GROUP BY channel.id, last.at
"""  # noqa: S608 (numbers of ours)

UNUSUALLY_QUIET: Final = f"""
SELECT id, at, floor(expected)::bigint FROM ({EXPECTED_SINCE_LAST}) AS silent
WHERE expected >= {EXPECTED_MIN} AND at < %(now)s::timestamptz - interval '{SILENT_MINUTES_MIN} minutes'
"""  # noqa: S608 (numbers of ours)
