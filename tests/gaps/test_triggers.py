"""What opens a window, and nothing else does (F11, D6)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from communications.ingest.gaps import Heartbeat, gaps_look, missing_ask
from communications.models import Conversation, UpstreamRead
from simulator.dialects import QuoteForm
from tests.gaps.world import World, ago
from tests.ingest.deliveries import rows
from tests.ledger_rows import delivery_keep

NIGHTLY = "SELECT landline_gaps_of_the_night(%s)"


async def test_f11_a_start_after_nobody_was_here_opens_a_window_and_a_short_pause_does_not(
    world: World,
) -> None:
    assert await world.heartbeat.beat() == 0
    await world.sleeps(0.2)
    assert await world.heartbeat.beat() == 0
    world.is_down = True
    chat = world.chat()
    world.sim.customer_writes(chat, "while nobody was here")
    await world.sim.settled()
    await world.sleeps(10)
    world.is_down = False
    assert await world.heartbeat.beat() == 1
    assert await Heartbeat(world.connections).beat() == 0
    [gap] = (await world.document())["gaps"]
    lasted = dt.datetime.fromisoformat(gap["ends_at"]) - dt.datetime.fromisoformat(gap["starts_at"])
    assert (gap["trigger"], gap["state"], round(lasted.total_seconds() / 60)) == ("start", "waiting", 10)
    await world.work()
    assert await world.held() == world.truth
    assert await world.windows() == [("start", "done")]


async def test_d6_what_a_server_had_to_send_away_opens_one(world: World) -> None:
    await world.heartbeat.beat()
    await world.batcher.close()
    world.sim.customer_writes(world.chat(), "not stored")
    await world.sim.settled()
    assert await world.held() == set()
    assert await world.heartbeat.beat() == 1
    assert await world.heartbeat.beat() == 0
    await world.work()
    assert await world.windows() == [("storage", "done")]
    assert await world.held() == world.truth


async def test_d6_a_database_that_was_away_is_a_time_in_which_nobody_was_here(world: World) -> None:
    """The beats that fail leave the row as old as it is; the first that succeeds tells."""

    class Away:
        def connection(self):
            raise TimeoutError

    await world.heartbeat.beat()
    away = Heartbeat(Away())
    away.unsaved()
    with pytest.raises(TimeoutError):
        await away.beat()
    away._connections = world.connections
    await world.sleeps(3)
    assert await away.beat() == 2
    assert sorted(await world.windows()) == [("start", "waiting"), ("storage", "waiting")]


async def test_a_delivery_that_fails_for_good_opens_one_for_its_hour(world: World) -> None:
    from asgiref.sync import sync_to_async

    def keep(**fields):
        return delivery_keep(world.channel, outcome="failed", reason="odd", **fields)

    for attempts in (4, 5, 9):
        await sync_to_async(keep)(attempts=attempts)
    await sync_to_async(keep)(attempts=9, source="api")
    for _ in range(2):
        await gaps_look(world.connections)
        assert await world.windows() == [("storage", "waiting")]

    # What fails after they were compared was not among what was looked at.
    await world.work()
    await sync_to_async(keep)(attempts=5)
    for _ in range(2):
        await gaps_look(world.connections)
        assert await world.windows() == [("storage", "done"), ("storage", "waiting")]


async def age(world: World) -> None:
    await world.execute("UPDATE communications_message SET created_at = now() - interval '2 minutes'")
    async with world.connections.connection() as connection:
        await missing_ask(connection)


async def test_f11_an_edit_of_a_message_that_never_came_brings_it_and_what_else_was_lost(
    world: World,
) -> None:
    chat, other = world.chat(), world.chat("Bea", 119)

    async def lose_all_but_an_edit() -> None:
        world.lose()
        message = world.sim.customer_writes(chat, "lost")
        world.sim.customer_writes(other, "lost as well")
        world.lose(0)
        world.sim.customer_edits(message, "edited")
        await world.sim.settled()

    await lose_all_but_an_edit()
    await world.ask()
    assert world.sim.calls.reads == 0
    await age(world)
    await world.ask()
    assert world.sim.calls.count("GET /messages/{message_id}") == 1
    assert {(one.text) for one in await world.held()} == {"edited"}
    assert await world.windows() == [("reference", "waiting")]
    await world.work()
    assert await world.held() == world.truth
    await age(world)
    await world.ask()
    assert world.sim.calls.count("GET /messages/{message_id}") == 1
    reasons = {reason for route, _, reason, _ in await world.calls() if route == "/messages/{message_id}"}
    [(asked_by,)] = await rows(
        world.connections, "SELECT asked_by FROM communications_upstreamread WHERE subject = 'missing'"
    )
    assert reasons == {f"missing message left open by delivery {asked_by}"}

    # What is lost after that comparison was not among what it looked at, in whatever hour.
    await lose_all_but_an_edit()
    for _ in range(2):
        await age(world)
        await world.ask()
        assert await world.windows() == [("reference", "done"), ("reference", "waiting")]
    await world.work()
    assert await world.held() == world.truth


async def test_a_reference_to_what_is_older_than_a_comparison_would_reach_opens_none(world: World) -> None:
    world.lose()
    message = world.sim.customer_writes(world.chat(), "old", at=ago(days=9))
    world.lose(0)
    world.sim.customer_edits(message, "edited")
    await world.sim.settled()
    await age(world)
    await world.ask()
    assert await world.held() == world.truth
    assert await world.windows() == []


async def test_a_reference_that_upstream_does_not_know_either_opens_one(world: World) -> None:
    world.lose()
    message = world.sim.customer_writes(world.chat(), "lost")
    world.lose(0)
    world.sim.customer_edits(message, "edited")
    await world.sim.settled()
    world.fault("refused", endpoint="GET /messages/{message_id}", type="errors/resource_not_found")
    await age(world)
    await world.ask()
    assert [one.state async for one in UpstreamRead.objects.filter(subject="missing")] == ["refused"]
    assert await world.windows() == [("reference", "waiting")]
    await world.work()
    assert await world.held() == world.truth


@pytest.mark.parametrize("quote", QuoteForm)
async def test_f11_a_quote_of_a_message_that_never_came_brings_it_and_what_else_was_lost(
    world: World, quote: QuoteForm
) -> None:
    """Upstream knows a message by its own id only; by the provider's the comparison finds it."""
    chat, other = world.chat(), world.chat("Bea", 119)
    chat.account.dialect = replace(chat.account.dialect, quotes=quote)
    world.sim.customer_writes(chat, "told")
    await world.sim.settled()
    await Conversation.objects.filter(channel=world.channel).aupdate(is_whole=True)
    world.lose()
    message = world.sim.customer_writes(chat, "lost")
    world.sim.customer_writes(other, "lost as well")
    world.lose(0)
    for number in range(2):
        world.sim.customer_writes(chat, f"answer {number}", quoting=message)
    await world.sim.settled()
    await age(world)
    await world.ask()
    assert world.sim.calls.count("GET /messages/{message_id}") == 1
    assert await world.windows() == [("reference", "waiting")]
    await world.work()
    assert await world.held() == world.truth
    world.sim.customer_writes(chat, "answer again", quoting=message)
    await world.sim.settled()
    await age(world)
    await world.ask()
    assert world.sim.calls.count("GET /messages/{message_id}") == 1
    assert await world.windows() == [("reference", "done")]


@pytest.mark.parametrize("is_copied", [True, False])
async def test_a_quote_of_what_is_older_than_the_copy_opens_none(world: World, is_copied: bool) -> None:
    """Asked for once at most, and not kept: it would stand in the thread with a hole after it."""
    copied_since = ago(days=1) if is_copied else None
    chat = world.chat()
    chat.account.dialect = replace(chat.account.dialect, quotes=QuoteForm.UNIPILE)
    world.lose()
    old = world.sim.customer_writes(chat, "older than the copy", at=ago(days=2))
    world.lose(0)
    world.sim.customer_writes(chat, "told")
    await world.sim.settled()
    await Conversation.objects.filter(channel=world.channel).aupdate(whole_since=copied_since)
    for _ in range(3):
        world.sim.customer_writes(chat, "answer", quoting=old)
        await world.sim.settled()
        await age(world)
        await world.ask()
    assert world.sim.calls.count("GET /messages/{message_id}") == int(is_copied)
    assert await world.windows() == []
    assert {one.text for one in await world.held()} == {"told", "answer"}


async def test_the_nightly_check_is_opted_into_and_comes_once_a_night(world: World) -> None:
    night = dt.datetime(2026, 6, 3, tzinfo=dt.UTC)

    async def at(hour: float) -> int:
        [(opened,)] = await rows(world.connections, NIGHTLY, night + dt.timedelta(hours=hour))
        return opened

    assert await at(3) == 0
    path = f"channels/{world.channel.pk}/"
    assert (await world.api("PATCH", path, {"nightly_check": True})).json()["nightly_check"] is True
    assert [await at(hour) for hour in (2.9, 5, 3, 3.5, 4.9, 27.1)] == [0, 0, 1, 0, 0, 1]
    assert (await world.api("PATCH", path, {})).status_code == 400
    changed = await world.api("PATCH", path, {"nightly_check": False, "read_receipts": "never"})
    assert (changed.json()["nightly_check"], changed.json()["read_receipts"]) == (False, "never")
    assert await at(51) == 0
