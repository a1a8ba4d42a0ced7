"""Who asks for the list of accounts at the same moment is answered by one listing."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from communications.ingest.channels import channels_unlist
from communications.models import Channel, ComparisonWindow, Message
from communications.tasks.accounts import accounts_take
from tests.ingest.deliveries import deliver, rows
from tests.unipile.upstream_objects import ACCOUNT, listing
from tests.unipile.upstream_server import API_KEY, UpstreamServer, upstream_server
from tests.webhooks.bodies import whatsapp_message
from unipile.client import UnipileClient, connect_client
from unipile.errors import UnipileError
from unipile.transport import Deadlines

WORKING = {**ACCOUNT, "sources": [{"id": "acc-wa_MESSAGING", "status": "OK"}]}
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


@asynccontextmanager
async def upstream() -> AsyncIterator[tuple[UpstreamServer, UnipileClient]]:
    async with (
        upstream_server() as server,
        connect_client(
            server.dsn, API_KEY, deadlines=Deadlines(connect=2, answer=5, download=3, silence=1)
        ) as client,
    ):
        yield server, client


async def take(client: UnipileClient, connections) -> None:
    assert await accounts_take(client, connections, asked_at=await moment(connections))


async def state_of(account: str) -> tuple[str, str]:
    channel = await Channel.objects.aget(external_account_id=account)
    return channel.status, channel.status_word


async def test_an_account_that_two_whole_lists_do_not_show_is_gone_upstream_and_keeps_what_is_here(
    connections,
):
    """As after the demo gave way to a real key; it comes back with the first list that shows it."""
    demo = {**WORKING, "id": "of the demo"}
    async with upstream() as (server, client):
        server.answers["GET /accounts"] = listing("AccountList", demo)
        await take(client, connections)
        await deliver(connections, whatsapp_message("kept", account="of the demo"))
        server.answers["GET /accounts"] = listing("AccountList", ACCOUNT)
        calls = len(server.asked)
        await take(client, connections)
        assert len(server.asked) == calls + 2
        assert await state_of("of the demo") == ("deleted", "NOT_LISTED")
        assert (await state_of(ACCOUNT["id"]))[0] == "credentials"
        assert await Message.objects.filter(external_message_id="kept").acount() == 1
        await take(client, connections)
        assert len(server.asked) == calls + 3, "what is known to be gone is not looked for"
        server.answers["GET /accounts"] = listing("AccountList", ACCOUNT, demo)
        await take(client, connections)
        assert (await state_of("of the demo"))[0] == "ok"
        gaps = ComparisonWindow.objects.filter(channel__external_account_id="of the demo")
        assert [(gap.trigger, gap.state) async for gap in gaps] == [("status", "waiting")]


@pytest.mark.parametrize(
    "answers",
    [
        [listing("AccountList"), listing("AccountList", ACCOUNT)],
        [listing("AccountList"), (503, {})],
        [listing("AccountList", cursor="more"), listing("AccountList")],
        [listing("AccountList", {"object": "Account"})],
        [listing("AccountList"), listing("AccountList", {"object": "Account"})],
        [(401, {})],
    ],
)
async def test_f13_a_list_that_is_short_or_fails_takes_no_account_away(connections, answers):
    async with upstream() as (server, client):
        server.answers["GET /accounts"] = listing("AccountList", ACCOUNT)
        await take(client, connections)
        server.answers["GET /accounts"] = answers
        with suppress(UnipileError):
            await take(client, connections)
        assert (await state_of(ACCOUNT["id"]))[0] == "credentials"


async def test_an_account_that_was_told_of_while_the_list_was_read_is_not_taken_away(connections):
    async with upstream() as (server, client):
        server.answers["GET /accounts"] = listing("AccountList", ACCOUNT)
        await take(client, connections)
        await deliver(
            connections,
            {"AccountStatus": {"account_id": ACCOUNT["id"], "account_type": "WHATSAPP", "message": "OK"}},
        )
        async with connections.connection() as connection:
            begun_at = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
            assert await channels_unlist(connection, [], begun_at) == 0
