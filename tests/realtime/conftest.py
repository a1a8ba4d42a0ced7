from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.database import ScratchDatabase


@pytest.fixture
def connection(database: ScratchDatabase) -> Iterator[psycopg.Connection]:
    """Writes as another program would: with the server's rights, and without telling the server."""
    with psycopg.connect(database.runtime_url, autocommit=True) as opened:
        yield opened
