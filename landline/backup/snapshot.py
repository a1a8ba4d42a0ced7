"""One moment of the database: what a backup of it holds, counted and hashed while everything goes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NamedTuple, cast

import psycopg
from psycopg import sql

from landline.backup.manifest import TABLES_WITHOUT_ROWS, TableContent

# Rows are hashed as text, which must be the same wherever they are.
SAME_TEXT: Final = """
SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, MDY'; SET LOCAL IntervalStyle = 'postgres';
SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1;
"""

CONTENT: Final = """
SELECT count(*), coalesce(sum(
    ('x' || encode(substr(sha256(convert_to(landline_row::text, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0)::text
FROM public.{} AS landline_row
"""

_TABLES: Final = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
"""

_OTHER_SCHEMAS: Final = r"""
SELECT nspname FROM pg_namespace
WHERE nspname NOT IN ('public', 'information_schema') AND nspname NOT LIKE 'pg\_%' ORDER BY nspname
"""

_MEDIA: Final = """
SELECT storage_key, encode(sha256, 'hex'), size_bytes, thumbnail_size_bytes > 0 FROM communications_mediafile
WHERE is_complete ORDER BY storage_key
"""


class HeldFile(NamedTuple):
    key: str
    sha256: str
    size_bytes: int
    has_thumbnail: bool


class Snapshot:
    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self.id: str = self._value("SELECT pg_export_snapshot()")
        self.made_at: dt.datetime = self._value("SELECT now()")

    @property
    def server_version(self) -> int:
        return self._connection.info.server_version // 10_000

    def feed_epoch(self) -> str | None:
        return cast("str | None", self._value("SELECT epoch::text FROM communications_feedepoch"))

    def migrations(self) -> tuple[tuple[str, str], ...]:
        found = self._connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
        return tuple(found.fetchall())

    def tables(self) -> list[str]:
        return [row[0] for row in self._connection.execute(_TABLES).fetchall()]

    def other_schemas(self) -> list[str]:
        return [row[0] for row in self._connection.execute(_OTHER_SCHEMAS).fetchall()]

    def content(self, table: str) -> TableContent:
        if table in TABLES_WITHOUT_ROWS:
            return TableContent(0, "0")
        query = sql.SQL(CONTENT).format(sql.Identifier(table))
        row: Any = self._connection.execute(query).fetchone()
        return TableContent(*row)

    def media_size(self) -> int:
        return int(
            self._value(
                "SELECT coalesce(sum(size_bytes + thumbnail_size_bytes), 0) FROM communications_mediafile"
            )
        )

    def media(self) -> Iterator[HeldFile]:
        with self._connection.cursor(name="landline_media") as cursor:
            cursor.execute(_MEDIA)
            for row in cursor:
                yield HeldFile._make(row)

    def _value(self, query: str) -> Any:
        row = self._connection.execute(query.encode()).fetchone()
        return None if row is None else row[0]


@contextmanager
def snapshot_take(parameters: Mapping[str, Any]) -> Iterator[Snapshot]:
    """It has no transaction number, so that the feed's readers do not wait for it."""
    with psycopg.connect(**parameters, application_name="landline backup") as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute(SAME_TEXT)
        yield Snapshot(connection)
