"""The database is busy: somebody holds a lock, or writers collide. The ledger row is saved, the fold comes later."""

from __future__ import annotations

import asyncio
import time

import pytest
from psycopg import errors

from communications.errors import Unsaved
from communications.ingest.connections import fold_connections
from communications.ingest.record import record
from communications.refold.replay import failed_retry
from tests.ingest.deliveries import channel_make, deliver, delivery_of, rows
from tests.webhooks.bodies import ACCOUNT, whatsapp_message
from tests.webhooks.wire import patience

pytestmark = pytest.mark.alone

LEDGER = "SELECT outcome, reason, attempts FROM communications_webhookdelivery ORDER BY id"
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
BUSY = "busy: the database did not answer in time"


@pytest.fixture
async def connections(database):
    """With the server's own patience."""
    async with fold_connections(max_size=4) as pool:
        yield pool


@pytest.fixture
def owner(database):
    with database.owner_connection() as connection:
        yield connection


async def retried(connections) -> None:
    """As the worker does once the delay is over."""
    async with connections.connection() as connection:
        await connection.execute("UPDATE communications_webhookdelivery SET next_attempt_at = now()")
    await failed_retry(connections)


@pytest.mark.parametrize(
    "lock",
    [
        "SELECT FROM communications_conversation FOR UPDATE",
        "LOCK TABLE communications_message IN ACCESS EXCLUSIVE MODE",
        "LOCK TABLE communications_conversation IN ACCESS EXCLUSIVE MODE",
        "SELECT pg_advisory_xact_lock(hashtextextended('acc0untShopAAAAAAAAAAAA', 0))",
    ],
)
async def test_d9_behind_a_lock_the_ledger_row_alone_is_saved_and_folded_later(connections, owner, lock):
    await channel_make(connections, ACCOUNT)
    await deliver(connections, whatsapp_message("first"))
    with owner.transaction():
        owner.execute(lock)
        started = time.monotonic()
        assert await deliver(connections, whatsapp_message("second")) == {"failed": 1}
        assert time.monotonic() - started < patience(2.5)
    assert await rows(connections, LEDGER) == [("applied", "", 1), ("failed", BUSY, 1)]
    await retried(connections)
    assert await rows(connections, LEDGER) == [("applied", "", 1), ("applied", "", 2)]
    assert await rows(connections, "SELECT unread_count FROM communications_conversation") == [(2,)]


async def test_d9_where_the_ledger_itself_is_locked_nothing_is_claimed_to_be_saved(connections, owner):
    await channel_make(connections, ACCOUNT)
    with owner.transaction():
        owner.execute("LOCK TABLE communications_webhookdelivery IN ACCESS EXCLUSIVE MODE")
        started = time.monotonic()
        with pytest.raises(Unsaved):
            await deliver(connections, whatsapp_message())
        assert time.monotonic() - started < patience(2.5)
    assert await deliver(connections, whatsapp_message()) == {"applied": 1}


async def test_d8_a_deadlock_is_tried_again(connections, database, owner):
    """The fold holds the channel's lock and wants a row; somebody holds the row and wants the channel's lock."""
    await channel_make(connections, ACCOUNT)
    await deliver(connections, whatsapp_message("first"))
    owner.execute(f"ALTER DATABASE {database.name} SET deadlock_timeout = '250ms'")
    try:
        async with fold_connections(max_size=1) as hasty:
            with owner.transaction():
                owner.execute("SET LOCAL deadlock_timeout = '10s'")
                owner.execute("SELECT FROM communications_conversation FOR UPDATE")
                folding = asyncio.create_task(record(hasty, [delivery_of(whatsapp_message("second"))]))
                # Before it has waited for so long that it looks for a deadlock, which it does once.
                while await rows(connections, WAITING) == [(0,)]:
                    await asyncio.sleep(0.01)
                await asyncio.to_thread(
                    owner.execute, "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (ACCOUNT,)
                )
            assert await folding == {"applied": 1}
    finally:
        owner.execute(f"ALTER DATABASE {database.name} RESET deadlock_timeout")
    assert await rows(connections, "SELECT unread_count FROM communications_conversation") == [(2,)]


class Colliding:
    """Connections whose first calls end as those of a writer that lost against another."""

    def __init__(self, connections, *, collisions: int, error: type[Exception]) -> None:
        self._connections = connections
        self._left = collisions
        self._error = error

    def connection(self, timeout: float | None = None):
        if self._left:
            self._left -= 1
            raise self._error
        return self._connections.connection(timeout)


@pytest.mark.parametrize("error", [errors.SerializationFailure, errors.DeadlockDetected])
async def test_d8_after_two_more_collisions_the_ledger_row_alone_is_saved(connections, error):
    await channel_make(connections, ACCOUNT)
    twice = Colliding(connections, collisions=2, error=error)
    assert await deliver(twice, whatsapp_message("twice")) == {"applied": 1}
    thrice = Colliding(connections, collisions=3, error=error)
    assert await deliver(thrice, whatsapp_message("thrice")) == {"failed": 1}
    assert await rows(connections, LEDGER) == [
        ("applied", "", 1),
        ("failed", "busy: writers kept colliding", 1),
    ]
    await retried(connections)
    assert await rows(connections, "SELECT unread_count FROM communications_conversation") == [(2,)]
