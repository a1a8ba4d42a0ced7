"""Deliveries that failed are folded again."""

from typing import Any

import structlog
from procrastinate.contrib.django import app
from psycopg_pool import AsyncConnectionPool

from communications.history.replay import failed_retry
from communications.ingest.connections import fold_connections
from communications.ingest.unfinished import FILES_TASK, RETRY_TASK, job_announce

log = structlog.get_logger(__name__)


@app.task(name=RETRY_TASK, queueing_lock=RETRY_TASK)
async def deliveries_retry() -> None:
    async with fold_connections(max_size=1) as connections:
        await deliveries_retry_due(connections)


async def deliveries_retry_due(connections: AsyncConnectionPool[Any]) -> None:
    """One round over what failed and is due."""
    totals = await failed_retry(connections)
    if totals:
        log.info("deliveries_retried", **totals)
        await job_announce(FILES_TASK)
