"""Opening alarms for what is the matter, and closing those that are over."""

import json
from collections.abc import Sequence
from typing import Any, Final

from psycopg import AsyncConnection

from communications.health.conditions import Condition

# What only grows from round to round (seconds, bytes, messages waiting) is written with a change of the rest, or once it has
# doubled: a channel whose alarm merely goes on is no news for browsers.
_SETTLE: Final = """
WITH present AS (
    SELECT * FROM json_to_recordset(%(conditions)s::json)
        AS told (kind text, channel_id bigint, since timestamptz, count bigint, reason text)
), closed AS (
    UPDATE communications_alarm AS held SET closed_at = now()
    WHERE held.closed_at IS NULL AND held.kind = ANY(%(kinds)s::text[]) AND NOT EXISTS (
        SELECT FROM present WHERE present.kind = held.kind AND present.channel_id IS NOT DISTINCT FROM held.channel_id)
    RETURNING 1
), opened AS (
    INSERT INTO communications_alarm AS held (kind, channel_id, since, count, reason)
    SELECT kind, channel_id, since, count, reason FROM present
    ON CONFLICT (kind, channel_id) WHERE closed_at IS NULL DO UPDATE SET
        since = excluded.since, count = excluded.count, reason = excluded.reason
    WHERE held.reason <> excluded.reason OR excluded.count >= 2 * held.count
    RETURNING 1
)
SELECT (SELECT count(*) FROM closed) + (SELECT count(*) FROM opened)
"""
_ALONE: Final = "SELECT pg_try_advisory_xact_lock(hashtextextended('landline alarms', 0))"


async def alarms_settle(
    connection: AsyncConnection[Any], conditions: Sequence[Condition], *, kinds: Sequence[str]
) -> bool:
    """Whether anything changed. Alarms of other ``kinds`` are left as they are. Of several workers at once only one does it."""
    told = [
        {
            "kind": condition.kind,
            "channel_id": condition.channel_id,
            "since": condition.since and condition.since.isoformat(),
            "count": condition.number,
            "reason": condition.reason,
        }
        for condition in conditions
    ]
    async with connection.transaction():
        [(is_alone,)] = await (await connection.execute(_ALONE)).fetchall()
        if not is_alone:
            return False
        found = await connection.execute(_SETTLE, {"conditions": json.dumps(told), "kinds": list(kinds)})
        [(changed,)] = await found.fetchall()
        return bool(changed)


async def alarm_settle(connection: AsyncConnection[Any], condition: Condition, *, is_so: bool) -> bool:
    """Opens or closes one alarm at once, for what an answer of upstream has just told."""
    return await alarms_settle(connection, [condition] if is_so else [], kinds=[condition.kind])
