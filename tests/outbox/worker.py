"""The worker's part: what is due is attempted, against an upstream that is told what to answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from psycopg_pool import AsyncConnectionPool

from communications.models import Intent
from communications.schemas.connections import connection_pool
from communications.tasks.outbox import Outbox
from communications.tasks.presence import present
from tests.unipile.upstream_server import API_KEY, UpstreamServer, upstream_server
from unipile.client import UnipileClient, connect_client
from unipile.transport import Deadlines


class Worker:
    """``upstream`` answers; ``run`` makes every call that is due now."""

    def __init__(
        self, upstream: UpstreamServer, client: UnipileClient, connections: AsyncConnectionPool[Any]
    ) -> None:
        self.upstream = upstream
        self.connections = connections
        self._client = client

    async def run(self) -> None:
        async with present(self.connections) as presence:
            await Outbox(self._client, self.connections, presence, asyncio.Event()).run_due()

    @property
    def calls(self) -> list[tuple[str, Any]]:
        """What was asked, in order: method and path, and the body if it is JSON."""
        return [
            (
                f"{asked.method} {asked.path.removeprefix('/api/v1')}",
                json.loads(asked.body) if asked.body[:1] == b"{" else None,
            )
            for asked in self.upstream.asked
        ]


@asynccontextmanager
async def working() -> AsyncIterator[Worker]:
    async with (
        upstream_server() as upstream,
        connect_client(
            upstream.dsn, API_KEY, deadlines=Deadlines(connect=2, answer=2, download=2, silence=2)
        ) as client,
        connection_pool(
            "outbox", max_size=6, lock_timeout_ms=5_000, statement_timeout_ms=10_000
        ) as connections,
    ):
        yield Worker(upstream, client, connections)


async def make_due(**which: Any) -> None:
    """As if the time had come, for intents that wait or are to be looked for."""
    await Intent.objects.filter(**which).aupdate(next_attempt_at="2026-01-01T00:00:00Z")
