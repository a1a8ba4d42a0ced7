"""What the worker's loops share: a sleep that a job ends, and what they take for a database that is not there."""

import asyncio
from typing import Any, Final

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from communications.errors import Unsaved

DATABASE_GONE: Final = (Unsaved, psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)
AGAIN_SECONDS: Final = 1.0


async def woken_or_after(woken: asyncio.Event, seconds: float) -> None:
    """Sleeps until somebody sets ``woken``, or so long."""
    try:
        async with asyncio.timeout(seconds):
            await woken.wait()
    except TimeoutError:
        return


async def database_again(connections: AsyncConnectionPool[Any]) -> None:
    """A moment after the database went, without the connections that went with it: they would be handed out one by one."""
    await asyncio.sleep(AGAIN_SECONDS)
    await connections.check()
