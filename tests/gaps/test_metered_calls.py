"""Item 6 and F7: every call of upstream is written down before it is made, counted, and kept in its account's budget."""

from __future__ import annotations

import pytest

from communications.schemas.charges import CallHeld, charged
from communications.tasks.metered import metering
from communications.tasks.retention import expired_remove_some
from tests.ingest.deliveries import rows
from tests.unipile.upstream_objects import ACCOUNT, listing
from tests.unipile.upstream_server import API_KEY, upstream_server
from unipile.client import connect_client
from unipile.errors import RateLimited

CALLS = """
SELECT external_account_id, purpose, reason, method, route, window_id, status, outcome, duration_seconds IS NOT NULL
FROM communications_upstreamcall ORDER BY id
"""
DAYS = "SELECT external_account_id, purpose, calls FROM communications_callday ORDER BY 1, 2"
PAUSED = "SELECT refusals, until > now() FROM communications_callpause WHERE external_account_id = %s"


@pytest.fixture
async def server():
    async with upstream_server() as running:
        running.answers["GET /accounts"] = listing("AccountList", ACCOUNT)
        yield running


async def ask(server, purpose, **charge):
    async with metering(purpose) as meter, connect_client(server.dsn, API_KEY, meter=meter) as client:
        with charged(**charge):
            return await client.accounts.page(reason="a test asks")


async def test_a_call_is_written_with_its_reason_before_it_is_made_and_completed_after(connections, server):
    await ask(server, "repair", account="a", window=7)
    assert await rows(connections, CALLS) == [
        ("a", "repair", "a test asks", "GET", "/accounts", 7, 200, "ok", True)
    ]
    assert await rows(connections, DAYS) == [("a", "repair", 1)]


async def test_f7_a_refusal_for_their_number_holds_lower_purposes_back_and_never_a_message(
    connections, server
):
    server.answers["GET /accounts"] = [
        (429, {"type": "errors/too_many_requests"}),
        *[listing("AccountList", ACCOUNT)] * 2,
    ]
    with pytest.raises(RateLimited):
        await ask(server, "history", account="a")
    assert await rows(connections, PAUSED, "a") == [(1, True)]
    for purpose in ("open", "answer", "repair", "history"):
        with pytest.raises(CallHeld, match="called less") as held:
            await ask(server, purpose, account="a")
        assert held.value.code == "account_paused"
    assert len(server.asked) == 1
    await ask(server, "send", account="a")
    await ask(server, "history", account="b")
    assert len(server.asked) == 3


async def test_when_little_is_left_files_of_history_wait_first_then_history_then_repair_then_opening_and_messages_never(
    connections, server, settings
):
    settings.LANDLINE_CALLS_PER_DAY = 100
    allowed = {}
    for used in (49, 50, 74, 75, 89, 90, 94, 95, 500):
        async with connections.connection() as connection:
            await connection.execute("DELETE FROM communications_callday")
            await connection.execute(
                "INSERT INTO communications_callday (external_account_id, day, purpose, calls)"
                " VALUES ('a', (now() AT TIME ZONE 'UTC')::date, 'manage', %s)",
                (used,),
            )
        allowed[used] = set()
        for purpose in ("media", "history", "repair", "open", "send"):
            try:
                await ask(server, purpose, account="a")
            except CallHeld:
                continue
            allowed[used].add(purpose)
            async with connections.connection() as connection:
                await connection.execute("DELETE FROM communications_callday WHERE purpose <> 'manage'")
    assert allowed == {
        49: {"media", "history", "repair", "open", "send"},
        50: {"history", "repair", "open", "send"},
        74: {"history", "repair", "open", "send"},
        75: {"repair", "open", "send"},
        89: {"repair", "open", "send"},
        90: {"open", "send"},
        94: {"open", "send"},
        95: {"send"},
        500: {"send"},
    }


async def test_a_call_for_a_channel_is_its_accounts(connections, server):
    async with connections.connection() as connection:
        [(channel,)] = await (
            await connection.execute(
                "INSERT INTO communications_channel (provider, external_account_id, own_identities)"
                " VALUES ('whatsapp', 'of-channel', '{}') RETURNING id"
            )
        ).fetchall()
    await ask(server, "answer", channel_id=channel)
    assert await rows(connections, DAYS) == [("of-channel", "answer", 1)]


async def test_single_calls_are_kept_for_a_month_and_their_numbers_for_good(connections, server):
    await ask(server, "repair", account="a")
    await ask(server, "repair", account="a")
    async with connections.connection() as connection:
        await connection.execute(
            "UPDATE communications_upstreamcall SET at = now() - interval '31 days' "
            "WHERE id = (SELECT min(id) FROM communications_upstreamcall)"
        )
    assert await expired_remove_some(connections)
    assert len(await rows(connections, CALLS)) == 1
    assert await rows(connections, DAYS) == [("a", "repair", 2)]
