"""Where Unipile delivers to: registered by us, compared with what is wanted, and never anybody else's."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from structlog.testing import capture_logs

from communications.models import Alarm, Channel, WebhooksChecked
from communications.schemas.webhooks import SOURCES
from communications.tasks.registrations import EVENTS
from communications.tasks.webhooks import webhooks_check
from landline.environment import Environment, PublicUrl
from landline.upstream import UpstreamAccess
from simulator.model import Webhook
from simulator.simulator import Simulator
from simulator.webhooks.registrations import EVENTS as EVENTS_UPSTREAM
from simulator.webhooks.registrations import webhook_register
from tests.accounts.desk import SetupDesk, setup_desk_open
from tests.processes import Processes

ORIGIN = "https://inbox.example"
ADDRESS = f"{ORIGIN}/api/v1/webhooks/unipile/"
SECRET = "canary-secret-" + "0" * 32


@pytest.fixture
async def desk(connections: Any, settings: Any) -> AsyncIterator[SetupDesk]:
    address_set(settings, ORIGIN)
    settings.LANDLINE_WEBHOOK_SECRETS = (SECRET,)
    async with Simulator(retry_delays_seconds=()) as sim, setup_desk_open(connections, sim) as opened:
        yield opened


def address_set(settings: Any, origin: str) -> None:
    settings.LANDLINE_PUBLIC_URL = PublicUrl("https", origin.removeprefix("https://"), origin)
    settings.LANDLINE_DELIVERIES_ORIGIN = origin


def foreign(sim: Simulator, **fields: Any) -> Webhook:
    """Made by hand: without our part it would serve."""
    given: dict[str, Any] = {
        "source": "messaging",
        "events": EVENTS_UPSTREAM["messaging"],
        "headers": [("Unipile-Auth", SECRET)],
        **fields,
    }
    return webhook_register(sim.world, given.pop("request_url", ADDRESS), **given)


def served(shown: dict[str, Any]) -> dict[str, str | None]:
    return {one["source"]: one["problem"] for one in shown["sources"]}


@sync_to_async
def alarms() -> list[tuple[str, int | None, str]]:
    held = Alarm.objects.filter(closed_at=None, kind="webhooks_missing")
    return [(one.kind, one.count, one.reason) for one in held]


def test_what_is_wanted_is_all_that_upstream_offers() -> None:
    assert set(SOURCES) == set(EVENTS)
    for source, events in EVENTS.items():
        assert sorted(events) == sorted(EVENTS_UPSTREAM[source.value])


async def test_every_source_is_registered_with_every_event_and_the_secret(
    desk: SetupDesk, settings: Any, tmp_path: Path
) -> None:
    assert (await desk.webhooks())["checked_at"] is None
    settings.LANDLINE_UPSTREAM = UpstreamAccess(
        Environment({"UNIPILE_DSN": desk.sim.url, "UNIPILE_API_KEY": desk.sim.api_key}),
        kept_in=tmp_path,
        process_role="worker",
    )
    assert (await desk.ask("GET", "")).json()["next"] == "webhooks"
    await desk.act("webhooks_check")
    assert served(await desk.webhooks()) == dict.fromkeys(SOURCES, "missing")
    assert (await desk.ask("GET", "")).json()["next"] == "webhooks"
    assert await alarms() == [("webhooks_missing", 4, "missing")]
    with capture_logs() as logs:
        assert (await desk.act("webhooks_register"))["state"] == "done"
    held = {one.source: one for one in desk.sim.world.webhooks.values()}
    assert set(held) == set(SOURCES)
    for source, webhook in held.items():
        assert sorted(webhook.events) == sorted(EVENTS_UPSTREAM[source])
        assert webhook.request_url == ADDRESS
        assert dict(webhook.headers) == {"Content-Type": "application/json", "Unipile-Auth": SECRET}
        assert (webhook.account_ids, webhook.enabled, webhook.fields) == ([], True, None)
    shown = await desk.webhooks()
    assert served(shown) == dict.fromkeys(SOURCES)
    assert all(one["is_ours"] and not one["problems"] for one in shown["webhooks"])
    assert await alarms() == []
    assert (await desk.ask("GET", "")).json()["next"] is None
    assert SECRET not in f"{logs}{shown}"

    before = list(desk.sim.world.webhooks)
    await desk.act("webhooks_register")
    assert list(desk.sim.world.webhooks) == before


@pytest.mark.parametrize(
    ("spoilt", "problem"),
    [
        ({"events": ["message_received"]}, "events_missing"),
        ({"enabled": False}, "disabled"),
        ({"headers": [("Unipile-Auth", "another secret")]}, "wrong_secret"),
        ({"headers": []}, "wrong_secret"),
        ({"account_ids": ["some"]}, "some_accounts"),
        ({"body_format": "form"}, "not_json"),
        ({"request_url": "https://elsewhere.example/hook"}, "missing"),
    ],
)
async def test_a_drift_is_named_and_mended_only_for_a_person_who_asks(
    desk: SetupDesk, spoilt: dict[str, Any], problem: str
) -> None:
    await desk.act("webhooks_register")
    world = desk.sim.world
    (ours,) = [one for one in world.webhooks.values() if one.source == "messaging"]
    del world.webhooks[ours.id]
    if spoilt.get("account_ids"):
        spoilt = {"account_ids": [desk.sim.account().id]}
    made = foreign(desk.sim, **spoilt)
    before = list(world.webhooks)
    await webhooks_check(desk.client, desk.connections, reason="a worker starts", renews_ours=True)
    assert list(world.webhooks) == before
    shown = await desk.webhooks()
    assert served(shown) == {**dict.fromkeys(SOURCES), "messaging": problem}
    assert await alarms() == [("webhooks_missing", 1, problem)]
    named = [one for one in shown["webhooks"] if one["id"] == made.id]
    assert [one["is_ours"] for one in named] == ([] if problem == "missing" else [False])
    if problem == "events_missing":
        assert named[0]["events_missing"] == sorted(
            set(EVENTS_UPSTREAM["messaging"]) - {"message_received"},
            key=EVENTS_UPSTREAM["messaging"].index,
        )

    await desk.act("webhooks_register")
    assert served(await desk.webhooks()) == dict.fromkeys(SOURCES)
    assert (made.id in world.webhooks) is (problem == "missing")
    assert await alarms() == []


async def test_a_second_one_that_tells_the_same_is_extra(desk: SetupDesk) -> None:
    await desk.act("webhooks_register")
    made, other = foreign(desk.sim, name="by hand"), foreign(desk.sim, source="calendar_event", events=None)
    await desk.act("webhooks_check")
    shown = await desk.webhooks()
    problems = {one["id"]: one["problems"] for one in shown["webhooks"] if not one["is_ours"]}
    assert problems == {made.id: ["extra"], other.id: []}
    assert await alarms() == []
    await desk.act("webhooks_register")
    assert made.id not in desk.sim.world.webhooks
    assert other.id in desk.sim.world.webhooks


async def test_what_somebody_made_by_hand_serves_as_well(desk: SetupDesk) -> None:
    made = foreign(desk.sim, request_url=ADDRESS.removesuffix("/"))
    await desk.act("webhooks_register")
    sources = sorted(one.source for one in desk.sim.world.webhooks.values())
    assert (made.id in desk.sim.world.webhooks, sources) == (True, sorted(SOURCES))


async def test_another_secret_is_registered_when_the_worker_starts_with_it(
    desk: SetupDesk, settings: Any
) -> None:
    elsewhere = foreign(desk.sim, request_url="https://elsewhere.example/")
    await desk.act("webhooks_register")
    settings.LANDLINE_WEBHOOK_SECRETS = ("the next " + "1" * 32, SECRET)
    for _ in range(2):
        await webhooks_check(desk.client, desk.connections, reason="a worker starts", renews_ours=True)
    ours = [one for one in desk.sim.world.webhooks.values() if one is not elsewhere]
    assert len(ours) == len(SOURCES)
    assert {dict(one.headers)["Unipile-Auth"] for one in ours} == {settings.LANDLINE_WEBHOOK_SECRETS[0]}
    assert elsewhere.id in desk.sim.world.webhooks
    assert served(await desk.webhooks()) == dict.fromkeys(SOURCES)


async def test_another_address_is_registered_and_the_earlier_one_goes_when_somebody_asks(
    desk: SetupDesk, settings: Any
) -> None:
    await desk.act("webhooks_register")
    address_set(settings, "https://new.example")
    for _ in range(2):
        await webhooks_check(desk.client, desk.connections, reason="a worker starts", renews_ours=True)
    shown = await desk.webhooks()
    assert served(shown) == dict.fromkeys(SOURCES)
    assert sorted(one["problems"] for one in shown["webhooks"]) == [[]] * 4 + [["wrong_address"]] * 4
    await desk.act("webhooks_register")
    held = [one.request_url for one in desk.sim.world.webhooks.values()]
    assert held == ["https://new.example/api/v1/webhooks/unipile/"] * 4


async def test_without_a_public_address_nothing_is_registered_and_it_is_said(
    desk: SetupDesk, settings: Any
) -> None:
    settings.LANDLINE_PUBLIC_URL = None
    await webhooks_check(desk.client, desk.connections, reason="a worker starts", renews_ours=True)
    assert await alarms() == [("webhooks_missing", 4, "no_address")]
    act = await desk.act("webhooks_register")
    assert (act["state"], act["reason_code"]) == ("failed", "no_address")
    assert "PUBLIC_URL" in act["reason"]
    assert (await desk.webhooks())["address"] is None
    assert len(desk.sim.calls) == 0


async def test_the_command_shows_and_registers(desk: SetupDesk, tmp_path: Path) -> None:
    async def run(*arguments: str) -> tuple[int, str]:
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "landline", "webhooks", *arguments],
            capture_output=True,
            text=True,
            check=False,
            env={
                **os.environ,
                "UNIPILE_DSN": desk.sim.url,
                "UNIPILE_API_KEY": desk.sim.api_key,
                "PUBLIC_URL": ORIGIN,
                "LANDLINE_DATA_DIR": str(tmp_path),
            },
        )
        return done.returncode, done.stdout

    code, told = await run()
    assert (code, f"Deliveries go to {ADDRESS}." in told, told.count("not registered")) == (1, True, 4)
    code, told = await run("--register")
    assert (code, told.count("told to us"), len(desk.sim.world.webhooks)) == (0, 4, 4)


async def test_owners_see_to_it(desk: SetupDesk) -> None:
    channel = await Channel.objects.afirst()
    for path in ("webhooks/", "reachability/"):
        assert (await desk.ask("GET", path)).status_code == 200
        assert (await desk.ask("GET", path, person=desk.member)).status_code == 404
    assert channel is not None
    made = await desk.ask("POST", "acts/", person=desk.member, act="probe")
    assert made.status_code == 403


async def test_f11_a_worker_looks_once_when_it_starts_and_replaces_what_is_outdated(
    desk: SetupDesk, processes: Processes, tmp_path: Path
) -> None:
    """Nobody asks: what was registered with an earlier secret is registered with the present one."""
    await desk.act("webhooks_register")
    asked = [call.endpoint for call in desk.sim.calls].count("GET /webhooks")
    await WebhooksChecked.objects.all().adelete()
    worker = await asyncio.to_thread(
        processes.worker,
        UNIPILE_DSN=desk.sim.url,
        UNIPILE_API_KEY=desk.sim.api_key,
        PUBLIC_URL=ORIGIN,
        LANDLINE_DATA_DIR=str(tmp_path),
        LANDLINE_WEBHOOK_SECRET="the-next-" + "1" * 32,
    )
    async with asyncio.timeout(60):
        while not await WebhooksChecked.objects.aexists():
            await asyncio.sleep(0.05)
    await asyncio.to_thread(worker.stop)
    secrets = {dict(one.headers)["Unipile-Auth"] for one in desk.sim.world.webhooks.values()}
    assert (secrets, len(desk.sim.world.webhooks)) == ({"the-next-" + "1" * 32}, 4)
    assert [call.endpoint for call in desk.sim.calls].count("GET /webhooks") == asked + 2
