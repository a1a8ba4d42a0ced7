"""Only an answer about credentials or a status event takes an account down."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from psycopg_pool import AsyncConnectionPool

from communications.models import Alarm, Channel
from communications.tasks.accounts import accounts_list
from communications.tasks.health import health_measure_at
from landline.environment import Environment
from landline.upstream import UpstreamAccess
from tests.media.conftest import media_folder
from tests.outbox.desk import Desk, desk_open
from tests.unipile.upstream_server import API_KEY, upstream_server

__all__ = ["media_folder"]


@pytest.fixture
async def desk(
    connections: AsyncConnectionPool[Any], settings: Any, media_folder: Path
) -> AsyncIterator[Desk]:
    settings.LANDLINE_SEND_PACE_PERCENT = 0
    async with desk_open(connections) as opened:
        yield opened


async def down() -> list[tuple[str, str]]:
    return [
        (alarm.kind, alarm.reason)
        async for alarm in Alarm.objects.filter(closed_at=None, kind__in=["account_down", "key_refused"])
    ]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("rate_limited", {}),
        ("error_before", {"status": 500}),
        ("error_before", {"status": 503}),
        ("html_before", {}),
        ("cut_before", {}),
        ("late", {"delay_seconds": 3}),
        ("refused", {"type": "unexpected_error"}),
    ],
)
async def test_a_failure_that_passes_takes_no_account_down(
    desk: Desk, kind: str, options: dict[str, Any]
) -> None:
    desk.fault(kind, **options)
    await desk.write()
    await desk.run()
    await health_measure_at(desk.connections, dt.datetime.now(dt.UTC))
    assert await down() == []
    assert (await Channel.objects.aget(pk=desk.channel.pk)).status == "ok"


async def test_e19_an_answer_about_credentials_is_an_alarm_until_it_works_again(desk: Desk) -> None:
    desk.fault("refused", type="disconnected_account")
    await desk.write()
    await desk.run()
    await health_measure_at(desk.connections, dt.datetime.now(dt.UTC))
    assert await down() == [("account_down", "disconnected")]
    desk.sim.account_disconnects(desk.chat.account)
    await desk.sim.settled()
    await health_measure_at(desk.connections, dt.datetime.now(dt.UTC))
    assert [kind for kind, _ in await down()] == ["account_down"]
    desk.sim.account_reconnects(desk.chat.account)
    await desk.sim.settled()
    await desk.run()
    await health_measure_at(desk.connections, dt.datetime.now(dt.UTC))
    assert await down() == []


async def test_a_refused_key_is_an_alarm_of_its_own_until_it_is_taken(
    connections: AsyncConnectionPool[Any], settings: Any, tmp_path: Path
) -> None:
    """It is told of the installation and of no account, and the minute's round leaves it as it is."""

    class Context:
        class job:  # noqa: N801 (procrastinate's name)
            id = None

    async with upstream_server() as upstream:
        settings.LANDLINE_UPSTREAM = UpstreamAccess(
            Environment({"UNIPILE_DSN": upstream.dsn, "UNIPILE_API_KEY": API_KEY}),
            kept_in=tmp_path,
            process_role="worker",
        )
        upstream.answers["GET /accounts"] = [
            (401, {"type": "errors/missing_credentials", "status": 401}),
            {"object": "AccountList", "items": [], "cursor": None},
        ]
        with pytest.raises(Exception, match="missing_credentials"):
            await accounts_list(Context())
        assert await down() == [("key_refused", "missing_credentials")]
        await health_measure_at(connections, dt.datetime.now(dt.UTC))
        assert await down() == [("key_refused", "missing_credentials")]
        await accounts_list(Context())
    assert await down() == []
