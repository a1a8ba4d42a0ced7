from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from psycopg_pool import AsyncConnectionPool

from tests.database import ScratchDatabase


@pytest.fixture
async def connections(database: ScratchDatabase) -> AsyncIterator[AsyncConnectionPool[Any]]:
    """Connections as the server's, but patient: a busy test machine must not look like a busy database."""
    from communications.schemas.connections import PLANNED_ONCE, connection_pool

    patience_ms = 60_000
    async with connection_pool(
        "fold",
        max_size=4,
        lock_timeout_ms=patience_ms,
        statement_timeout_ms=patience_ms,
        planner=PLANNED_ONCE,
    ) as pool:
        yield pool
