"""A paused account: nothing is sent or read for it, what comes is kept, and nobody is alarmed (issue 5, item 1)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from asgiref.sync import sync_to_async

from communications.models import Alarm, AuditEntry, Channel, ChannelAccess, Message, UpstreamRead
from communications.schemas.charges import CallHeld, charged
from communications.schemas.identifiers import uuid7
from communications.tasks.health import health_measure_at
from communications.tasks.metered import metering
from communications.tasks.upstream_reads import questions_ask
from tests.inbox import client_of, person_make
from tests.outbox.desk import Desk
from unipile.calls import CallIntent
from unipile.client import connect_client


async def pause(desk: Desk, paused: bool, person: Any = None) -> Any:
    client = await sync_to_async(client_of)(person or desk.reader)
    return await sync_to_async(client.patch)(
        f"/api/v1/communications/channels/{desk.channel.pk}/",
        {"paused": paused},
        content_type="application/json",
    )


async def test_nothing_leaves_until_somebody_resumes_it_and_what_comes_is_kept(desk: Desk) -> None:
    assert (await pause(desk, paused=True)).status_code == 403
    await ChannelAccess.objects.aupdate(role="owner")
    shown = (await pause(desk, paused=True)).json()
    assert shown["paused_at"] is not None
    document = await desk.write()
    await desk.settle()
    waiting = await desk.intent(document)
    assert (waiting.state, waiting.reason_code, desk.sent) == ("waiting", "paused", [])
    assert "paused" in waiting.reason

    await UpstreamRead.objects.acreate(
        channel=desk.channel, subject="message", external_id="m1", asked_by=uuid7()
    )
    read = len(desk.sim.calls)
    async with connect_client(desk.sim.url, desk.sim.api_key) as client:
        assert not await questions_ask(client, desk.connections)
    async with metering("repair") as meter:
        held = None
        try:
            with charged(account=desk.channel.external_account_id):
                await meter(CallIntent(reason="a comparison", method="GET", route="/messages"))
        except CallHeld as error:
            held = error.code
        await meter(CallIntent(reason="another account's", method="GET", route="/messages"))
    assert (held, len(desk.sim.calls)) == ("paused_here", read)

    desk.sim.customer_writes(desk.chat, "Está aí?")
    desk.sim.account_disconnects(desk.chat.account)
    await desk.sim.settled()
    assert await Message.objects.filter(text="Está aí?").aexists()
    await health_measure_at(desk.connections, dt.datetime.now(dt.UTC))
    assert (await Channel.objects.aget(pk=desk.channel.pk)).status == "credentials"
    assert not await Alarm.objects.aexists()

    desk.sim.account_reconnects(desk.chat.account)
    await desk.sim.settled()
    assert (await pause(desk, paused=False)).json()["paused_at"] is None
    await desk.settle()
    assert desk.sent == ["Olá"]
    noted = [entry.result async for entry in AuditEntry.objects.filter(action="paused").order_by("pk")]
    assert noted == ["paused", "resumed"]
    stranger = await sync_to_async(person_make)()
    assert (await pause(desk, paused=True, person=stranger)).status_code == 404
