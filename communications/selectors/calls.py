"""What one channel's calls of upstream cost today, and what they would have cost a poller."""

import datetime as dt
from typing import Final

import msgspec

from communications.schemas.answers import ChannelCalls
from communications.selectors.queries import rows
from communications.selectors.values import optional_instant

# Parameter: channel id. A delivery that was news is what a poller would have had to ask for; repetitions are not.
_TODAY: Final = """
SELECT today.day::text,
       (SELECT coalesce(jsonb_object_agg(counted.purpose, counted.calls), '{}')::text FROM communications_callday AS counted
        WHERE counted.external_account_id = channel.external_account_id AND counted.day = today.day),
       (SELECT pause.until FROM communications_callpause AS pause
        WHERE pause.external_account_id = channel.external_account_id AND pause.until > now()),
       (SELECT count(*) FROM communications_webhookdelivery AS delivery
        WHERE delivery.id >= landline_uuid7_before(today.day::timestamp AT TIME ZONE 'UTC')
          AND delivery.channel_id = channel.id AND delivery.source = 'webhook' AND delivery.outcome = 'applied')
FROM communications_channel AS channel
CROSS JOIN (SELECT (now() AT TIME ZONE 'UTC')::date AS day) AS today
WHERE channel.id = %s
"""


def calls_today(channel_id: int, *, per_day: int) -> ChannelCalls:
    day: str
    counted: str
    paused_until: dt.datetime | None
    day, counted, paused_until, avoided = rows(_TODAY, [channel_id])[0]
    purposes = msgspec.json.decode(counted, type=dict[str, int])
    return ChannelCalls(
        day=day,
        calls=sum(purposes.values()),
        by_purpose=purposes,
        per_day=per_day,
        avoided=avoided,
        paused_until=optional_instant(paused_until),
    )
