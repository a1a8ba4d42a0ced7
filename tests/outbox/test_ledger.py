"""What was sent is in the ledger, and the ledger folded again says the same."""

from __future__ import annotations

import json
from typing import Any

from psycopg import AsyncConnection

from communications.refold.replay import deliveries_replay
from communications.refold.selection import DeliverySelection
from simulator.habits import Echo, Habits
from tests.database import ScratchDatabase
from tests.ingest.deliveries import rows
from tests.ingest.test_rebuild import check, compared, differing
from tests.outbox.desk import Desk
from tests.outbox.test_binding import with_another_text

ANSWERS = """
SELECT delivery.event, delivery.outcome, delivery.message_id, body.raw FROM communications_webhookdelivery AS delivery
JOIN communications_webhookbody AS body ON body.delivery_id = delivery.id WHERE delivery.source = 'api' ORDER BY delivery.id
"""


async def a_day(desk: Desk) -> list[dict[str, Any]]:
    """Messages that arrived in every way, and some that did not."""
    documents = []
    for number, (fault, echo) in enumerate(
        [
            (None, "after"),
            ("cut_after", "after"),
            ("error_after", "never"),
            ("null_id", "before"),
            ("cut_before", "never"),
        ]
    ):
        if fault is not None:
            desk.fault(fault, echo=echo)
        documents.append(await desk.write(f"message {number}"))
        await desk.settle()
    return documents


async def test_the_answer_is_kept_without_text_and_without_key(desk: Desk) -> None:
    document = await desk.write("a secret word")
    await desk.settle()
    ((event, outcome, message_id, raw),) = await rows(desk.connections, ANSWERS)
    assert (event, outcome, message_id) == ("api_sent", "applied", int(document["id"]))
    told = json.loads(bytes(raw))
    assert told["answer"]["message_id"] == next(iter(desk.sim.sent)).message_id
    assert told["asked"]["characters"] == len("a secret word")
    assert b"secret" not in bytes(raw)
    assert desk.sim.api_key.encode() not in bytes(raw)


async def test_rebuilding_says_the_same_of_what_upstream_has_shown(
    desk: Desk, database: ScratchDatabase
) -> None:
    await a_day(desk)
    desk.sim.habits = Habits(echo=Echo.BEFORE)
    desk.rewrite = with_another_text
    await desk.decide(str((await desk.own())[-1].pk), "discard")
    await desk.write("unlike")
    await desk.settle()
    sent = desk.sim.world.message_find(next(iter(desk.sim.sent)).message_id)
    assert sent is not None
    desk.sim.customer_reads(sent)
    await desk.sim.settled()
    async with await AsyncConnection.connect(database.owner_url, autocommit=True) as owner:
        done = await check(owner, desk.connections)
    assert differing(done) == set()
    assert compared(done)["message"] == 6


async def test_folding_everything_again_changes_nothing(desk: Desk) -> None:
    await a_day(desk)
    facts = "SELECT id, external_message_id, status, text, sent_at, version FROM communications_message ORDER BY id"
    intents = "SELECT id, state, outcome, evidence, answered_id FROM communications_intent ORDER BY id"
    before = (await rows(desk.connections, facts), await rows(desk.connections, intents))
    await deliveries_replay(desk.connections, DeliverySelection(account=desk.channel.external_account_id))
    after = (await rows(desk.connections, facts), await rows(desk.connections, intents))
    assert [row[:-1] for row in after[0]] == [row[:-1] for row in before[0]]
    assert after[1] == before[1]
    assert [row.status for row in await desk.own()] == ["sent"] * 4 + ["unconfirmed"]
