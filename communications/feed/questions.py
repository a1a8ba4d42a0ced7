"""Questions to the database that are asked together: one way there and back for all of them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from psycopg import AsyncConnection, AsyncCursor, AsyncRawCursor

Rows = list[tuple[Any, ...]]


class Question(NamedTuple):
    """``is_raw``: with PostgreSQL's own ``$1``; a long statement is then not parsed here each time."""

    query: str
    parameters: Sequence[Any] = ()
    is_raw: bool = False


async def ask(connection: AsyncConnection[Any], *questions: Question) -> list[Rows]:
    """The rows of each question. Raises what psycopg raises, once for all."""
    cursors = []
    async with connection.pipeline():
        for question in questions:
            cursor = AsyncRawCursor(connection) if question.is_raw else connection.cursor()
            await cursor.execute(question.query, question.parameters)
            cursors.append(cursor)
    return [await cursor.fetchall() if _has_rows(cursor) else [] for cursor in cursors]


def _has_rows(cursor: AsyncCursor[Any]) -> bool:
    return cursor.pgresult is not None and cursor.pgresult.nfields > 0
