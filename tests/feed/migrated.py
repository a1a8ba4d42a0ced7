"""A cluster with our schema, made once in a test run: others are copied from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.database import ScratchDatabase
from tests.feed.clusters import OwnCluster, folder_for_cluster, restore


@pytest.fixture(scope="session")
def migrated_folder(django_db_setup: None, scratch_database: ScratchDatabase) -> Iterator[Path]:
    """The folder of a stopped cluster with our schema, to copy from."""
    scratch_database.reset()
    with folder_for_cluster() as folder:
        cluster = OwnCluster(folder)
        with cluster:
            dump = cluster.program(
                "pg_dump", "--format=custom", "--exclude-schema=pristine", scratch_database.owner_url
            )
            restore(cluster, dump)
        yield folder
