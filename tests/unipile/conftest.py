"""A client and the server it talks to, for the tests of single operations."""

import pytest

from tests.unipile.upstream_server import API_KEY, upstream_server
from unipile.client import connect_client


@pytest.fixture
async def upstream():
    async with upstream_server() as server:
        yield server


@pytest.fixture
def calls():
    return []


@pytest.fixture
async def client(upstream, calls):
    async def meter(_intent):
        return calls.append

    async with connect_client(upstream.dsn, API_KEY, meter=meter) as connected:
        yield connected
