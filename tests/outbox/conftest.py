from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest
from psycopg_pool import AsyncConnectionPool

from tests.database import ScratchDatabase
from tests.media.conftest import media_folder

if TYPE_CHECKING:
    from tests.outbox.desk import Desk

__all__ = ["media_folder"]


@pytest.fixture
async def connections(database: ScratchDatabase) -> AsyncIterator[AsyncConnectionPool[Any]]:
    """Patient: a busy test machine must not look like a busy database."""
    from communications.schemas.connections import connection_pool

    async with connection_pool(
        "outbox", max_size=12, lock_timeout_ms=60_000, statement_timeout_ms=60_000
    ) as pool:
        yield pool


@pytest.fixture
async def desk(connections: AsyncConnectionPool[Any], settings: Any) -> AsyncIterator[Desk]:
    from tests.outbox.desk import desk_open

    settings.LANDLINE_SEND_PACE_PERCENT = 0
    async with desk_open(connections) as opened:
        yield opened
