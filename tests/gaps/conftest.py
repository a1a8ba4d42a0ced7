"""Calls are written down by connections as patient as those of the fold's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest
from psycopg_pool import AsyncConnectionPool

from tests.ingest.conftest import connections

if TYPE_CHECKING:
    from tests.gaps.world import World

__all__ = ["connections"]


@pytest.fixture
async def world(connections: AsyncConnectionPool[Any]) -> AsyncIterator[World]:
    from tests.gaps.world import world_open

    async with world_open(connections) as opened:
        yield opened
