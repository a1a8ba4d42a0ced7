"""Several server processes over one database, and what happens when one of either ends."""

from __future__ import annotations

import asyncio
import time

import psycopg
import pytest
from asgiref.sync import sync_to_async

from communications.feed.announce import changes_announce_on_commit
from tests.feed.copy import Copy
from tests.feed.reading import assert_equal_to_stored, granted_load
from tests.processes import Processes
from tests.realtime.browser import browse
from tests.realtime.inbox import channel_with_writer, message_write, person_with_session
from tests.webhooks.wire import patience

pytestmark = pytest.mark.alone

RESTARTING = 1012


async def test_processes_wake_each_other_and_miss_nothing_that_is_not_announced(
    connection: psycopg.Connection, processes: Processes
) -> None:
    """G4: an announcement brings a change at once; without one the next look brings it."""
    person, colleague = await person_with_session(connection), await person_with_session(connection)
    writer = channel_with_writer(connection, person.user_id, colleague.user_id)
    first, second = [await sync_to_async(processes.web)() for _ in range(2)]
    async with browse(first.port, person.cookie) as one, browse(second.port, colleague.cookie) as other:
        for browser in (one, other):
            await browser.until(lambda: browser.changes)  # noqa: B023
        announced, silent = [], []
        for _ in range(5):
            since = time.monotonic()
            message = await asyncio.to_thread(message_write, writer)
            await sync_to_async(changes_announce_on_commit)()
            for browser in (one, other):
                await browser.until_row("message", message)
            announced.append(time.monotonic() - since)
        for _ in range(2):
            since = time.monotonic()
            message = await asyncio.to_thread(message_write, writer)
            for browser in (one, other):
                await browser.until_row("message", message)
            silent.append(time.monotonic() - since)
        assert sorted(announced)[2] < patience(0.3)
        assert max(silent) < patience(3)
        await one.say(
            {"type": "presence", "conversation_id": str(writer.some("conversation", 0)), "state": "viewing"}
        )
        await other.until(lambda: other.presence)


async def test_a_restarted_server_is_resumed_without_loss(
    connection: psycopg.Connection, processes: Processes
) -> None:
    """Asked to stop it says so; killed it says nothing."""
    person = await person_with_session(connection)
    writer = channel_with_writer(connection, person.user_id)
    copy = Copy()
    copy.to_load = {str(writer.channel_id)}
    server = await sync_to_async(processes.web)()
    bind = f"127.0.0.1:{server.port}"
    for end in (server.stop, None):
        async with browse(server.port, person.cookie, copy) as browser:
            await browser.until(lambda: browser.changes)
            granted_load(copy, connection, person.user_id)
            await browser.until_row("message", message_write(writer))
            since = time.monotonic()
            await asyncio.to_thread(end or server.kill)
            code = await browser.until_closed()
            assert code == (RESTARTING if end else 1006)
            assert time.monotonic() - since < patience(5)
        for action in ("message_add", "message_change", "attendee_change"):
            writer.act(action, 0)
        server = await sync_to_async(processes.web)(LANDLINE_BIND=bind)
        async with browse(server.port, person.cookie, copy) as browser:
            await browser.until(lambda: browser.changes)
            assert browser.reset is None
            assert_equal_to_stored(copy, connection, person.user_id)


async def test_lost_connections_to_the_database_are_made_again_under_open_sockets(
    connection: psycopg.Connection, processes: Processes
) -> None:
    person = await person_with_session(connection)
    writer = channel_with_writer(connection, person.user_id)
    server = await sync_to_async(processes.web)()
    async with browse(server.port, person.cookie) as browser:
        await browser.until(lambda: browser.changes)
        for _ in range(3):
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND application_name LIKE 'landline %' AND pid <> pg_backend_pid()"
            )
            await browser.until_row("message", message_write(writer))
        assert browser.close_code is None
        async with browse(server.port, person.cookie) as another:
            await another.until(lambda: another.changes)
