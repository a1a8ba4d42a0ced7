from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.ingest.conftest import connections

if TYPE_CHECKING:
    from tests.history.world import World

__all__ = ["connections"]


@pytest.fixture
async def world(connections: Any) -> AsyncIterator[World]:
    """An account with some twenty chats and nine hundred messages."""
    from tests.history.world import world_open

    async with world_open(connections, scenario="large", chats=80, messages=1_900) as opened:
        yield opened
