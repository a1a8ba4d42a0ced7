"""Which history of the database cursors belong to, and how a reader learns that its own is another one.

A restored dump, another cluster, or a data folder put back from a copy all look like this database to a
cursor, but lack what its reader has seen. They are told apart by the identity of cluster, database and table,
by versions that this cluster has not handed out yet, and by marks in the flow of transactions: one in each
minute of writing, and one for each start of the database server, with the first number that it handed out.
"""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

import structlog
from psycopg import AsyncConnection

from communications.feed.entities import VERSIONED_TABLES
from communications.feed.refusals import StandbyRefused

log = structlog.get_logger(__name__)

EPOCH_LOCK: Final = 4_201_122
EMPTIED_AT_ONCE: Final = 5_000
TRY_LOCK_SECONDS: Final = 0.1

_IS_STANDBY: Final = "SELECT pg_is_in_recovery()"

_IDENTITY: Final = """
SELECT (SELECT system_identifier::text FROM pg_control_system()),
       (SELECT oid::bigint FROM pg_database WHERE datname = current_database()),
       ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::bigint,
       'communications_feedepoch'::regclass::oid::bigint
"""

_HELD: Final = """
SELECT epoch, system_identifier, database_oid, timeline, table_oid,
       highest_version < pg_snapshot_xmax(pg_current_snapshot()),
       run_started_at = pg_postmaster_start_time()
FROM communications_feedepoch
"""

_MARK: Final = """
INSERT INTO communications_feedmark (mark, run_first_number)
VALUES (%(mark)s, CASE WHEN %(is_new_run)s THEN (
    SELECT least(pg_current_xact_id(), (
        split_part(next_xid, ':', 1)::numeric * 4294967296 + split_part(next_xid, ':', 2)::numeric
    )::text::xid8) FROM pg_control_checkpoint()) END)
"""

_EPOCH: Final = """
INSERT INTO communications_feedepoch
    (id, epoch, system_identifier, database_oid, timeline, table_oid, run_started_at, highest_version,
     tombstones_since)
VALUES (1, %s, %s, %s, %s, %s, pg_postmaster_start_time(), pg_current_xact_id(), '0'::xid8)
ON CONFLICT (id) DO UPDATE SET
    epoch = excluded.epoch, system_identifier = excluded.system_identifier,
    database_oid = excluded.database_oid, timeline = excluded.timeline, table_oid = excluded.table_oid,
    run_started_at = excluded.run_started_at, highest_version = excluded.highest_version,
    tombstones_since = excluded.tombstones_since, created_at = now()
"""


class Identity(NamedTuple):
    system_identifier: str
    database_oid: int
    timeline: int
    table_oid: int


class Held(NamedTuple):
    """The epoch on record. ``is_same_run``: it knows of the present start of the database server."""

    epoch: uuid.UUID
    identity: Identity
    is_past: bool
    is_same_run: bool


async def epoch_ensure(connection: AsyncConnection[Any]) -> uuid.UUID:
    """The epoch of the database: the one on record, or a new one if that was made for another database.

    Comes before the first cursor of a process, and again after every loss of the connection; where the
    database server was started since, it leaves a mark that says so. On an autocommit connection.
    Raises ``StandbyRefused`` on a standby.
    """
    async with _one_at_a_time(connection):
        identity = await _identity(connection)
        held = await _held(connection)
        from_the_future = await _tables_from_the_future(connection)
        if held is None or held.identity != identity or not held.is_past or from_the_future:
            return await _epoch_make(connection, identity, from_the_future, is_first=held is None)
        if not held.is_same_run:
            await mark_add(connection, is_new_run=True)
        return held.epoch


async def epoch_renew(connection: AsyncConnection[Any], *, instead_of: uuid.UUID | None = None) -> uuid.UUID:
    """A new epoch without a question: the database was restored, or lacks what a cursor of it has seen.

    With ``instead_of`` only if that is still the present one: many readers find out at the same time.
    """
    async with _one_at_a_time(connection):
        held = await _held(connection)
        if held is not None and instead_of not in (None, held.epoch):
            return held.epoch
        return await _epoch_make(
            connection, await _identity(connection), await _tables_from_the_future(connection)
        )


async def mark_add(connection: AsyncConnection[Any], *, is_new_run: bool = False) -> None:
    """Puts a random mark into the flow of transactions, and notes how far versions have come."""
    async with connection.transaction():
        await connection.execute(_MARK, {"mark": uuid.uuid4(), "is_new_run": is_new_run})
        await connection.execute(
            "UPDATE communications_feedepoch SET run_started_at = pg_postmaster_start_time(), "
            "highest_version = greatest(highest_version, pg_current_xact_id())"
        )


@asynccontextmanager
async def _one_at_a_time(connection: AsyncConnection[Any]) -> AsyncIterator[None]:
    if await _value(connection, _IS_STANDBY):
        raise StandbyRefused
    try:
        await _lock(connection)
        yield
        await connection.execute("SELECT pg_advisory_unlock(%s)", (EPOCH_LOCK,))
    except BaseException:
        # Wherever it was broken off, the end of the connection gives the lock back.
        await connection.close()
        raise


async def _lock(connection: AsyncConnection[Any]) -> None:
    """Waits for as long as it takes: emptying the versions of a large restored database takes a while."""
    while True:
        if await _value(connection, "SELECT pg_try_advisory_lock(%s)", EPOCH_LOCK):
            return
        await asyncio.sleep(TRY_LOCK_SECONDS)


async def _identity(connection: AsyncConnection[Any]) -> Identity:
    found = await connection.execute(_IDENTITY)
    (row,) = await found.fetchall()
    return Identity(*row)


async def _held(connection: AsyncConnection[Any]) -> Held | None:
    row = await (await connection.execute(_HELD)).fetchone()
    return None if row is None else Held(row[0], Identity(*row[1:5]), row[5], row[6])


async def _tables_from_the_future(connection: AsyncConnection[Any]) -> list[str]:
    """Tables that hold versions which this cluster has not given out: they came from another one."""
    return [
        table
        for table in VERSIONED_TABLES
        if await _value(
            connection,
            f"SELECT EXISTS (SELECT FROM {table} WHERE version >= pg_snapshot_xmax(pg_current_snapshot()))",  # noqa: S608
        )
    ]


async def _epoch_make(
    connection: AsyncConnection[Any],
    identity: Identity,
    from_the_future: list[str],
    *,
    is_first: bool = False,
) -> uuid.UUID:
    """The epoch goes last: who is interrupted begins again."""
    emptied = 0
    if from_the_future:
        future = await _value(connection, "SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
        for table in from_the_future:
            emptied += await _versions_empty(connection, table, str(future))
    epoch = uuid.uuid4()
    async with connection.transaction():
        await connection.execute(_EPOCH, (epoch, *identity))
        await mark_add(connection, is_new_run=True)
    level = logging.INFO if is_first else logging.WARNING
    log.log(level, "feed_epoch_made", epoch=str(epoch), versions_emptied=emptied)
    return epoch


async def _versions_empty(connection: AsyncConnection[Any], table: str, future: str) -> int:
    """Readers would refuse changes to come, whose versions are lower than those from ``future`` on."""
    emptied = 0
    while True:
        async with connection.transaction():
            await connection.execute("SET LOCAL landline.epoch_in_the_making = 'on'")
            done = await connection.execute(
                f"UPDATE {table} SET version = '0'::xid8 WHERE ctid = ANY(ARRAY("  # noqa: S608
                f"SELECT ctid FROM {table} WHERE version >= %s::xid8 ORDER BY version LIMIT %s))",
                (future, EMPTIED_AT_ONCE),
            )
        emptied += done.rowcount
        if done.rowcount < EMPTIED_AT_ONCE:
            return emptied


async def _value(connection: AsyncConnection[Any], query: str, *parameters: object) -> Any:
    row = await (await connection.execute(query, parameters)).fetchone()
    return None if row is None else row[0]
