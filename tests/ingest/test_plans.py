"""Plans are made once per connection, the first of them when there is nothing: none may look through all that there is later."""

from __future__ import annotations

from typing import Any

import pytest

from communications.ingest.batch import FOLD, FoldBatch
from communications.ingest.connections import fold_connections
from tests.ingest.deliveries import channel_make, deliver, deliver_together, delivery_of
from tests.webhooks.bodies import ACCOUNT, Body, attachment, whatsapp_message, whatsapp_person

STRANGERS = 1_500
FEW_ROWS = 100

TABLES = "SELECT relname FROM pg_stat_user_tables WHERE relname LIKE 'communications%'"
READ = "SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables"


def person(number: int) -> Body:
    lid = f"{number:015}@lid"
    return whatsapp_person(lid, name=f"Stranger {number}", lid=lid, phone=f"35196{number:07}")


def message(number: int, **changed: Any) -> Body:
    return whatsapp_message(
        changed.pop("message_id", f"message-{number}"),
        sender=person(number),
        attendees=(person(number),),
        chat_id=f"chat-{number}",
        provider_chat_id=f"{number:015}@lid",
        **changed,
    )


def happenings(number: int) -> dict[str, Body]:
    """All kinds that speak of a message, its people or its chat."""
    return {
        "edit": message(number, event="message_edited", text="another word"),
        "reaction": message(number, event="message_reaction", reaction="👍", reaction_sender=person(number)),
        "receipt": message(number, event="message_read"),
        "repetition": message(number),
        "file": message(number, message_id=f"file-{number}", attachments=[attachment(number)]),
        "answer": message(
            number, message_id=f"answer-{number}", quoted={"provider_id": f"3EB0message-{number}"}
        ),
        "deletion": message(number, event="message_deleted"),
    }


@pytest.fixture
def unseen(database):
    """Tables as they were made, of which nobody finds out how full they are."""
    with database.owner_connection() as owner:
        tables = [table for (table,) in owner.execute(TABLES).fetchall()]
        owner.execute("TRUNCATE communications_channel CASCADE")
        for table in tables:
            owner.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
        yield
        for table in tables:
            owner.execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)")


async def test_a_delivery_reads_as_little_among_thousands_as_among_none(database, unseen):
    async with fold_connections(max_size=1) as connections:
        await channel_make(connections, ACCOUNT)
        await deliver(connections, message(0), *happenings(0).values())
        for start in range(1, STRANGERS, 250):
            await deliver_together(connections, [message(start + number) for number in range(250)])
        told = {"stranger": message(2 * STRANGERS)} | happenings(STRANGERS // 2)
        read = {kind: await rows_read(connections, body) for kind, body in told.items()}
    much = {(kind, table): rows for kind, of in read.items() for table, rows in of.items() if rows > FEW_ROWS}
    assert much == {}


async def rows_read(connections: Any, body: Body) -> dict[str, int]:
    """How many rows of each table a fold of it reads."""
    async with connections.connection() as connection, connection.transaction():
        before = dict(await (await connection.execute(READ)).fetchall())
        outcomes = dict(
            await (await connection.execute(FOLD, FoldBatch([delivery_of(body)]).parameters())).fetchall()
        )
        assert outcomes.keys() <= {"applied", "duplicate"}
        after = await (await connection.execute(READ)).fetchall()
    return {table: rows - before.get(table, 0) for table, rows in after}
