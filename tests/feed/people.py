"""People and channels made by plain SQL, on whatever connection a test has."""

from __future__ import annotations

from itertools import count

import psycopg

_numbers = count(1)

_PERSON = """
INSERT INTO communications_user (username, password, first_name, last_name, email, is_superuser, is_staff,
    is_active, date_joined, session_generation)
VALUES (%s, '', '', '', '', false, false, true, now(), 1) RETURNING id
"""
_CHANNEL = """
INSERT INTO communications_channel (provider, external_account_id, own_identities)
VALUES ('whatsapp', %s, '{}') RETURNING id
"""
_ACCESS = "INSERT INTO communications_channelaccess (user_id, channel_id, role) VALUES (%s, %s, 'member')"


def person_insert(connection: psycopg.Connection) -> int:
    return _id(connection, _PERSON, f"somebody{next(_numbers)}")


def channel_insert(connection: psycopg.Connection, *readers: int) -> int:
    channel = _id(connection, _CHANNEL, f"somewhere{next(_numbers)}")
    for reader in readers:
        connection.execute(_ACCESS, (reader, channel))
    return channel


def _id(connection: psycopg.Connection, statement: str, value: str) -> int:
    row = connection.execute(statement, (value,)).fetchone()
    assert row is not None
    return int(row[0])
