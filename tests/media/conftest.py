"""What the tests of files stand on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async

from tests.database import ScratchDatabase

if TYPE_CHECKING:
    from tests.media.upstream import Fetching


@pytest.fixture
def media_folder(settings: Any, tmp_path: Path) -> Path:
    """Where files are kept during this test; files on their way are beside it."""
    return media_kept_in(tmp_path, settings)


def media_kept_in(folder: Path, settings: Any) -> Path:
    settings.LANDLINE_DATA_DIR = folder
    settings.LANDLINE_MEDIA_KEEP_FREE_BYTES = 0
    kept = {**settings.STORAGES["media"], "OPTIONS": {"location": str(folder / "media")}}
    settings.STORAGES = {**settings.STORAGES, "media": kept}
    return folder / "media"


@pytest.fixture
async def fetching(database: ScratchDatabase, media_folder: Path) -> AsyncIterator[Fetching]:
    from communications.schemas.connections import connection_pool
    from tests.inbox import channel_make, conversation_make
    from tests.media.upstream import Fetching
    from tests.unipile.upstream_server import API_KEY, upstream_server
    from unipile.client import connect_client
    from unipile.transport import Deadlines

    channel = await sync_to_async(channel_make)()
    conversation = await sync_to_async(conversation_make)(channel)
    async with (
        upstream_server() as server,
        connect_client(
            server.dsn, API_KEY, deadlines=Deadlines(connect=2, answer=5, download=3, silence=1)
        ) as client,
        connection_pool(
            "media", max_size=4, lock_timeout_ms=5_000, statement_timeout_ms=10_000
        ) as connections,
    ):
        yield Fetching(server, client, connections, channel, conversation)
