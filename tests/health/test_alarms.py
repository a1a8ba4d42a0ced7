"""Alarms: what opens and closes them, who sees them, and that browsers are told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from psycopg_pool import AsyncConnectionPool

from communications.health.channel import channel_health
from communications.health.conditions import conditions_read
from communications.models import Alarm, AuditEntry, Channel, ChannelAccess, ChannelHour, ChannelStatus
from communications.schemas.identifiers import uuid7
from communications.selectors.values import instant
from communications.tasks.health import health_measure_at
from tests.database import ScratchDatabase
from tests.inbox import (
    attendee_make,
    channel_make,
    client_of,
    conversation_make,
    intent_make,
    message_make,
    person_make,
)
from tests.ledger_rows import delivery_keep

Connections = AsyncConnectionPool[Any]
NOW = dt.datetime(2026, 11, 25, 14, 30, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
WEEK = dt.timedelta(days=7)


def weeks_of_traffic(channel: Channel, per_hour: list[int], *, until: dt.datetime) -> None:
    """So many deliveries in each hour of each week, oldest week first, up to ``until`` in the present one."""
    first = NOW.replace(minute=0) - 4 * WEEK - 3 * HOUR
    rows = []
    for number in range(4 * 7 * 24 + 4):
        starts_at = first + number * HOUR
        count = per_hour[min(number // (7 * 24), len(per_hour) - 1)]
        if starts_at < until and count:
            last = min(starts_at + HOUR * 0.99, until)
            rows.append(
                ChannelHour(
                    channel=channel,
                    starts_at=starts_at,
                    deliveries=count,
                    received=count,
                    sent=0,
                    last_at=last,
                )
            )
    ChannelHour.objects.bulk_create(rows)


@sync_to_async
def opened() -> list[tuple[str, int | None]]:
    return list(
        Alarm.objects.filter(closed_at=None).order_by("kind", "channel").values_list("kind", "channel_id")
    )


async def quiet(connections: Connections, now: dt.datetime = NOW) -> list[Any]:
    from django.conf import settings

    async with connections.connection() as connection:
        found = await conditions_read(
            connection, now=now, data_dir=settings.LANDLINE_DATA_DIR, keep_free_bytes=0
        )
    return [(one.channel_id, one.number) for one in found if one.kind == "unusually_quiet"]


async def test_a_busy_account_that_falls_silent_is_noticed_within_half_an_hour(
    connections: Connections,
) -> None:
    busy, slow, young = await sync_to_async(lambda: [channel_make() for _ in range(3)])()

    def keep() -> None:
        weeks_of_traffic(busy, [60], until=NOW - dt.timedelta(minutes=25))
        weeks_of_traffic(slow, [1], until=NOW - dt.timedelta(minutes=25))
        ChannelHour.objects.create(
            channel=young,
            starts_at=NOW - 30 * HOUR,
            deliveries=900,
            received=900,
            sent=0,
            last_at=NOW - 29 * HOUR,
        )

    await sync_to_async(keep)()
    assert await quiet(connections) == [(busy.pk, 25)]
    assert await quiet(connections, NOW - dt.timedelta(minutes=10)) == []


@pytest.mark.parametrize(
    ("weeks", "expected"),
    [([60, 60, 60, 60], True), ([60, 0, 60, 60], False), ([60, 60, 3, 60], False)],
)
async def test_what_one_of_the_weeks_was_like_is_not_unusual(
    connections: Connections, weeks: list[int], expected: bool
) -> None:
    """A floor against false alarms: the quietest of the four weeks counts, as one holiday."""
    channel = await sync_to_async(channel_make)()
    await sync_to_async(weeks_of_traffic)(channel, weeks, until=NOW - dt.timedelta(minutes=40))
    assert bool(await quiet(connections)) is expected


async def test_an_account_that_is_down_is_not_called_quiet(connections: Connections) -> None:
    channel = await sync_to_async(channel_make)()
    await sync_to_async(weeks_of_traffic)(channel, [60], until=NOW - 2 * HOUR)
    await Channel.objects.filter(pk=channel.pk).aupdate(status="credentials", status_since=NOW - HOUR)
    assert await quiet(connections) == []
    await health_measure_at(connections, NOW)
    assert await opened() == [("account_down", channel.pk)]


async def test_hours_are_counted_from_the_ledger_once(connections: Connections) -> None:
    """Whatever repeats: the same count again changes nothing, and what upstream says of the account is no sign of life."""
    now = dt.datetime.now(dt.UTC)

    def keep() -> Channel:
        channel = channel_make()
        conversation = conversation_make(channel)
        mine = message_make(conversation, direction="outbound", sent_at=now)
        theirs = message_make(conversation, sent_at=now)
        for message in (mine, theirs, theirs):
            delivery_keep(channel, message=message, received_at=now, id=uuid7())
        delivery_keep(channel, event="account_status", received_at=now)
        delivery_keep(channel, outcome="failed", received_at=now)
        return channel

    channel = await sync_to_async(keep)()
    for _ in range(2):
        await health_measure_at(connections, now)
    counted = [one async for one in ChannelHour.objects.all()]
    assert [(one.channel_id, one.deliveries, one.received, one.sent) for one in counted] == [
        (channel.pk, 3, 1, 1)
    ]
    assert counted[0].last_at == now


async def test_alarms_open_once_and_close_by_themselves(connections: Connections) -> None:
    now = dt.datetime.now(dt.UTC)

    def keep() -> tuple[Channel, Channel]:
        owner = person_make()
        down, waits = channel_make(owner), channel_make(owner)
        Channel.objects.filter(pk=down.pk).update(status="error", status_since=now)
        conversation = conversation_make(waits)
        intent_make(
            waits,
            owner,
            "send",
            conversation=conversation,
            message=message_make(conversation),
            wanted_at=now - HOUR,
            next_attempt_at=now + HOUR,
        )
        delivery_keep(waits, outcome="failed", received_at=now - HOUR)
        return down, waits

    down, waits = await sync_to_async(keep)()
    expected = [("account_down", down.pk), ("deliveries_failing", None), ("outbox_waiting", waits.pk)]
    for _ in range(3):
        await health_measure_at(connections, now)
        assert await opened() == expected
    assert await Alarm.objects.acount() == 3
    await Channel.objects.filter(pk=down.pk).aupdate(status="ok")
    await health_measure_at(connections, now)
    assert await opened() == expected[1:]
    assert await Alarm.objects.filter(kind="account_down", closed_at__isnull=False).acount() == 1


async def test_an_alarm_that_goes_on_is_no_news(connections: Connections) -> None:
    """Only what opens, closes or grows by a multiple changes the channel that browsers hold."""
    now = dt.datetime.now(dt.UTC)
    channel = await sync_to_async(channel_make)()
    await Channel.objects.filter(pk=channel.pk).aupdate(status="stopped", status_since=now)
    before = (await Channel.objects.aget()).version
    await health_measure_at(connections, now)
    opened_at = (await Channel.objects.aget()).version
    assert opened_at != before
    await health_measure_at(connections, now + HOUR)
    assert (await Channel.objects.aget()).version == opened_at


async def test_a_writer_that_holds_back_the_feed_is_named(connections: Connections) -> None:
    async with connections.connection() as holding, holding.transaction():
        await holding.execute("SELECT pg_current_xact_id()")
        await health_measure_at(connections, dt.datetime.now(dt.UTC))
        assert await opened() == []
        await health_measure_at(connections, dt.datetime.now(dt.UTC) + HOUR)
        assert await opened() == [("feed_held", None)]
    await health_measure_at(connections, dt.datetime.now(dt.UTC) + HOUR)
    assert await opened() == []


async def test_a_disk_without_room_is_an_alarm(connections: Connections, settings: Any) -> None:
    settings.LANDLINE_DATA_DIR.mkdir(parents=True, exist_ok=True)
    settings.LANDLINE_MEDIA_KEEP_FREE_BYTES = 10**18
    await health_measure_at(connections, NOW)
    assert await opened() == [("disk_full", None)]


def test_alarms_travel_in_their_channel_to_whom_they_concern(database: ScratchDatabase) -> None:
    owner, member, stranger = (person_make() for _ in range(3))
    channel = channel_make(owner, role="owner")
    ChannelAccess.objects.create(user=member, channel=channel, role="member")
    theirs = Alarm.objects.create(kind="account_down", channel=channel, reason="credentials")
    ours = Alarm.objects.create(kind="disk_full", count=5)
    Alarm.objects.create(kind="unusually_quiet", channel=channel, closed_at=NOW)

    def alarms_of(person: Any) -> list[str]:
        items = client_of(person).get("/api/v1/communications/channels/").json()["items"]
        return [alarm["id"] for channel in items for alarm in channel["alarms"]]

    assert alarms_of(owner) == [str(theirs.pk), str(ours.pk)]
    assert alarms_of(member) == [str(theirs.pk)]
    assert alarms_of(stranger) == []
    listed = client_of(owner).get("/api/v1/communications/alarms/", {"limit": 2}).json()
    assert [alarm["kind"] for alarm in listed["items"]] == ["unusually_quiet", "disk_full"]
    rest = client_of(owner).get("/api/v1/communications/alarms/", {"cursor": listed["next_cursor"]}).json()
    assert [alarm["kind"] for alarm in rest["items"]] == ["account_down"]
    assert rest["next_cursor"] is None


def test_an_alarm_is_acknowledged_by_whoever_administers_the_account(database: ScratchDatabase) -> None:
    owner, member = person_make(), person_make()
    channel = channel_make(owner, role="owner")
    ChannelAccess.objects.create(user=member, channel=channel, role="member")
    alarm = Alarm.objects.create(kind="account_down", channel=channel)
    path = f"/api/v1/communications/alarms/{alarm.pk}/acknowledge/"
    assert client_of(member).post(path).status_code == 403
    assert client_of(person_make()).post(path).status_code == 404
    first = client_of(owner).post(path).json()
    assert first["acknowledged_by"] == owner.username
    assert client_of(owner).post(path).json() == first
    assert AuditEntry.objects.filter(action="alarm_acknowledged").count() == 1


def test_the_health_of_an_account_counts_what_came(database: ScratchDatabase) -> None:
    owner = person_make()
    channel = channel_make(owner, role="owner")
    hour = NOW.replace(minute=0)
    for hours_ago, received in ((0, 5), (13, 2), (20, 1), (30, 7)):
        at = hour - hours_ago * HOUR
        ChannelHour.objects.create(
            channel=channel, starts_at=at, deliveries=9, received=received, sent=2, last_at=at
        )
    health = channel_health(channel.pk, now=NOW, utc_offset_minutes=0)
    assert [one.received for one in health.hours] == [0, 0, 0, 1, *[0] * 6, 2, *[0] * 12, 5]
    assert (health.received_today, health.sent_today) == (7, 4)
    assert channel_health(channel.pk, now=NOW, utc_offset_minutes=-180).received_today == 5
    assert channel_health(channel.pk, now=NOW, utc_offset_minutes=600).received_today == 5
    found = client_of(owner).get(f"/api/v1/communications/channels/{channel.pk}/health/").json()
    assert len(found["hours"]) == 24
    assert (found["status"], found["quiet"], found["usual_per_hour"], found["waiting"]) == (
        "ok",
        None,
        None,
        0,
    )


def test_an_account_says_whose_it_is_and_how_much_of_the_time_it_worked(database: ScratchDatabase) -> None:
    owner, other = person_make("bea"), person_make("ada")
    channel = channel_make(owner, other, role="owner")
    ChannelAccess.objects.create(user=person_make(), channel=channel, role="member")
    path = f"/api/v1/communications/channels/{channel.pk}/health/"
    nothing = client_of(owner).get(path).json()
    assert (nothing["number"], nothing["own_name"], nothing["owners"]) == (None, None, ["ada", "bea"])
    assert (nothing["uptime_30_days"], nothing["uptime_since"]) == (None, None)

    channel.own_identities = ["lid:900@lid", "phone:351910000001"]
    channel.save()
    attendee_make(channel, "Bea Sol", name_rank=3, is_self=True)
    for number, (hours_ago, status) in enumerate(
        [(40, "ok"), (36, "connecting"), (10, "credentials"), (9, "connecting"), (5, "ok")]
    ):
        ChannelStatus.objects.create(
            channel=channel, event_key=bytes([number]), at=NOW - hours_ago * HOUR, status=status
        )
    health = channel_health(channel.pk, now=NOW, utc_offset_minutes=0)
    assert (health.number, health.own_name) == ("+351910000001", "Bea Sol")
    assert (health.uptime_30_days, health.uptime_since) == (35 / 40, instant(NOW - 40 * HOUR))
    later = channel_health(channel.pk, now=NOW + 30 * 24 * HOUR - 7.5 * HOUR, utc_offset_minutes=0)
    assert later.uptime_30_days == 1 - 2.5 / (30 * 24)
    assert later.uptime_since == instant(NOW - 7.5 * HOUR)
    ChannelStatus.objects.create(channel=channel, event_key=b"down", at=NOW, status="stopped")
    assert channel_health(channel.pk, now=NOW + 60 * 24 * HOUR, utc_offset_minutes=0).uptime_30_days == 0
