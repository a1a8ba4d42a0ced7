"""Whatever dialect an account speaks, each of its webhooks is understood, and tells the same."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from communications.schemas.deliveries import Reading
from communications.webhooks.handlers.reading import delivery_read
from simulator import Simulator, creation
from simulator.dialects import DIALECTS, dialect_named
from simulator.webhooks.registrations import EVENTS

TOKEN = re.compile(r"\{\{[^{}]+\}\}")
NOWHERE = "http://127.0.0.1:9/"


async def readings(dialect: str) -> dict[tuple[str, str], Reading]:
    """What is read of a conversation in which everything happens: by event and message."""
    async with Simulator(seed=5, retry_delays_seconds=()) as sim:
        account = sim.account()
        sim.webhook(NOWHERE, events=EVENTS["messaging"])
        sim.webhook(NOWHERE, source="account_status", events=EVENTS["account_status"])
        account.dialect = dialect_named(dialect)
        ana = sim.contact(account, "Ana", phone_number="+34600000118")
        chat, world = sim.direct_chat(ana), sim.world
        group = sim.group_chat(account, "Move", [ana, sim.contact(account, "Rui")])
        asked = sim.customer_writes(chat, "Where is it?", attachments=[creation.photo(world, 1)])
        own = sim.phone_writes(chat, "Here", quoting=asked)
        sim.customer_receives(own)
        sim.customer_reads(own)
        sim.customer_edits(asked, "Where?")
        sim.customer_deletes(sim.customer_writes(chat, "oops"))
        sim.customer_writes(group, "hi", sender=group.members[1], attachments=[creation.voice_note(world, 3)])
        sim.events.group_rename(group, "Moved")
        # Last, for in some dialects they are messages themselves.
        sim.customer_reacts(own, "👍")
        sim.customer_reacts(own, "")
        sim.account_disconnects(account)
        sim.account_reconnects(account)
        now = dt.datetime.now(dt.UTC)
        return {
            (one.event, one.message_id or str(one.number)): delivery_read(one.body, now)
            for one in sim.deliveries
            if one.event != "creation_success"
        }


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_each_webhook_is_understood(dialect: str) -> None:
    read, live = await readings(dialect), await readings("live")
    puzzled = {key: (one.settled, one.reason) for key, one in read.items() if one.fact is None}
    assert puzzled == {}
    same = {key for key in read if key in live}
    assert len(same) >= 9
    for key in same:
        assert type(read[key].fact) is type(live[key].fact)
        assert told(read[key]) == told(live[key])


def told(reading: Reading) -> Any:
    """What must not depend on the spelling."""
    message = getattr(reading.fact, "message", None)
    if message is None:
        return getattr(reading.fact, "external_message_id", None)
    return (message.external_message_id, TOKEN.sub("…", message.text), len(message.attachments))


@pytest.mark.parametrize(
    "kind", ["v2_message", "v2_read", "nothing", "broken_json", "array", "string", "empty"]
)
async def test_odd_bodies_tell_nothing(kind: str) -> None:
    async with Simulator(seed=5, retry_delays_seconds=()) as sim:
        sim.webhook(NOWHERE)
        sim.oddity(sim.account(), kind)
        (delivery,) = sim.deliveries
        reading = delivery_read(delivery.body, dt.datetime.now(dt.UTC))
    assert reading.fact is None
    assert reading.settled in {"ignored", "quarantined"}
    assert reading.reason
