from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from communications.feed.epoch import epoch_ensure
from tests.database import ScratchDatabase


@pytest.fixture
async def feed(database: ScratchDatabase) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """A connection of the runtime role to the emptied database, with an epoch."""
    async with await psycopg.AsyncConnection.connect(database.runtime_url, autocommit=True) as connection:
        await epoch_ensure(connection)
        yield connection
