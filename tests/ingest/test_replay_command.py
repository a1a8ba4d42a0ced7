"""``landline replay``, as a program of its own beside the others."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from communications.ingest.record import record
from tests.ingest.deliveries import channel_make, delivery_of, rows
from tests.processes import Processes
from tests.webhooks.bodies import ACCOUNT, message_of_chat

OUTCOMES = "SELECT outcome, count(*) FROM communications_webhookdelivery GROUP BY outcome ORDER BY outcome"


@pytest.fixture
async def ledger(connections) -> None:
    """Eight deliveries that an older version ignored, one of them for the second time, and one that nobody can read."""
    await channel_make(connections, ACCOUNT)
    for number in (*range(7), 0):
        known_now = delivery_of(message_of_chat(number))
        unread = msgspec.structs.replace(
            known_now.reading, settled="ignored", reason="unknown event", fact=None
        )
        await record(connections, [msgspec.structs.replace(known_now, reading=unread)])
    await record(connections, [delivery_of(b"no JSON")])


async def finished(processes: Processes, *arguments: str) -> tuple[int, str]:
    process = processes.start("replay", *arguments)
    return await asyncio.to_thread(process.wait, seconds=120), process.output


async def test_a16_a_dry_run_tells_what_a_replay_then_does(connections, ledger, processes):
    code, output = await finished(processes, "--outcome", "ignored", "--dry-run")
    assert code == 0, output
    assert "8 deliveries are selected: 8 ignored." in output
    assert "They would become: 7 applied, 1 duplicate." in output
    assert "applied +7, duplicate +1, ignored -8. Nothing was changed." in output
    assert await rows(connections, OUTCOMES) == [("ignored", 8), ("quarantined", 1)]
    assert await rows(connections, "SELECT count(*) FROM communications_message") == [(0,)]

    code, output = await finished(processes, "--outcome", "ignored")
    assert code == 0, output
    assert "They are now: 7 applied, 1 duplicate." in output
    assert await rows(connections, OUTCOMES) == [("applied", 7), ("duplicate", 1), ("quarantined", 1)]
    assert await rows(connections, "SELECT unread_count FROM communications_conversation") == [(7,)]


async def test_a_replay_says_what_has_no_body_and_ends_with_1_where_one_fails(
    connections, ledger, processes, database
):
    with database.owner_connection() as owner:
        owner.execute(
            "DELETE FROM communications_webhookbody USING communications_webhookdelivery AS delivery "
            "WHERE delivery_id = delivery.id AND outcome = 'quarantined'"
        )
        owner.execute("ALTER TABLE communications_message ADD CONSTRAINT fault CHECK (text = '')")
        try:
            code, output = await finished(processes, "--all")
        finally:
            owner.execute("ALTER TABLE communications_message DROP CONSTRAINT fault")
    assert code == 1, output
    assert "1 more have no body any more and cannot be folded." in output
    assert "They are now: 8 failed." in output


async def test_a_killed_replay_leaves_nothing_half_done_and_the_next_one_ends_it(
    connections, ledger, processes
):
    killed = processes.start("replay", "--all")
    await asyncio.to_thread(killed.wait_for_output, "deliveries are selected")
    killed.kill()
    code, output = await finished(processes, "--all")
    assert code == 0, output
    assert await rows(connections, OUTCOMES) == [("applied", 7), ("duplicate", 1), ("quarantined", 1)]
    assert await rows(connections, "SELECT unread_count FROM communications_conversation") == [(7,)]
