"""``landline rebuild --check``, as a program of its own beside the others."""

from __future__ import annotations

import asyncio

from communications.refold.rebuild.scratch import SCHEMA
from tests.ingest.deliveries import channel_make, deliver
from tests.processes import Processes, wait_until
from tests.webhooks.bodies import ACCOUNT, message_of_chat


async def finished(processes: Processes, *arguments: str) -> tuple[int, str]:
    process = processes.start("rebuild", "--check", *arguments)
    return await asyncio.to_thread(process.wait, seconds=120), process.output


# What writers of the account take in the scratch tables.
ITS_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('landline rebuild', hashtextextended(%s, 0)))"


def killed_in_the_middle(owner, processes: Processes) -> None:
    """It waits for its turn meanwhile."""
    with owner.transaction():
        owner.execute(ITS_TURN, (ACCOUNT,))
        process = processes.start("rebuild", "--check")
        wait_until(lambda: schema_is_there(owner))
        process.kill()


def schema_is_there(owner) -> bool:
    return owner.execute("SELECT count(*) FROM pg_namespace WHERE nspname = %s", (SCHEMA,)).fetchone() == (1,)


async def test_a_check_ends_with_what_it_found_and_a_killed_one_leaves_nothing_for_long(
    connections, database, processes
):
    await channel_make(connections, ACCOUNT)
    code, output = await finished(processes)
    assert (code, "Nothing could be compared" in output) == (2, True), output

    await deliver(connections, *(message_of_chat(number) for number in range(30)))
    with database.owner_connection() as owner:
        await asyncio.to_thread(killed_in_the_middle, owner, processes)
        assert schema_is_there(owner)
        assert await deliver(connections, message_of_chat(30)) == {"applied": 1}
        code, output = await finished(processes, "--seed", "7")
        assert code == 0, output
        assert "messages: 31 compared, 0 differ" in output
        assert not schema_is_there(owner)
        owner.execute("UPDATE communications_message SET text = 'tampered' WHERE id = 3")
    code, output = await finished(processes)
    assert code == 1, output
    assert 'text is "tampered", the ledger says "' in output
