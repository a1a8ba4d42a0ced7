"""What is known to be complete: times of which everything upstream shows is held. Only a comparison makes them."""

import datetime as dt
from typing import Any, Final

from psycopg import AsyncConnection

# What it overlaps or touches becomes one range with it, as old as the oldest of its comparisons.
_ADD: Final = """
WITH joined AS (
    DELETE FROM communications_coveragerange AS held
    WHERE held.channel_id = %(channel)s AND held.conversation_id IS NOT DISTINCT FROM %(conversation)s
      AND held.starts_at <= %(ends_at)s AND held.ends_at >= %(starts_at)s
    RETURNING held.starts_at, held.ends_at, held.compared_at
)
INSERT INTO communications_coveragerange (channel_id, conversation_id, starts_at, ends_at, compared_at)
SELECT %(channel)s, %(conversation)s, least(%(starts_at)s, min(starts_at)), greatest(%(ends_at)s, max(ends_at)),
       least(%(compared_at)s, min(compared_at))
FROM joined
"""
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('coverage ' || %s::text, 0))"
_WHOLE: Final = """
UPDATE communications_conversation SET
    whole_since = least(whole_since, %(since)s), is_whole = is_whole OR %(is_whole)s
WHERE id = ANY(%(conversations)s)
  AND (whole_since IS NULL OR whole_since > %(since)s OR NOT is_whole AND %(is_whole)s)
"""


async def coverage_add(
    connection: AsyncConnection[Any],
    channel_id: int,
    *,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    compared_at: dt.datetime,
    conversation_id: int | None = None,
) -> None:
    """Notes that everything of the channel, or of one of its conversations, from ``starts_at`` to before ``ends_at`` (the
    provider's clock) is held. An empty time is nothing.
    """
    if starts_at >= ends_at:
        return
    async with connection.transaction():
        await connection.execute(_LOCK, (channel_id,))
        await connection.execute(
            _ADD,
            {
                "channel": channel_id,
                "conversation": conversation_id,
                "starts_at": starts_at,
                "ends_at": ends_at,
                "compared_at": compared_at,
            },
        )


async def conversations_whole(
    connection: AsyncConnection[Any], conversation_ids: list[int], since: dt.datetime, *, is_whole: bool
) -> None:
    """Notes that these conversations were copied from ``since`` on without a hole, and if so, that nothing older exists."""
    await connection.execute(
        _WHOLE, {"conversations": conversation_ids, "since": since, "is_whole": is_whole}
    )
