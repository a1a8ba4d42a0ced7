from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from psycopg_pool import AsyncConnectionPool

from tests.database import ScratchDatabase


@pytest.fixture
async def connections(database: ScratchDatabase) -> AsyncIterator[AsyncConnectionPool[Any]]:
    from communications.schemas.connections import connection_pool

    async with connection_pool(
        "health", max_size=4, lock_timeout_ms=60_000, statement_timeout_ms=60_000
    ) as pool:
        yield pool
