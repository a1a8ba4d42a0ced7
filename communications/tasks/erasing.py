"""Ending the erasure of accounts that were removed with what is stored of them."""

import asyncio
from typing import Any, Final

import structlog
from django.db import connection
from procrastinate.contrib.django import app
from psycopg_pool import AsyncConnectionPool

from communications.ingest.erase_account import account_erase, account_erasures_under_way
from communications.ingest.unfinished import ERASE_TASK, job_announce

log = structlog.get_logger(__name__)

_UNDER_WAY: Final = """
SELECT EXISTS (SELECT FROM communications_erasure WHERE kind = 'account' AND ended_at IS NULL)
"""


@app.task(name=ERASE_TASK, queueing_lock=ERASE_TASK)
async def accounts_erase() -> None:
    """Completes all that were begun, one after the other. Two workers at the same erasure do no harm."""
    await asyncio.to_thread(_erase_all)


def _erase_all() -> None:
    try:
        for erasure in account_erasures_under_way():
            ended = account_erase(erasure)
            log.info("account_erased", channel=ended.channel_id, messages=ended.messages)
    finally:
        connection.close()


async def accounts_erase_announce(connections: AsyncConnectionPool[Any]) -> None:
    """Finds erasures whose job was lost, or whose worker was killed."""
    async with connections.connection() as held:
        [(under_way,)] = await (await held.execute(_UNDER_WAY)).fetchall()
    if under_way:
        await job_announce(ERASE_TASK)
