"""Empty tables of the live ones' shape, in a schema of their own: with their indexes, constraints, triggers and the fold.

Everything is made with only that schema in the search path, so that nothing in it can reach a live table.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, LiteralString, cast

from psycopg import AsyncConnection, sql
from psycopg.errors import LockNotAvailable
from psycopg_pool import AsyncConnectionPool

from communications.schemas.connections import PLANNED_ONCE, connection_pool
from communications.sql import rules

SCHEMA: Final = "landline_rebuild"
SEARCH_PATH: Final = f"{SCHEMA},pg_catalog"

_BEGIN: Final = "SELECT pg_advisory_lock(hashtextextended('landline rebuild', 0))"

# The server notices within that time that a killed check is gone.
BEGUN_WITHIN_SECONDS: Final = 5
_LIVE: Final = sql.SQL("SET search_path = public")
_WITHIN: Final = sql.SQL("SET search_path = {}, pg_catalog").format(sql.Identifier(SCHEMA))
_DROP: Final = sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(SCHEMA))
_MAKE: Final = sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SCHEMA))

_TABLES: Final = r"""
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname LIKE 'communications\_%' ORDER BY relname
"""

# As text without schema names, since public is in the search path when it is read.
_REFERENCES: Final = r"""
SELECT held.relname, pg_get_constraintdef(reference.oid)
FROM pg_constraint AS reference
JOIN pg_class AS held ON held.oid = reference.conrelid
JOIN pg_class AS named ON named.oid = reference.confrelid
WHERE reference.contype = 'f' AND held.relnamespace = 'public'::regnamespace
  AND held.relname LIKE 'communications\_%' AND named.relname LIKE 'communications\_%'
ORDER BY held.relname, reference.conname
"""

# Writers of a channel follow one another here too, but not with those of the live tables.
_LOCK_OF_ITS_OWN: Final = """
CREATE FUNCTION pg_advisory_xact_lock(key bigint) RETURNS void LANGUAGE sql AS $$
    SELECT pg_catalog.pg_advisory_xact_lock(hashtextextended('landline rebuild', key))
$$
"""

_GRANTS: Final[tuple[LiteralString, ...]] = (
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
)

_FACTS: Final = ("channel", "attendee", "conversation", "message")

# What can be searched follows from the rows and is no fact.
_WITHOUT: Final = "_search_"

# Channels come from the list of accounts, not from the ledger, and so does what it says of who we are. What was erased stays so.
_COPIED: Final = ("communications_channel", "communications_erasurekey", "communications_erasedmark")

# So does what it says of their status; the rest of the time line is the ledger's.
_LISTED_COPY: Final = """
INSERT INTO communications_channelstatus (channel_id, event_key, at, status, status_word, is_listed)
SELECT channel_id, event_key, at, status, status_word, true FROM public.communications_channelstatus WHERE is_listed
"""
_STATUSES_SETTLE: Final = (
    "SELECT landline_channel_statuses_settle(ARRAY(SELECT id FROM communications_channel))"
)


class AlreadyRunning(Exception):
    """Another check holds the scratch tables."""


@asynccontextmanager
async def scratch_tables(connection: AsyncConnection[Any], writer: str) -> AsyncIterator[None]:
    """Makes the tables, and removes them at the end; what a killed check left is removed first.

    ``connection`` is in autocommit mode, with the owner's rights, and used for nothing else meanwhile. The role ``writer`` may
    write the tables. Raises AlreadyRunning.
    """
    try:
        async with connection.transaction():
            await connection.execute(
                "SELECT set_config('lock_timeout', %s, true)", (f"{BEGUN_WITHIN_SECONDS}s",)
            )
            await connection.execute(_BEGIN)
    except LockNotAvailable:
        raise AlreadyRunning from None
    await connection.execute(_DROP)
    try:
        await _make(connection, writer)
        yield
    finally:
        await connection.execute(_DROP)


async def scratch_analyze(connection: AsyncConnection[Any]) -> None:
    """Tells the planner how large the tables have become: plans made for empty ones are no good."""
    for (table,) in await (await connection.execute(_TABLES)).fetchall():
        await connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(SCHEMA, table)))


def scratch_connections() -> AsyncConnectionPool[Any]:
    """An unopened pool whose fold writes the scratch tables. Nobody waits for them, so it has no deadlines."""
    return connection_pool(
        "rebuild",
        max_size=1,
        lock_timeout_ms=0,
        statement_timeout_ms=0,
        planner={**PLANNED_ONCE, "search_path": SEARCH_PATH, "synchronous_commit": "off"},
    )


async def _make(connection: AsyncConnection[Any], writer: str) -> None:
    async with connection.transaction():
        await connection.execute(_LIVE)
        tables = [row[0] for row in await (await connection.execute(_TABLES)).fetchall()]
        references = await (await connection.execute(_REFERENCES)).fetchall()
        await connection.execute(_MAKE)
        await connection.execute(_WITHIN)
        for table in tables:
            await connection.execute(
                sql.SQL("CREATE UNLOGGED TABLE {} (LIKE {} INCLUDING ALL)").format(
                    sql.Identifier(table), sql.Identifier("public", table)
                )
            )
        for table, reference in references:
            await connection.execute(
                sql.SQL("ALTER TABLE {} ADD ").format(sql.Identifier(table))
                + sql.SQL(cast(LiteralString, reference))
            )
        await connection.execute(_LOCK_OF_ITS_OWN)
        for rule in rules(but=_WITHOUT):
            await connection.execute(rule.encode())
        for entity in _FACTS:
            await connection.execute(
                sql.SQL("ALTER FUNCTION {}(bigint[]) SET search_path = {}, pg_catalog").format(
                    sql.Identifier(f"landline_{entity}_facts"), sql.Identifier(SCHEMA)
                )
            )
        for table in _COPIED:
            await connection.execute(
                sql.SQL("INSERT INTO {} SELECT * FROM {}").format(
                    sql.Identifier(table), sql.Identifier("public", table)
                )
            )
        await connection.execute(_LISTED_COPY)
        await connection.execute(_STATUSES_SETTLE)
        for grant in _GRANTS:
            await connection.execute(
                sql.SQL(grant).format(schema=sql.Identifier(SCHEMA), role=sql.Identifier(writer))
            )
    await connection.execute(_LIVE)
