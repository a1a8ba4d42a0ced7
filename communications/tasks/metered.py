"""The one way to upstream: every call is written down with its purpose and reason before it is made, and kept in its
account's budget.

    async with metered_client("history") as client:
        with charged(account="…", window=7):
            await client.chats.page_stated(account_id="…", reason="…")

A call that must not be made now raises ``CallHeld``: no byte left, and it says when to try again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
import psycopg
import structlog
from django.conf import settings
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from communications.schemas.charges import CallHeld, Purpose, charge_now
from communications.schemas.connections import connection_pool
from unipile.calls import CallIntent, CallRecord, OnCall
from unipile.client import UnipileClient, connect_client
from unipile.errors import NotSent

log = structlog.get_logger(__name__)

CONNECTIONS_MAX: Final = 4
LOCK_TIMEOUT_MS: Final = 2_000
STATEMENT_TIMEOUT_MS: Final = 2_000
_BEGIN: Final = "SELECT * FROM landline_call_begin(%s, %s, %s, %s, %s, %s, %s, %s)"
_END: Final = "SELECT landline_calls_end(%s)"
_DATABASE_GONE: Final = (psycopg.Error, PoolTimeout)


@asynccontextmanager
async def metered_client(purpose: Purpose) -> AsyncIterator[UnipileClient]:
    """A client whose calls are recorded. Raises ``NotConfigured`` where there is no Unipile to call."""
    credentials = settings.LANDLINE_UPSTREAM.credentials()
    if credentials is None:
        raise NotConfigured
    async with (
        metering(purpose) as meter,
        connect_client(credentials.base_url, credentials.api_key, meter=meter) as client,
    ):
        yield client


class NotConfigured(Exception):
    """No Unipile is configured."""


@asynccontextmanager
async def metering(purpose: Purpose) -> AsyncIterator[CallMeter]:
    """A meter over connections of its own; what it was told is written before it ends."""
    async with connection_pool(
        "calls",
        max_size=CONNECTIONS_MAX,
        lock_timeout_ms=LOCK_TIMEOUT_MS,
        statement_timeout_ms=STATEMENT_TIMEOUT_MS,
    ) as connections:
        meter = CallMeter(connections, purpose)
        try:
            yield meter
        finally:
            await meter.close()


class CallMeter:
    def __init__(self, connections: AsyncConnectionPool[Any], purpose: Purpose) -> None:
        self._connections = connections
        self._purpose = purpose
        self._ended: list[dict[str, Any]] = []
        self._writing: asyncio.Task[None] | None = None

    async def __call__(self, intent: CallIntent) -> OnCall:
        """Raises ``CallHeld``, or ``NotSent`` where the call cannot be written down."""
        charge = charge_now()
        asked = (
            charge.account,
            charge.channel_id,
            charge.purpose or self._purpose,
            intent.reason,
            intent.method,
            intent.route,
            charge.window,
            settings.LANDLINE_CALLS_PER_DAY,
        )
        try:
            async with self._connections.connection() as connection:
                await self._write_ends(connection)
                [(call, held, until)] = await (await connection.execute(_BEGIN, asked)).fetchall()
        except _DATABASE_GONE as error:
            raise NotSent("unrecorded", "The call could not be written down, so it was not made.") from error
        if held is not None:
            raise CallHeld(held, until)
        return lambda record: self._end(call, record)

    async def close(self) -> None:
        if self._writing is not None:
            await self._writing

    def _end(self, call: int, record: CallRecord) -> None:
        self._ended.append(
            {
                "id": call,
                "status": record.status,
                "outcome": record.outcome,
                "duration_seconds": record.duration_seconds,
                "retry_after_seconds": record.retry_after_seconds,
            }
        )
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        while self._ended:
            try:
                async with self._connections.connection() as connection:
                    await self._write_ends(connection)
            except _DATABASE_GONE as error:
                log.warning("call_ends_not_written", error=type(error).__name__)
                return

    async def _write_ends(self, connection: Any) -> None:
        ended, self._ended = self._ended, []
        if not ended:
            return
        try:
            await connection.execute(_END, (msgspec.json.encode(ended).decode(),))
        except BaseException:
            self._ended = ended + self._ended
            raise
