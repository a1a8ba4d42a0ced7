"""The words of copied messages, written after the messages: in short transactions, beside the lock of their account."""

from typing import Final

from communications.ingest.record import Connections

PARTS_AT_ONCE: Final = 4

_WRITE: Final = "SELECT landline_search_backlog_write(%s)"


async def search_backlog_write(connections: Connections) -> None:
    """Until nothing waits that nobody else has taken."""
    parts = PARTS_AT_ONCE
    while parts == PARTS_AT_ONCE:
        async with connections.connection() as connection:
            [(parts,)] = await (await connection.execute(_WRITE, (PARTS_AT_ONCE,))).fetchall()
