"""What the worker looks after by itself: at start, and every half minute."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from psycopg_pool import AsyncConnectionPool

from communications.cancellation import cancellation_respect
from communications.ingest.connections import fold_connections
from communications.ingest.gaps import gaps_look
from communications.ingest.search_backlog import search_backlog_write
from communications.tasks.account_acts import account_acts_due_announce
from communications.tasks.alarm_notices import alarm_notices_send
from communications.tasks.comparisons import comparisons_due_announce
from communications.tasks.deliveries import deliveries_retry_due, replay_orders_announce
from communications.tasks.erased_list import erased_list_look
from communications.tasks.erasing import accounts_erase_announce
from communications.tasks.health import health_measure
from communications.tasks.media import files_due_announce, unreferenced_remove
from communications.tasks.retention import expired_remove
from communications.tasks.upstream_reads import questions_due_announce

log = structlog.get_logger(__name__)

EVERY_SECONDS: Final = 30

Sweep = Callable[[AsyncConnectionPool[Any]], Awaitable[None]]
SWEEPS: Final[tuple[Sweep, ...]] = (
    account_acts_due_announce,
    accounts_erase_announce,
    erased_list_look,
    search_backlog_write,
    deliveries_retry_due,
    replay_orders_announce,
    files_due_announce,
    questions_due_announce,
    gaps_look,
    comparisons_due_announce,
    health_measure,
    alarm_notices_send,
    expired_remove,
    unreferenced_remove,
)


async def sweep_for_ever() -> None:
    """Runs every sweep, then waits; one that fails is logged and tried again in the next round."""
    async with fold_connections(max_size=1) as connections:
        while True:
            for sweep in SWEEPS:
                try:
                    await sweep(connections)
                except Exception:
                    cancellation_respect()
                    log.exception("sweep_failed", sweep=sweep.__name__)
            await asyncio.sleep(EVERY_SECONDS)
