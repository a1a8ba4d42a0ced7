"""Who asks for the list of accounts at the same moment is answered by one listing."""

from __future__ import annotations

import asyncio
import datetime as dt

from communications.tasks.accounts import accounts_take
from tests.ingest.deliveries import rows
from tests.unipile.upstream_objects import ACCOUNT, listing
from tests.unipile.upstream_server import API_KEY, upstream_server
from unipile.client import connect_client
from unipile.transport import Deadlines

NOW = "SELECT clock_timestamp()"


async def moment(connections) -> dt.datetime:
    return (await rows(connections, NOW))[0][0]


async def test_askings_at_a_start_are_one_listing_and_a_later_one_is_another(connections):
    async with (
        upstream_server() as server,
        connect_client(
            server.dsn, API_KEY, deadlines=Deadlines(connect=2, answer=5, download=3, silence=1)
        ) as client,
    ):
        server.answers["GET /accounts"] = listing("AccountList", ACCOUNT)

        async def ask(asked_at: dt.datetime) -> bool:
            return await accounts_take(client, connections, asked_at=asked_at)

        before = await moment(connections)
        told = await asyncio.gather(ask(before), ask(before), ask(before))
        assert sorted(told) == [False, False, True]
        assert len(server.asked) == 1
        assert await rows(connections, "SELECT external_account_id FROM communications_channel") == [
            (ACCOUNT["id"],)
        ]
        assert await ask(await moment(connections)), "what was asked for since may show another account"
        assert len(server.asked) == 2


async def test_a_listing_that_failed_answers_nobody(connections):
    async with (
        upstream_server() as server,
        connect_client(
            server.dsn, API_KEY, deadlines=Deadlines(connect=2, answer=5, download=3, silence=1)
        ) as client,
    ):
        before = await moment(connections)
        server.answers["GET /accounts"] = [(401, {}), listing("AccountList", ACCOUNT)]
        (failed,) = await asyncio.gather(
            accounts_take(client, connections, asked_at=before), return_exceptions=True
        )
        assert isinstance(failed, Exception)
        assert await accounts_take(client, connections, asked_at=before)
