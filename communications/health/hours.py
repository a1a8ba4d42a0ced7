"""Counting what came in each hour, from the ledger. Idempotent: an hour is counted again until nothing can be missing from it."""

from typing import Any, Final

from psycopg import AsyncConnection

LOOKED_BACK_DAYS: Final = 36
KEPT_DAYS: Final = 60

# A delivery is on disk within seconds of its time, or refused: five minutes after its end an hour is complete. Ids of the ledger
# sort by time, so this reads the newest end of its primary key, and the whole only once.
_COUNT: Final = f"""
INSERT INTO communications_channelhour AS held (channel_id, starts_at, deliveries, received, sent, last_at)
SELECT delivery.channel_id, date_trunc('hour', delivery.received_at, 'UTC') AS starts_at, count(*),
       count(DISTINCT message.id) FILTER (WHERE message.direction = 'inbound'),
       count(DISTINCT message.id) FILTER (WHERE message.direction = 'outbound'),
       max(delivery.received_at)
FROM (
    SELECT greatest(
        now() - interval '{LOOKED_BACK_DAYS} days',
        least(date_trunc('hour', now() - interval '5 minutes', 'UTC'),
              (SELECT max(counted.starts_at) FROM communications_channelhour AS counted))) AS since
) AS asked
JOIN communications_webhookdelivery AS delivery
  ON delivery.id >= landline_uuid7_before(date_trunc('hour', asked.since, 'UTC'))
 AND delivery.received_at >= date_trunc('hour', asked.since, 'UTC')
JOIN communications_channel AS channel ON channel.id = delivery.channel_id
LEFT JOIN communications_message AS message
  ON message.id = delivery.message_id AND delivery.event = 'message_received' AND delivery.outcome = 'applied'
WHERE delivery.source = 'webhook' AND delivery.event <> 'account_status'
  AND delivery.outcome IN ('applied', 'duplicate', 'ignored')
GROUP BY 1, 2
ON CONFLICT (channel_id, starts_at) DO UPDATE SET
    deliveries = excluded.deliveries, received = excluded.received, sent = excluded.sent, last_at = excluded.last_at
WHERE held.deliveries <> excluded.deliveries OR held.last_at <> excluded.last_at
   OR held.received <> excluded.received OR held.sent <> excluded.sent
"""  # noqa: S608 (numbers of ours)
_FORGET: Final = f"""
DELETE FROM communications_channelhour WHERE starts_at < now() - interval '{KEPT_DAYS} days'
"""  # noqa: S608 (a number of ours)


async def hours_count(connection: AsyncConnection[Any]) -> None:
    await connection.execute(_COUNT)
    await connection.execute(_FORGET)
