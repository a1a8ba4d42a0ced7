"""Saying that something was committed, so that readers in other processes look at once.

Only a hint, and never inside the writing transaction: a transaction that notifies queues behind all others
that do.
"""

from typing import Any, Final

from django.db import connection as django_connection
from django.db import transaction
from psycopg import AsyncConnection

ANNOUNCEMENTS: Final = "landline_changes"

_ANNOUNCE: Final = "SELECT pg_notify(%s, %s)"


async def changes_announce(connection: AsyncConnection[Any], *, announcer: str = "") -> None:
    """On an autocommit connection, after the commit. By ``announcer`` a process knows its own words."""
    await connection.execute(_ANNOUNCE, (ANNOUNCEMENTS, announcer))


def changes_announce_on_commit() -> None:
    """For code that writes through Django: announces once the present transaction, if any, is committed."""
    transaction.on_commit(_announce)


def _announce() -> None:
    with django_connection.cursor() as cursor:
        cursor.execute(_ANNOUNCE, (ANNOUNCEMENTS, ""))
