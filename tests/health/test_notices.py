"""Alarms by e-mail and webhook: once, with reminders while nobody sees to it, tried until taken."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core import mail
from psycopg_pool import AsyncConnectionPool

from communications.models import Alarm, AlarmNotice, Channel
from communications.tasks.alarm_notices import alarm_notices_send_at
from tests.inbox import channel_make
from tests.unipile.upstream_server import upstream_server

Connections = AsyncConnectionPool[Any]
DAY = dt.timedelta(days=1)


@sync_to_async
def alarm_of_shop() -> Alarm:
    channel = channel_make()
    Channel.objects.filter(pk=channel.pk).update(name="Shop")
    alarm = Alarm.objects.create(kind="account_down", channel=channel, reason="credentials")
    alarm.refresh_from_db()
    return alarm


async def test_an_alarm_is_told_once_reminded_of_daily_and_told_to_be_over(
    connections: Connections, settings: Any
) -> None:
    settings.LANDLINE_ALARM_EMAIL = ("owner@example.org",)
    alarm = await alarm_of_shop()
    await alarm_notices_send_at(connections, alarm.opened_at + dt.timedelta(seconds=60))
    assert mail.outbox == []
    moment = alarm.opened_at + dt.timedelta(seconds=150)
    for _ in range(3):
        await alarm_notices_send_at(connections, moment)
    assert [one.subject for one in mail.outbox] == ["Shop is not connected"]
    assert "Reason: credentials." in mail.outbox[0].body
    for hours in (25, 26, 49):
        await alarm_notices_send_at(connections, moment + dt.timedelta(hours=hours))
    assert [one.subject for one in mail.outbox[1:]] == ["Still: Shop is not connected"] * 2
    await Alarm.objects.aupdate(acknowledged_at=moment)
    await alarm_notices_send_at(connections, moment + 4 * DAY)
    assert len(mail.outbox) == 3
    await Alarm.objects.aupdate(closed_at=moment + 4 * DAY)
    for _ in range(2):
        await alarm_notices_send_at(connections, moment + 4 * DAY)
    assert [one.subject for one in mail.outbox[3:]] == ["Over: Shop is not connected"]


async def test_what_is_over_before_it_is_told_is_not_told(connections: Connections, settings: Any) -> None:
    settings.LANDLINE_ALARM_EMAIL = ("owner@example.org",)
    alarm = await alarm_of_shop()
    await Alarm.objects.aupdate(closed_at=alarm.opened_at + dt.timedelta(seconds=100))
    await alarm_notices_send_at(connections, alarm.opened_at + dt.timedelta(seconds=150))
    assert mail.outbox == []
    assert await AlarmNotice.objects.acount() == 0


async def test_the_owners_webhook_is_tried_until_it_takes_it(connections: Connections, settings: Any) -> None:
    alarm = await alarm_of_shop()
    moment = alarm.opened_at + dt.timedelta(seconds=150)
    async with upstream_server() as receiver:
        settings.LANDLINE_ALARM_WEBHOOK_URL = f"{receiver.dsn}/api/v1/alarms?key=1"
        receiver.answers["POST /alarms"] = [
            (500, {}),
            (302, b"", {"Location": f"{receiver.dsn}/api/v1/elsewhere"}),
            {},
        ]
        for minutes in (0, 0, 2, 5, 60):
            await alarm_notices_send_at(connections, moment + dt.timedelta(minutes=minutes))
        assert [asked.path for asked in receiver.asked] == ["/api/v1/alarms"] * 3
        told = json.loads(receiver.asked[-1].body)
    assert (told["what"], told["alarm"]["kind"], told["alarm"]["account"]) == (
        "opened",
        "account_down",
        "Shop",
    )
    assert len({asked.headers["Idempotency-Key"] for asked in receiver.asked}) == 1


@pytest.mark.parametrize(
    "address", ["http://example.org/", "https://10.0.0.8/hook", "ftp://example.org/", "nowhere"]
)
async def test_s16_no_alarm_goes_where_nothing_may_go(
    connections: Connections, settings: Any, address: str
) -> None:
    settings.LANDLINE_ALARM_WEBHOOK_URL = address
    alarm = await alarm_of_shop()
    await alarm_notices_send_at(connections, alarm.opened_at + dt.timedelta(seconds=150))
    notice = await AlarmNotice.objects.aget()
    assert (notice.sent_at, notice.attempts, notice.failure) == (None, 1, "DsnError")
