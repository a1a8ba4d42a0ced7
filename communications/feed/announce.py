"""Saying that something was committed, so that readers in other processes look at once. Never inside the transaction itself."""

from typing import Any, Final

from django.db import connection as django_connection
from django.db import transaction
from psycopg import AsyncConnection

ANNOUNCEMENTS: Final = "landline_changes"


async def changes_announce(connection: AsyncConnection[Any]) -> None:
    """On an autocommit connection, after the commit."""
    await connection.execute(f"NOTIFY {ANNOUNCEMENTS}")


def changes_announce_on_commit() -> None:
    """For code that writes through Django: announces once the present transaction, if any, is committed."""
    transaction.on_commit(_announce)


def _announce() -> None:
    with django_connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {ANNOUNCEMENTS}")
