"""The feed finds its rows by an index, whatever the planner thinks the tables look like."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest

from communications.feed import changes
from communications.feed.changes import changes_read
from communications.feed.entities import ENTITIES, changed_keys
from communications.feed.standing import STANDING_QUESTION, course_question, start_cursor
from communications.schemas.connections import PLANNED_ONCE
from tests.database import ScratchDatabase
from tests.feed.people import channel_insert, person_insert
from tests.feed.writers import Writer

ROWS = 30_000
PATIENCE_SECONDS = 60.0

OLDEST = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
RUNNING = """
SELECT datname, application_name, backend_type, state, xact_start, left(query, 200) FROM pg_stat_activity
WHERE backend_xid IS NOT NULL OR backend_xmin IS NOT NULL
UNION ALL SELECT database, gid, 'prepared', NULL, prepared, NULL FROM pg_prepared_xacts
"""

# As many of everything that a message's document looks into, none of it news.
FILL = """
WITH old AS (SELECT min(version::text::bigint)::text::xid8 AS version FROM communications_conversation),
written AS (
    INSERT INTO communications_message (channel_id, conversation_id, external_message_id, text, search_text, direction,
        sent_at, received_at, version)
    SELECT conversation.channel_id, conversation.id, 'filled' || number, 'text ' || number, '', 'inbound',
           now() + number * interval '1 second', now(), old.version
    FROM generate_series(1, %(rows)s) AS number, communications_conversation AS conversation, old
    RETURNING id, channel_id
), people AS (
    INSERT INTO communications_chatattendee (channel_id, provider_id, name, identities, version)
    SELECT channel.id, 'filled' || number, 'name ' || number, '{}', old.version
    FROM generate_series(1, %(rows)s) AS number, communications_channel AS channel, old
)
INSERT INTO communications_attachment (channel_id, message_id, external_attachment_id, kind)
SELECT channel_id, id, 'filled' || id, 'image' FROM written
"""


@asynccontextmanager
async def as_the_server(database: ScratchDatabase) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    options = " ".join(f"-c {name}={value}" for name, value in PLANNED_ONCE.items())
    async with await psycopg.AsyncConnection.connect(
        database.runtime_url, autocommit=True, prepare_threshold=1, options=options
    ) as connection:
        yield connection


@pytest.mark.parametrize("vacuumed", [False, True])
async def test_plans_made_on_empty_tables_find_rows_by_index_in_full_ones(
    feed: psycopg.AsyncConnection[Any],
    database: ScratchDatabase,
    monkeypatch: pytest.MonkeyPatch,
    vacuumed: bool,
) -> None:
    """After one slow reading, whether nothing was known of the tables or a vacuum had found them empty."""
    if vacuumed:
        with database.owner_connection() as owner:
            owner.execute("VACUUM ANALYZE")
    async with as_the_server(database) as connection:
        with psycopg.connect(database.runtime_url, autocommit=True) as truth:
            person = person_insert(truth)
            writer = Writer(truth, channel_insert(truth, person), [person])
            start = await start_cursor(connection)
            for action in ("attendee_add", "conversation_add", "member_add", "message_add"):
                writer.act(action, 1)
            # Every statement is prepared here.
            for _ in range(3):
                await changes_read(connection, start, user_id=person)
                await changes_read(connection, start)
            with database.owner_connection() as owner:
                owner.execute("SET session_replication_role = replica")
                owner.execute(FILL, {"rows": ROWS})
                nothing_older_runs(owner)
            since = await start_cursor(connection)
            for _ in range(3):
                writer.act("message_add", 1)
            with monkeypatch.context() as slow:
                slow.setattr(changes, "PLANNED_AGAIN_AFTER_SECONDS", 0.0)
                await changes_read(connection, since, user_id=person)
            before = await scanned(connection)
            for _ in range(3):
                assert len((await changes_read(connection, since, user_id=person)).rows) == 4
                assert len((await changes_read(connection, since)).rows) == 4
            assert await scanned(connection) - before < 1_000


def nothing_older_runs(owner: psycopg.Connection) -> None:
    """Waits for whoever began earlier: as long as they run, a reading has to look at all that came since they began."""
    (now,) = owner.execute("SELECT pg_current_xact_id()::text::bigint").fetchone() or (0,)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while owner.execute(OLDEST).fetchone() <= (now,):  # type: ignore[operator]
        assert time.monotonic() < deadline, owner.execute(RUNNING).fetchall()
        time.sleep(0.1)


async def scanned(connection: psycopg.AsyncConnection[Any]) -> int:
    """Rows and entries of indexes read in our tables, by this connection and all that are over."""
    await connection.execute("SELECT pg_stat_force_next_flush()")
    found = await connection.execute(
        "SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables) + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes)"
    )
    ((rows,),) = await found.fetchall()
    return int(rows)


@pytest.mark.parametrize("scoped", [True, False])
@pytest.mark.parametrize("within_target", [True, False])
async def test_generic_plans_scan_no_table(
    feed: psycopg.AsyncConnection[Any], database: ScratchDatabase, scoped: bool, within_target: bool
) -> None:
    async with as_the_server(database) as connection:
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        for first in range(len(ENTITIES)):
            statement = changed_keys(scoped=scoped, from_entity=first, within_target=within_target)
            count = 4 + scoped + within_target
            types = [
                "text",
                "text",
                "bigint",
                "bigint",
                *(["bigint"] if scoped else []),
                *(["text"] if within_target else []),
            ]
            await connection.execute(f"PREPARE asked ({', '.join(types)}) AS {statement}")  # type: ignore[arg-type]
            plan = await (
                await connection.execute(f"EXPLAIN EXECUTE asked ({', '.join(['NULL'] * count)})")  # type: ignore[arg-type]
            ).fetchall()
            await connection.execute("DEALLOCATE asked")
            assert not [line for (line,) in plan if "Seq Scan" in line], plan


async def test_standing_and_course_are_cheap(feed: psycopg.AsyncConnection[Any]) -> None:
    """They come with every page: at most a few pages of an index each."""
    for question in (STANDING_QUESTION, course_question(await start_cursor(feed))):
        plan = await (
            await feed.execute(
                "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + question.query, question.parameters
            )  # type: ignore[arg-type]
        ).fetchall()
        top = plan[0][0][0]["Plan"]
        assert top["Shared Hit Blocks"] + top["Shared Read Blocks"] < 100, plan
