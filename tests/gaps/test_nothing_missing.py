"""Nothing missing (law 11), and no polling (law 13): what is held equals what upstream holds, read in declared windows only."""

from __future__ import annotations

import random

import pytest

from communications.ingest.gaps import gaps_look
from communications.models import UpstreamCall
from communications.tasks.accounts import accounts_take
from communications.tasks.metered import metering
from communications.tasks.sweeps import SWEEPS
from tests.gaps.world import PATIENCE, World, something_happens
from tests.ingest.deliveries import rows
from unipile.client import connect_client

HALF_AN_HOUR_OF_SWEEPS = 60
UNDECLARED = """
SELECT route, reason FROM communications_upstreamcall AS made
WHERE method = 'GET' AND purpose = 'repair' AND NOT EXISTS (
    SELECT FROM communications_comparisonwindow AS declared
    WHERE declared.id = made.window_id AND declared.created_at < made.at AND declared.compared_to <= made.at)
   OR purpose = 'answer' AND NOT EXISTS (
    SELECT FROM communications_upstreamread AS question
    JOIN communications_webhookdelivery AS telling ON telling.id = question.asked_by
    WHERE made.reason LIKE '%%left open by delivery ' || question.asked_by)
   OR purpose NOT IN ('repair', 'answer', 'manage')
"""


def configured(world: World, settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNIPILE_DSN", world.sim.url)
    monkeypatch.setenv("UNIPILE_API_KEY", world.sim.api_key)
    assert settings.LANDLINE_UPSTREAM.is_configured()


async def life(world: World, seed: int, acts: int) -> None:
    rng = random.Random(seed)
    chats = [world.chat(f"Contact {number}", number) for number in range(12)]
    for _ in range(acts):
        something_happens(world, chats, rng)
    await world.sim.settled(60)


async def accounts_listed(world: World) -> None:
    """As a worker does at its start."""
    async with (
        metering("manage") as meter,
        connect_client(world.sim.url, world.sim.api_key, deadlines=PATIENCE, meter=meter) as client,
    ):
        await accounts_take(client, world.connections, asked_at=None)


@pytest.mark.parametrize("seed", [1, 2])
async def test_after_loss_a_killed_server_and_an_hour_away_both_sides_hold_the_same(
    world: World, seed: int
) -> None:
    await world.heartbeat.beat()
    world.lose(0.05)
    await life(world, seed, 80)
    world.is_down = True
    await life(world, seed + 10, 40)
    world.is_down = False
    await life(world, seed + 20, 40)
    assert await world.held() != world.truth

    # The server starts again, ten minutes later.
    await world.sleeps(10)
    assert await world.heartbeat.beat() == 1
    await world.work()
    await world.ask()
    assert await world.held() == world.truth

    # The account is away for an hour, and all that upstream tells of it afterwards is that it is back.
    world.lose(0)
    world.sim.account_disconnects(world.account)
    await world.sim.settled()
    await life(world, seed + 30, 40)
    world.lose()
    world.sim.account_reconnects(world.account)
    await world.sim.settled()
    world.lose(0)
    await accounts_listed(world)
    await world.work()
    await world.ask()
    assert await world.held() == world.truth
    assert set(await world.windows()) == {("start", "done"), ("status", "done")}

    # Nobody notices what is lost in between, until somebody asks.
    world.lose(0.05)
    await life(world, seed + 40, 60)
    world.lose()
    await life(world, seed + 50, 5)
    assert await world.held() != world.truth
    told = await world.checked()
    await world.ask()
    assert told["state"] == "done"
    assert await world.held() == world.truth
    assert await rows(world.connections, UNDECLARED) == []
    await world.execute(
        "INSERT INTO communications_upstreamcall (purpose, reason, method, route) VALUES ('repair', 'a look', 'GET', '/chats')"
    )
    assert await rows(world.connections, UNDECLARED) == [("/chats", "a look")]


async def test_f11_with_everything_idle_for_half_an_hour_upstream_is_not_asked_anything(
    world: World, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every sweep and beat of thirty minutes, as often as they come, with accounts that were compared and are quiet."""
    configured(world, settings, monkeypatch)
    await world.heartbeat.beat()
    await life(world, 4, 30)
    await world.checked()
    await world.ask()
    world.sim.calls.forget()
    made = await UpstreamCall.objects.acount()
    for _ in range(HALF_AN_HOUR_OF_SWEEPS):
        await world.heartbeat.beat()
        for sweep in SWEEPS:
            await sweep(world.connections)
        await world.execute("UPDATE communications_heartbeat SET at = at - interval '30 seconds'")
        await world.execute(
            "UPDATE communications_message SET created_at = created_at - interval '30 seconds'"
        )
        await world.execute(
            "UPDATE communications_upstreamread SET next_attempt_at = next_attempt_at - interval '30 seconds'"
        )
    assert await world.work() == 0
    await world.ask()
    assert world.sim.calls.reads == 0
    assert await UpstreamCall.objects.acount() == made
    assert await world.windows() == [("person", "done")]
    await gaps_look(world.connections)
    assert not await UpstreamCall.objects.filter(reason="").aexists()
