"""Keeping the list of what was erased, beside the data."""

import asyncio
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import connection
from psycopg_pool import AsyncConnectionPool

from communications.ingest.erased_list import erased_list_keep

log = structlog.get_logger(__name__)


async def erased_list_look(_connections: AsyncConnectionPool[Any]) -> None:
    """Writes it anew where something was erased, whoever did that."""
    await asyncio.to_thread(_look)


def _look() -> None:
    try:
        erased_list_keep(Path(settings.LANDLINE_DATA_DIR))
    except OSError as error:
        log.warning("erased_list_not_written", error=error.strerror)
    finally:
        connection.close()
