"""A name is looked up in its own account only, whatever the planner knew when it planned."""

from __future__ import annotations

import psycopg
import pytest

from communications.schemas.connections import PLANNED_ONCE, connection_pool
from tests.database import ScratchDatabase
from tests.ingest.deliveries import channel_make, deliver, deliver_together, rows
from tests.webhooks.bodies import ACCOUNT, whatsapp_message

ACCOUNTS = 40
CHATS = 250
DELIVERIES = 10

SEARCHES = """
SELECT indexrelname, idx_scan FROM pg_stat_user_indexes
WHERE indexrelname IN ('conversation_alias_unique', 'message_external_id_unique', 'attendee_provider_id_unique')
"""


@pytest.fixture
async def connections(database: ScratchDatabase):
    """One connection, whose plans stay: planned as the server's, and patient."""
    patience_ms = 60_000
    async with connection_pool(
        "fold",
        max_size=1,
        lock_timeout_ms=patience_ms,
        statement_timeout_ms=patience_ms,
        planner=PLANNED_ONCE,
    ) as pool:
        yield pool


@pytest.fixture
def owner(database: ScratchDatabase):
    with database.owner_connection() as connection:
        yield connection


def of_chat(number: int) -> object:
    """A message in a chat, and by a person, of its own."""
    lid = f"2099{700_000_000 + number}@lid"
    contact = {
        "attendee_id": f"contact{number}",
        "attendee_provider_id": lid,
        "attendee_name": f"Contact {number}",
    }
    return whatsapp_message(
        f"early{number}",
        sender=contact,
        attendees=[contact],
        chat_id=f"chat{number}",
        provider_chat_id=lid,
    )


async def searches(connections, owner: psycopg.Connection) -> dict[str, int]:
    """How often each index of what upstream names was searched so far."""
    await rows(connections, "SELECT pg_stat_force_next_flush()")
    return dict(owner.execute(SEARCHES).fetchall())


async def searches_of_deliveries(connections, owner: psycopg.Connection, name: str) -> dict[str, int]:
    before = await searches(connections, owner)
    await deliver(connections, *(whatsapp_message(f"{name}{number}") for number in range(DELIVERIES)))
    return {index: total - before[index] for index, total in (await searches(connections, owner)).items()}


async def test_a_plan_from_a_time_of_one_account_looks_into_no_other_account_later(connections, owner):
    await channel_make(connections, ACCOUNT)
    await deliver_together(connections, (of_chat(number) for number in range(CHATS)))
    owner.execute("VACUUM ANALYZE")
    await deliver(connections, whatsapp_message("planned"))
    alone = await searches_of_deliveries(connections, owner, "alone")
    # The three names of the chat, each once.
    assert alone["conversation_alias_unique"] == 3 * DELIVERIES
    for number in range(ACCOUNTS):
        await channel_make(connections, f"account{number}")
        await deliver(connections, whatsapp_message("other", account=f"account{number}"))
    assert await searches_of_deliveries(connections, owner, "among") == alone
