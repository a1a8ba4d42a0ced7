from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.database import ScratchDatabase
from tests.feed.migrated import migrated_folder

__all__ = ["migrated_folder"]


@pytest.fixture
def connection(database: ScratchDatabase) -> Iterator[psycopg.Connection]:
    """Writes as another program would: with the server's rights, and without telling the server."""
    with psycopg.connect(database.runtime_url, autocommit=True) as opened:
        yield opened
