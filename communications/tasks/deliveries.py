"""Deliveries that failed are folded again, and those that people select."""

from typing import Any

import structlog
from procrastinate.contrib.django import app
from psycopg_pool import AsyncConnectionPool

from communications.ingest.connections import fold_connections
from communications.ingest.unfinished import FILES_TASK, RETRY_TASK, job_announce
from communications.refold.orders import REPLAY_ORDERS_TASK, UNFINISHED, replay_orders_do
from communications.refold.replay import failed_retry

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


@app.task(name=REPLAY_ORDERS_TASK, queueing_lock=REPLAY_ORDERS_TASK)
async def replay_orders() -> None:
    """What people had selected to be folded again."""
    async with fold_connections(max_size=2) as connections:
        if await replay_orders_do(connections):
            await job_announce(FILES_TASK)


async def replay_orders_announce(connections: AsyncConnectionPool[Any]) -> None:
    """Finds orders whose job was lost, or whose worker died."""
    async with connections.connection() as connection:
        if await (await connection.execute(UNFINISHED)).fetchone():
            await job_announce(REPLAY_ORDERS_TASK)
