"""How one account is: the provider's word beside our own evidence."""

import datetime as dt
from typing import Any, Final

from communications.health.quiet import UNUSUALLY_QUIET, WEEKS
from communications.schemas.health import ChannelHealth, HourCount, UnusualQuiet
from communications.selectors.queries import rows
from communications.selectors.statuses import last_delivery_at
from communications.selectors.values import id_text, instant, optional_instant

HOURS: Final = 24

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
_QUIET: Final = f"SELECT at, floor FROM ({UNUSUALLY_QUIET}) AS silent WHERE id = %(channel_id)s"  # noqa: S608


def channel_health(channel_id: int, *, now: dt.datetime, utc_offset_minutes: int) -> ChannelHealth:
    """As counted up to a minute ago. A day begins at the reader's midnight, or in the hour that holds it."""
    asked: dict[str, Any] = {"channel_id": channel_id, "now": now, "weeks": WEEKS}
    [(status, word, since, proof_at, waiting, gaps, usual)] = rows(_STANDING, asked)
    hour = now.replace(minute=0, second=0, microsecond=0)
    hours = rows(_HOURS, {**asked, "first": hour - dt.timedelta(hours=HOURS - 1)})
    offset = dt.timedelta(minutes=utc_offset_minutes)
    midnight = (now + offset).replace(hour=0, minute=0, second=0, microsecond=0) - offset
    today = [one for one in hours if one[0] + dt.timedelta(hours=1) > midnight]
    quiet = rows(_QUIET, asked)
    return ChannelHealth(
        channel_id=id_text(channel_id),
        status=status,
        status_word=word or None,
        status_since=optional_instant(since),
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
