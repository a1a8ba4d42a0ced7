"""Which history of the database cursors belong to, and how a reader learns that its own is another one.

A restored dump, another cluster, or a data folder put back from a copy all look like this database to a cursor, but lack what
the reader has seen. Identity, versions from the future, and random marks in the flow of transactions tell them apart.
"""

import uuid
from typing import Any, Final, NamedTuple

import structlog
from psycopg import AsyncConnection

from communications.feed.cursor import Cursor
from communications.feed.entities import ENTITIES

log = structlog.get_logger(__name__)

VERSIONED_TABLES: Final = (*(entity.table for entity in ENTITIES), "communications_feedmark")
EPOCH_LOCK: Final = 4_201_122


class StandbyRefused(RuntimeError):
    """The feed reads a primary only: a standby's snapshot leaves out transactions that still run on the primary."""


class Identity(NamedTuple):
    system_identifier: str
    database_oid: int
    timeline: int


class Resumed(NamedTuple):
    """Whether a cursor can go on, or why it cannot."""

    reset: str | None
    is_ahead: bool = False


async def epoch_ensure(connection: AsyncConnection[Any]) -> uuid.UUID:
    """The epoch of the database, made anew if this is another database than the one it was made for.

    To be called at start and after every reconnect; adds a mark. Raises ``StandbyRefused`` on a standby.
    """
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (EPOCH_LOCK,))
        identity = await _identity(connection)
        found = await connection.execute(
            """
            SELECT epoch, highest_version < pg_snapshot_xmax(pg_current_snapshot()),
                   system_identifier, database_oid, timeline
            FROM communications_feedepoch
            """
        )
        held = await found.fetchone()
        from_the_future = await _tables_from_the_future(connection)
        if held is not None and held[1] and Identity(*held[2:]) == identity and not from_the_future:
            epoch: uuid.UUID = held[0]
        else:
            epoch = await _epoch_make(connection, identity, from_the_future)
        await mark_add(connection)
    return epoch


async def epoch_renew(connection: AsyncConnection[Any]) -> uuid.UUID:
    """A new epoch without a question: the database was restored, or a cursor has seen what this database has not."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (EPOCH_LOCK,))
        epoch = await _epoch_make(
            connection, await _identity(connection), await _tables_from_the_future(connection)
        )
        await mark_add(connection)
    return epoch


async def mark_add(connection: AsyncConnection[Any]) -> None:
    """Puts a random mark into the flow of transactions, and notes how far versions have come."""
    await connection.execute("INSERT INTO communications_feedmark (mark) VALUES (%s)", (uuid.uuid4(),))
    await connection.execute(
        "UPDATE communications_feedepoch SET highest_version = greatest(highest_version, pg_current_xact_id())"
    )


async def start_cursor(connection: AsyncConnection[Any], epoch: uuid.UUID) -> Cursor:
    """Where a first load starts: everything up to now counts as seen."""
    found = await connection.execute(
        "SELECT pg_current_snapshot()::text, (SELECT mark FROM communications_feedmark ORDER BY version DESC LIMIT 1)"
    )
    ((snapshot, mark),) = await found.fetchall()
    return Cursor(epoch=epoch, mark=mark, seen=snapshot)


async def cursor_resume(connection: AsyncConnection[Any], cursor: Cursor, epoch: uuid.UUID) -> Resumed:
    """Whether ``cursor`` belongs to the present course of this database and is not older than the oldest tombstone."""
    if cursor.epoch != epoch:
        return Resumed("the database is another one")
    found = await connection.execute(
        """
        SELECT held.mark IS NOT NULL,
               EXISTS (
                   SELECT FROM communications_feedmark AS later
                   WHERE later.version > held.version
                     AND pg_visible_in_snapshot(later.version, %(taken)s::pg_snapshot)),
               pg_snapshot_xmax(%(taken)s::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot()),
               pg_snapshot_xmin(%(seen)s::pg_snapshot) < epoch.tombstones_since
        FROM communications_feedepoch AS epoch
        LEFT JOIN communications_feedmark AS held ON held.mark = %(mark)s
        """,
        {"taken": cursor.target or cursor.seen, "seen": cursor.seen, "mark": cursor.mark},
    )
    row = await found.fetchone()
    if row is None:
        return Resumed("the database has no feed yet")
    mark_known, saw_a_later_mark, is_ahead, is_too_old = row
    if not mark_known:
        return Resumed("the database does not know this position")
    if is_ahead or saw_a_later_mark:
        return Resumed("the database was put back to an earlier state", is_ahead=True)
    if is_too_old:
        return Resumed("too long ago to catch up")
    return Resumed(None)


async def _identity(connection: AsyncConnection[Any]) -> Identity:
    found = await connection.execute(
        """
        SELECT pg_is_in_recovery(), (SELECT system_identifier::text FROM pg_control_system()),
               (SELECT oid::bigint FROM pg_database WHERE datname = current_database()),
               (SELECT timeline_id::bigint FROM pg_control_checkpoint())
        """
    )
    (row,) = await found.fetchall()
    if row[0]:
        raise StandbyRefused("The database is a standby. Point DATABASE_URL at the primary.")
    return Identity(*row[1:])


async def _tables_from_the_future(connection: AsyncConnection[Any]) -> list[str]:
    """Tables that hold versions which this cluster has not given out: they came from another one."""
    tables = []
    for table in VERSIONED_TABLES:
        found = await connection.execute(
            f"SELECT EXISTS (SELECT FROM {table} WHERE version >= pg_snapshot_xmax(pg_current_snapshot()))"  # noqa: S608
        )
        row = await found.fetchone()
        if row is not None and row[0]:
            tables.append(table)
    return tables


async def _epoch_make(
    connection: AsyncConnection[Any], identity: Identity, from_the_future: list[str]
) -> uuid.UUID:
    epoch = uuid.uuid4()
    log.warning("feed_epoch_made", epoch=str(epoch), tables_from_the_future=len(from_the_future))
    await connection.execute("SET LOCAL landline.epoch_in_the_making = 'on'")
    for table in from_the_future:
        await connection.execute(
            f"UPDATE {table} SET version = '0'::xid8 WHERE version >= pg_snapshot_xmax(pg_current_snapshot())"  # noqa: S608
        )
    await connection.execute(
        """
        INSERT INTO communications_feedepoch
            (id, epoch, system_identifier, database_oid, timeline, highest_version, tombstones_since)
        VALUES (1, %s, %s, %s, %s, pg_current_xact_id(), '0'::xid8)
        ON CONFLICT (id) DO UPDATE SET
            epoch = excluded.epoch, system_identifier = excluded.system_identifier, database_oid = excluded.database_oid,
            timeline = excluded.timeline, highest_version = excluded.highest_version,
            tombstones_since = excluded.tombstones_since, created_at = now()
        """,
        (epoch, *identity),
    )
    return epoch
