from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from communications.feed.epoch import epoch_ensure
from tests.database import ScratchDatabase
from tests.feed.clusters import OwnCluster, copy_folder, folder_for_cluster
from tests.feed.migrated import migrated_folder

__all__ = ["migrated_folder"]


@pytest.fixture
async def feed(database: ScratchDatabase) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """A connection of the runtime role to the emptied database, with an epoch."""
    async with await psycopg.AsyncConnection.connect(database.runtime_url, autocommit=True) as connection:
        await epoch_ensure(connection)
        yield connection


@pytest.fixture
def cluster(migrated_folder: Path) -> Iterator[OwnCluster]:
    """A running server of the test's own with our empty schema."""
    with folder_for_cluster() as folder:
        copy_folder(migrated_folder / "postgres", folder / "postgres")
        with OwnCluster(folder) as running:
            yield running
