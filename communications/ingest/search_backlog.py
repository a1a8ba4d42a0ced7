"""The words of copied messages, written after the messages: in short transactions, beside the lock of their account."""

from typing import Final

from communications.ingest.record import Connections

PARTS_AT_ONCE: Final = 4

_WRITE: Final = "SELECT landline_search_backlog_write(%s, %s)"


async def search_backlog_write(connections: Connections) -> None:
    """All that waits and that nobody else has taken; what is being changed is left for the next time."""
    last: int | None = 0
    while last is not None:
        async with connections.connection() as connection:
            [(last,)] = await (await connection.execute(_WRITE, (last, PARTS_AT_ONCE))).fetchall()
