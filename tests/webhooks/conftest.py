from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from tests.database import ScratchDatabase
from tests.processes import LandlineServer, Processes
from tests.webhooks.asgi import HOSTED_TOKEN, Caller


@pytest.fixture
async def connections(database: ScratchDatabase) -> AsyncIterator[AsyncConnectionPool[Any]]:
    """Connections as the server's, to the freshly emptied test database."""
    from communications.ingest.connections import fold_connections

    async with fold_connections(max_size=4) as pool:
        yield pool


@pytest.fixture
async def caller(connections: AsyncConnectionPool[Any], webhook_secret: str) -> AsyncIterator[Caller]:
    """Posts to a receiver in this process."""
    from communications.webhooks.batcher import Batcher
    from communications.webhooks.receiver import WebhookReceiver
    from communications.webhooks.refusals import RefusalCounter

    batcher = Batcher(connections, on_saved=lambda _deliveries, _outcomes: None)
    receiver = WebhookReceiver(
        batcher,
        secrets=[webhook_secret],
        refusals=RefusalCounter([]),
        hosted_token=HOSTED_TOKEN,
    )
    yield Caller(receiver, webhook_secret)
    await batcher.close()


@pytest.fixture
def owner(database: ScratchDatabase) -> Iterator[psycopg.Connection[Any]]:
    """A connection beside those of the server, with every right."""
    with database.owner_connection() as connection:
        yield connection


@pytest.fixture(scope="package")
def shared_server(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LandlineServer]:
    """One server for all tests that only talk to it."""
    processes = Processes(tmp_path_factory.mktemp("server"))
    yield processes.web()
    processes.close()


@pytest.fixture
def server(shared_server: LandlineServer, database: ScratchDatabase) -> LandlineServer:
    """The shared server over an emptied database."""
    return shared_server
