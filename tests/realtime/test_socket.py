"""The socket of a real server process."""

from __future__ import annotations

import psycopg

from tests.processes import Processes
from tests.realtime.browser import browse
from tests.realtime.inbox import channel_with_writer, message_write, person_with_session


async def test_a_change_is_told_as_it_happens(connection: psycopg.Connection, processes: Processes) -> None:
    person = await person_with_session(connection)
    writer = channel_with_writer(connection, person.user_id)
    server = processes.web()
    async with browse(server.port, person.cookie) as browser:
        await browser.until(lambda: browser.changes)
        message = message_write(writer)
        row = await browser.until_row("message", message)
        assert row.text == "text 1"
