"""``landline doctor``: what is well, what is not, and what to do."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from asgiref.sync import sync_to_async

from communications.models import Alarm, Channel, UpstreamWebhook, WebhookDelivery, WebhooksChecked
from communications.schemas.identifiers import uuid7
from communications.schemas.webhooks import SOURCES
from landline.doctor import REMEDIES
from tests.database import ScratchDatabase
from tests.inbox import channel_make
from tests.processes import Processes, free_port
from tests.unipile.upstream_server import API_KEY, upstream_server


def examine(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "landline", "doctor", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **variables},
    )


def levels(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return {one["check"]: one["level"] for one in json.loads(done.stdout)["findings"]}


async def test_a_working_installation_is_well(
    database: ScratchDatabase, processes: Processes, tmp_path: Path
) -> None:
    def keep() -> None:
        channel = channel_make()
        Channel.objects.filter(pk=channel.pk).update(name="Shop")
        WebhookDelivery.objects.create(
            id=uuid7(),
            source="webhook",
            received_at=dt.datetime.now(dt.UTC),
            sha256=b"",
            size_bytes=0,
            outcome="applied",
            channel_id=channel.pk,
        )
        WebhooksChecked.objects.create(checked_at=dt.datetime.now(dt.UTC))
        for source in SOURCES:
            UpstreamWebhook.objects.create(external_webhook_id=source, source=source)

    await sync_to_async(keep)()
    server = await asyncio.to_thread(processes.web)
    async with upstream_server() as upstream:
        upstream.answers["GET /accounts"] = {"object": "AccountList", "items": [], "cursor": None}
        done = await asyncio.to_thread(
            examine,
            "--json",
            UNIPILE_DSN=upstream.dsn,
            UNIPILE_API_KEY=API_KEY,
            LANDLINE_DATA_DIR=str(tmp_path),
            PUBLIC_URL=server.url,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    found = levels(done)
    assert set(found.values()) == {"ok"}, done.stdout
    assert {
        "database",
        "writers",
        "Unipile",
        "clock",
        "reachability",
        "webhooks",
        "queue",
        "disk",
        "account Shop",
    } <= set(found)
    assert API_KEY not in done.stdout + done.stderr


async def test_what_is_wrong_is_named_with_what_to_do(database: ScratchDatabase, tmp_path: Path) -> None:
    def keep() -> None:
        channel = channel_make()
        Channel.objects.filter(pk=channel.pk).update(name="Shop", status="credentials")
        Alarm.objects.create(kind="account_down", channel=channel)
        Alarm.objects.create(kind="feed_held")
        Alarm.objects.create(kind="webhooks_missing", reason="disabled")
        WebhooksChecked.objects.create(checked_at=dt.datetime.now(dt.UTC))
        for source in SOURCES[1:]:
            UpstreamWebhook.objects.create(external_webhook_id=source, source=source)
        UpstreamWebhook.objects.create(external_webhook_id="off", source=SOURCES[0], problems=["disabled"])

    await sync_to_async(keep)()
    async with upstream_server() as upstream:
        upstream.answers["GET /accounts"] = (401, {})
        asked: dict[str, Any] = {
            "UNIPILE_DSN": upstream.dsn,
            "UNIPILE_API_KEY": API_KEY,
            "LANDLINE_DATA_DIR": str(tmp_path),
            "PUBLIC_URL": f"http://127.0.0.1:{free_port()}",
        }
        done = await asyncio.to_thread(examine, **asked)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert "fail  account Shop: credentials, no delivery yet, account down" in lines
    assert "fail  Unipile: wrong key" in lines
    assert "fail  alarm: feed held" in lines
    assert "      Connect it again on the page Accounts." in lines
    assert "      End the long transaction: PostgreSQL's pg_stat_activity names it." in lines
    assert "fail  reachability: refused" in lines
    assert "fail  webhooks: messaging disabled" in lines
    assert all(
        lines[number + 1].startswith("      ")
        for number, line in enumerate(lines)
        if line[:4] != "ok  " and line[0] != " "
    )


def test_a_database_that_is_not_there_is_said_once_and_the_rest_is_still_looked_at(tmp_path: Path) -> None:
    done = examine(
        "--json",
        DATABASE_URL="postgresql://nobody@127.0.0.1:1/none",
        LANDLINE_DATABASE_OWNER_URL="",
        LANDLINE_DATA_DIR=str(tmp_path),
    )
    assert done.returncode == 1, done.stderr
    found = levels(done)
    assert found["public address"] == "warn"
    assert (found["database"], found["queue"], found["disk"], found["configuration"]) == (
        "fail",
        "fail",
        "ok",
        "ok",
    )


def test_every_alarm_has_a_remedy() -> None:
    assert REMEDIES.keys() == set(Alarm.Kind.values)
