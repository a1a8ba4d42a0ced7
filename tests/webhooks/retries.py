"""The worker's part, where a test runs none: on a busy machine some deliveries are saved before they are folded."""

from __future__ import annotations

import asyncio
from typing import Any

from psycopg_pool import AsyncConnectionPool

from communications.refold.replay import failed_retry

PUT_OFF = """
UPDATE communications_webhookdelivery SET next_attempt_at = now()
WHERE outcome = 'failed' AND reason LIKE 'busy: %'
"""


async def busy_ones_folded(connections: AsyncConnectionPool[Any]) -> None:
    """Folds what was put off, and nothing that failed for another reason."""
    async with asyncio.timeout(60):
        while True:
            async with connections.connection() as connection:
                waiting = (await connection.execute(PUT_OFF)).rowcount
            if not waiting:
                return
            await failed_retry(connections)
