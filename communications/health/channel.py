"""How one account is: the provider's word beside our own evidence."""

import datetime as dt
from typing import Any, Final

from communications.health.quiet import UNUSUALLY_QUIET, WEEKS
from communications.schemas.health import ChannelHealth, HourCount, UnusualQuiet
from communications.selectors.queries import rows
from communications.selectors.statuses import last_delivery_at
from communications.selectors.values import id_text, instant, optional_instant

HOURS: Final = 24
UPTIME_DAYS: Final = 30

# Proof is what upstream itself answered for the account: a call of its outbox, a question, a comparison.
_STANDING: Final = """
SELECT channel.status, channel.status_word, channel.status_since, greatest(
           (SELECT max(intent.evidence_at) FROM communications_intent AS intent
            WHERE intent.channel_id = channel.id AND intent.evidence IN ('answer', 'read_back')),
           channel.verified_until),
       (SELECT count(*) FROM communications_intent AS intent
        WHERE intent.channel_id = channel.id AND intent.state = 'waiting' AND intent.kind IN ('send', 'forward')),
       (SELECT count(*) FROM communications_comparisonwindow AS gap
        WHERE gap.channel_id = channel.id AND gap.state <> 'done'),
       (SELECT CASE WHEN min(known.starts_at) <= %(now)s::timestamptz - make_interval(days => 7 * %(weeks)s)
                    THEN coalesce(sum(known.deliveries) FILTER (WHERE known.starts_at IN (
                        SELECT date_trunc('hour', %(now)s::timestamptz, 'UTC') - make_interval(days => 7 * week)
                        FROM generate_series(1, %(weeks)s) AS week)), 0)::float8 / %(weeks)s END
        FROM communications_channelhour AS known WHERE known.channel_id = channel.id)
FROM communications_channel AS channel WHERE channel.id = %(channel_id)s
"""
_HOURS: Final = """
SELECT hour.starts_at, coalesce(counted.received, 0), coalesce(counted.sent, 0)
FROM generate_series(%(first)s::timestamptz, %(now)s::timestamptz, interval '1 hour') AS hour (starts_at)
LEFT JOIN communications_channelhour AS counted
    ON counted.channel_id = %(channel_id)s AND counted.starts_at = hour.starts_at
ORDER BY hour.starts_at
"""
# Connecting, and words nobody knows, neither begin nor end a time in which it is down, as for the times to compare.
_UPTIME: Final = """
SELECT min(line.starts_at), coalesce(sum(line.lasts) FILTER (WHERE line.status = 'ok'), 0) / nullif(sum(line.lasts), 0)
FROM (
    SELECT told.status, told.starts_at, extract(epoch FROM coalesce(
               lead(told.starts_at) OVER (ORDER BY told.at, told.event_key), %(now)s::timestamptz) - told.starts_at) AS lasts
    FROM (
        SELECT entry.status, entry.at, entry.event_key,
               least(greatest(entry.at, %(now)s::timestamptz - %(days)s * interval '1 day'), %(now)s) AS starts_at
        FROM communications_channelstatus AS entry
        WHERE entry.channel_id = %(channel_id)s AND entry.status NOT IN ('connecting', 'unknown')
    ) AS told
) AS line
"""
_OWN: Final = """
SELECT (SELECT CASE WHEN count(*) = 1 THEN '+' || min(substr(key, 7)) END
        FROM unnest(channel.own_identities) AS key WHERE key LIKE 'phone:%%'),
       (SELECT person.name FROM communications_chatattendee AS person
        WHERE person.channel_id = channel.id AND person.is_self AND person.name <> ''
        ORDER BY person.name_rank DESC, person.id LIMIT 1),
       ARRAY(SELECT owner.username FROM communications_channelaccess AS access
             JOIN communications_user AS owner ON owner.id = access.user_id AND owner.is_active
             WHERE access.channel_id = channel.id AND access.role = 'owner' ORDER BY owner.username)
FROM communications_channel AS channel WHERE channel.id = %(channel_id)s
"""
_QUIET: Final = f"SELECT at, floor FROM ({UNUSUALLY_QUIET}) AS silent WHERE id = %(channel_id)s"  # noqa: S608


def channel_health(channel_id: int, *, now: dt.datetime, utc_offset_minutes: int) -> ChannelHealth:
    """As counted up to a minute ago. A day begins at the reader's midnight, or in the hour that holds it."""
    asked: dict[str, Any] = {"channel_id": channel_id, "now": now, "weeks": WEEKS}
    [(status, word, since, proof_at, waiting, gaps, usual)] = rows(_STANDING, asked)
    [(number, own_name, owners)] = rows(_OWN, asked)
    [(uptime_since, uptime)] = rows(_UPTIME, {**asked, "days": UPTIME_DAYS})
    hour = now.replace(minute=0, second=0, microsecond=0)
    hours = rows(_HOURS, {**asked, "first": hour - dt.timedelta(hours=HOURS - 1)})
    offset = dt.timedelta(minutes=utc_offset_minutes)
    midnight = (now + offset).replace(hour=0, minute=0, second=0, microsecond=0) - offset
    today = [one for one in hours if one[0] + dt.timedelta(hours=1) > midnight]
    quiet = rows(_QUIET, asked)
    return ChannelHealth(
        channel_id=id_text(channel_id),
        number=number,
        own_name=own_name,
        owners=tuple(owners),
        status=status,
        status_word=word or None,
        status_since=optional_instant(since),
        uptime_30_days=None if uptime is None else float(uptime),
        uptime_since=optional_instant(uptime_since),
        last_delivery_at=last_delivery_at(channel_id),
        last_proof_at=optional_instant(proof_at),
        received_today=sum(one[1] for one in today),
        sent_today=sum(one[2] for one in today),
        waiting=waiting,
        open_gaps=gaps,
        hours=tuple(HourCount(starts_at=instant(one[0]), received=one[1], sent=one[2]) for one in hours),
        quiet=UnusualQuiet(since=instant(quiet[0][0]), expected=quiet[0][1]) if quiet else None,
        usual_per_hour=usual,
    )
