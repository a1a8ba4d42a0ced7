"""The words of copied messages, written after the messages: in short transactions, beside the lock of their account."""

from typing import Final

from communications.ingest.record import Connections

PARTS_AT_ONCE: Final = 4
# Long texts take longer: their statement ends well within a second all the same.
BYTES_AT_ONCE: Final = 400_000

_WRITE: Final = "SELECT landline_search_backlog_write(%s, %s, %s)"


async def search_backlog_write(connections: Connections) -> None:
    """All that waits and that nobody else has taken; what is being changed is left for the next time."""
    after: int | None = 0
    while after is not None:
        async with connections.connection() as connection:
            written = await connection.execute(_WRITE, (after, PARTS_AT_ONCE, BYTES_AT_ONCE))
            [(after,)] = await written.fetchall()
