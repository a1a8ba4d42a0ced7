"""One server process for all tests of this folder; each makes people and channels of its own."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.conftest import close_django_connections
from tests.database import ScratchDatabase
from tests.processes import LandlineServer, Processes


@pytest.fixture(scope="package")
def server(
    django_db_setup: None,
    scratch_database: ScratchDatabase,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[LandlineServer]:
    scratch_database.reset()
    processes = Processes(tmp_path_factory.mktemp("server"))
    with django_db_blocker.unblock():
        yield processes.web()
        processes.close()
        close_django_connections()


@pytest.fixture
def connection(server: LandlineServer, scratch_database: ScratchDatabase) -> Iterator[psycopg.Connection]:
    """Writes as another program would: with the server's rights, and without telling the server."""
    with psycopg.connect(scratch_database.runtime_url, autocommit=True) as opened:
        yield opened
