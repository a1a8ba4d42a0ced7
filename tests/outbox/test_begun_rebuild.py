"""What people begin here is no fact until upstream has shown it: a check leaves it out, and compares it afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import AsyncConnection

from simulator.habits import Echo, Habits
from tests.database import ScratchDatabase
from tests.ingest.test_rebuild import check, differing
from tests.outbox.desk import Desk
from tests.outbox.test_new_conversations import PHONE, begin, known_there


def of_conversations(found: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Without the time line of the account, which began before its channel was there."""
    return {one for one in found if one != ("channel", "time_line")}


@pytest.mark.parametrize("echo", [Echo.BEFORE, Echo.AFTER])
@pytest.mark.parametrize("is_group", [False, True])
async def test_a_check_finds_no_difference_before_and_after(
    desk: Desk, database: ScratchDatabase, echo: Echo, is_group: bool
) -> None:
    known_there(desk)
    desk.sim.habits = Habits(echo=echo)
    wanted: dict[str, Any] = {"phones": [PHONE]}
    if is_group:
        wanted |= {"attendee_ids": [str(desk.conversation.contact_id)], "title": "Jantar"}
    assert (await begin(desk, **wanted)).status_code == 201
    async with await AsyncConnection.connect(database.owner_url, autocommit=True) as owner:
        assert of_conversations(differing(await check(owner, desk.connections))) == set()
        await desk.settle()
        assert desk.sent == ["Bom dia"]
        assert of_conversations(differing(await check(owner, desk.connections))) == set()
