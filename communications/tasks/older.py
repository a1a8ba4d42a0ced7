"""Which conversations have something older now, told once for many pages: each is a change that every browser fetches."""

import time
from collections.abc import Sequence
from typing import Final

from communications.feed.announce import changes_announce
from communications.ingest.listed import older_messages_tell, quiet_conversations
from communications.ingest.record import Connections

EVERY_SECONDS: Final = 2.0
# A live delivery of the account waits for this many at most.
AT_ONCE: Final = 16


class OlderMessages:
    """Of one account. What was found and not told when a worker is killed is told by ``tell_all`` of whoever takes its place."""

    def __init__(self, connections: Connections, account: str) -> None:
        self._connections = connections
        self._account = account
        self._untold: list[str] = []
        self._told_at = time.monotonic()

    async def found(self, external_ids: Sequence[str]) -> None:
        """Upstream's ids of messages that were stored."""
        self._untold += external_ids
        if time.monotonic() - self._told_at >= EVERY_SECONDS:
            await self.tell()

    async def tell(self) -> None:
        untold, self._untold = self._untold, []
        if untold:
            async with self._connections.connection() as connection:
                conversations = await quiet_conversations(connection, self._account, untold)
            await self.tell_all(conversations)
        self._told_at = time.monotonic()

    async def tell_all(self, conversations: Sequence[int]) -> None:
        for start in range(0, len(conversations), AT_ONCE):
            async with self._connections.connection() as connection:
                await older_messages_tell(connection, self._account, conversations[start : start + AT_ONCE])
        async with self._connections.connection() as connection:
            await changes_announce(connection)
