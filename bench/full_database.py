"""20,000 conversations and 1,000,000 messages in PostgreSQL, from the simulator's generator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg
from psycopg import sql

from bench import town_rows
from bench.installation import Installation
from bench.prepared import Prepared, channel_make, django_use, reader_make
from simulator.generate import Town

DATABASE = "full"
TOWN = Town(chats=20_000, messages=1_000_000)

# Messages come chat by chat and are stored by time, as a life of deliveries would have stored them: the rows
# of a page lie far apart. As history they are quiet (version 0).
STAGING = """
CREATE TEMPORARY TABLE arriving (LIKE communications_message INCLUDING DEFAULTS);
ALTER TABLE arriving ALTER id DROP NOT NULL, ALTER version DROP NOT NULL
"""
MESSAGES_STORE = """
INSERT INTO communications_message ({columns}, version) SELECT {columns}, '0' FROM arriving ORDER BY sent_at
"""
ATTACHMENTS_STORE = """
INSERT INTO communications_attachment
    (channel_id, message_id, external_attachment_id, kind, name, mime_type, size_bytes)
SELECT channel_id, id, external_message_id, kind,
       CASE kind WHEN 'file' THEN 'Order.pdf' ELSE '' END,
       CASE kind WHEN 'image' THEN 'image/jpeg' WHEN 'voice' THEN 'audio/ogg' ELSE 'application/pdf' END,
       81920
FROM communications_message WHERE kind <> 'text'
"""
LAST_MESSAGES_SET = """
UPDATE communications_conversation AS conversation
SET last_message_id = newest.id, last_message_at = newest.sent_at
FROM (
    SELECT DISTINCT ON (conversation_id) conversation_id, id, sent_at
    FROM communications_message ORDER BY conversation_id, sent_at DESC, received_at DESC, id DESC
) AS newest
WHERE newest.conversation_id = conversation.id
"""
ID_RESTART = "SELECT setval(pg_get_serial_sequence({table}, 'id'), (SELECT max(id) FROM {name}))"
COUNTED_IDS = ("channel", "chatattendee", "conversation")


@dataclass(frozen=True, slots=True)
class FullDatabase:
    """``session_cookie`` is of somebody who reads the town; ``prepared`` has a channel of its own beside it."""

    session_cookie: str
    prepared: Prepared


@cache
def full_database_make(installation: Installation, announce: Callable[[str], None]) -> FullDatabase:
    """Makes it, once."""
    announce(f"pouring {TOWN.chat_count:,} chats and {TOWN.message_count:,} messages into PostgreSQL")
    installation.database_make(DATABASE)
    django_use(installation, DATABASE)
    user_id, session_cookie = reader_make("reader")
    _town_pour(installation, user_id)
    return FullDatabase(session_cookie, channel_make(installation, DATABASE))


def _town_pour(installation: Installation, user_id: int) -> None:
    """``user_id`` may read all of it."""
    with installation.owner_connection(DATABASE) as connection:
        # The rows are right by construction: neither triggers nor foreign keys need to look at each.
        connection.execute("SET session_replication_role = replica")
        with connection.transaction():
            (version,) = connection.execute("SELECT pg_current_xact_id()::text").fetchall()[0]
            _pour(connection, town_rows.TownRows(TOWN, version=version), user_id)
            connection.execute("SELECT landline_search_fill()")
        connection.execute("VACUUM ANALYZE")


def _pour(connection: psycopg.Connection, rows: town_rows.TownRows, user_id: int) -> None:
    _copy(connection, "communications_channel", town_rows.CHANNEL, rows.channels())
    _copy(connection, "communications_channelaccess", town_rows.ACCESS, rows.accesses(user_id))
    _copy(connection, "communications_chatattendee", town_rows.ATTENDEE, rows.attendees())
    _copy(connection, "communications_conversation", town_rows.CONVERSATION, rows.conversations())
    _copy(connection, "communications_conversationalias", town_rows.ALIAS, rows.aliases())
    _copy(connection, "communications_conversationattendee", town_rows.MEMBER, rows.members())
    connection.execute(STAGING)
    _copy(connection, "arriving", town_rows.MESSAGE, rows.messages())
    connection.execute(sql.SQL(MESSAGES_STORE).format(columns=_names(town_rows.MESSAGE)))
    connection.execute("DROP TABLE arriving")
    connection.execute(ATTACHMENTS_STORE)
    connection.execute(LAST_MESSAGES_SET)
    for table in COUNTED_IDS:
        name = f"communications_{table}"
        connection.execute(sql.SQL(ID_RESTART).format(table=sql.Literal(name), name=sql.Identifier(name)))


def _copy(
    connection: psycopg.Connection, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), _names(columns))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
