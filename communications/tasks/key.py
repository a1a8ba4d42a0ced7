"""Whether upstream takes our key: said by an answer, and told at once."""

from typing import Any

from psycopg_pool import AsyncConnectionPool

from communications.feed.announce import changes_announce
from communications.health.alarms import alarm_settle
from communications.health.conditions import KEY_REFUSED, Condition


async def key_judge(connections: AsyncConnectionPool[Any], *, refused_as: str) -> None:
    """Opens or closes the alarm. ``refused_as``: the code of the refusal; empty where upstream answered."""
    condition = Condition(KEY_REFUSED, None, None, None, refused_as)
    async with connections.connection() as connection:
        if await alarm_settle(connection, condition, is_so=bool(refused_as)):
            await changes_announce(connection)
