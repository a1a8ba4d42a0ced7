"""What the worker's loops share: a sleep that a job ends, and what they take for a database that is not there."""

import asyncio
from typing import Final

import psycopg
from psycopg_pool import PoolTimeout

from communications.errors import Unsaved

DATABASE_GONE: Final = (Unsaved, psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)


async def woken_or_after(woken: asyncio.Event, seconds: float) -> None:
    """Sleeps until somebody sets ``woken``, or so long."""
    try:
        async with asyncio.timeout(seconds):
            await woken.wait()
    except TimeoutError:
        return
