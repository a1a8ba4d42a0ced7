"""What is only kept for a while: tombstones and marks of the feed, bodies of deliveries, ended sessions, single calls."""

import time
from typing import Any, Final

from django.conf import settings
from psycopg_pool import AsyncConnectionPool

TOMBSTONES_KEPT_DAYS: Final = 30
CALLS_KEPT_DAYS: Final = 30
BATCH_ROWS: Final = 1_000
BATCHES_IN_A_ROUND: Final = 50
EVERY_SECONDS: Final = 3_600

# Cursors older than the youngest tombstone that went are told to start anew.
TOMBSTONES: Final = """
WITH expired AS (
    DELETE FROM communications_tombstone WHERE id IN (
        SELECT id FROM communications_tombstone
        WHERE created_at < now() - make_interval(days => %(days)s) ORDER BY version, id LIMIT %(limit)s)
    RETURNING version
), noted AS (
    UPDATE communications_feedepoch SET tombstones_since = greatest(
        tombstones_since, (SELECT version FROM expired ORDER BY version DESC LIMIT 1))
    WHERE EXISTS (SELECT FROM expired)
)
SELECT FROM expired
"""
# The newest stays, however long nothing was written: readers stand at it.
MARKS: Final = """
DELETE FROM communications_feedmark WHERE mark IN (
    SELECT mark FROM communications_feedmark
    WHERE created_at < now() - make_interval(days => %(days)s)
      AND version < (SELECT version FROM communications_feedmark ORDER BY version DESC LIMIT 1)
    ORDER BY version LIMIT %(limit)s)
"""
BODIES: Final = """
DELETE FROM communications_webhookbody WHERE delivery_id IN (
    SELECT body.delivery_id FROM communications_webhookbody AS body
    JOIN communications_webhookdelivery AS delivery ON delivery.id = body.delivery_id
    WHERE body.delivery_id < landline_uuid7_before(now() - make_interval(days => %(days)s))
      AND delivery.outcome NOT IN ('failed', 'parked')
    ORDER BY body.delivery_id LIMIT %(limit)s)
"""
SESSIONS: Final = """
DELETE FROM django_session WHERE session_key IN (
    SELECT session_key FROM django_session
    WHERE expire_date < now() - make_interval(days => %(days)s) ORDER BY expire_date LIMIT %(limit)s)
"""
LOGIN_WINDOWS: Final = """
DELETE FROM communications_loginwindow WHERE key IN (
    SELECT key FROM communications_loginwindow
    WHERE ends_at < now() - make_interval(days => %(days)s) LIMIT %(limit)s)
"""
CALLS: Final = """
DELETE FROM communications_upstreamcall WHERE id IN (
    SELECT id FROM communications_upstreamcall
    WHERE at < now() - make_interval(days => %(days)s) ORDER BY at LIMIT %(limit)s)
"""

_swept_at = float("-inf")


async def expired_remove(connections: AsyncConnectionPool[Any]) -> None:
    """Removes what has expired, at most once an hour; what is more than a round takes goes in the rounds that follow."""
    global _swept_at  # noqa: PLW0603
    if time.monotonic() - _swept_at < EVERY_SECONDS:
        return
    if await expired_remove_some(connections):
        _swept_at = time.monotonic()


async def expired_remove_some(connections: AsyncConnectionPool[Any]) -> bool:
    """One round, in short transactions; ``False`` where more is left, so that other sweeps have their turn meanwhile."""
    expiring = (
        (TOMBSTONES, TOMBSTONES_KEPT_DAYS),
        (MARKS, TOMBSTONES_KEPT_DAYS),
        (BODIES, settings.LANDLINE_RETENTION_DAYS),
        (SESSIONS, 0),
        (LOGIN_WINDOWS, 1),
        (CALLS, CALLS_KEPT_DAYS),
    )
    return all([await _remove(connections, statement, days) for statement, days in expiring])


async def _remove(connections: AsyncConnectionPool[Any], statement: str, days: int) -> bool:
    for _ in range(BATCHES_IN_A_ROUND):
        async with connections.connection() as connection:
            removed = await connection.execute(statement, {"days": days, "limit": BATCH_ROWS})
        if removed.rowcount < BATCH_ROWS:
            return True
    return False
