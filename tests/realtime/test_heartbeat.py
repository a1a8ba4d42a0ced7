"""Both sides know within a minute that the other one is gone (G2), and a copy is not called current when it is not."""

from __future__ import annotations

import asyncio
import time

import psycopg
import pytest

from communications.realtime.timing import Timing
from tests.feed.copy import listed
from tests.realtime.browser import browse
from tests.realtime.inbox import channel_with_writer, message_write, person_with_session
from tests.realtime.served import served

pytestmark = pytest.mark.alone

TOO_SLOW, RESTARTING = 1013, 1012
QUICK = Timing(heartbeat=0.1, silence=1.5, stale=60, close_within=2)
# Longer than the silence that would be noticed.
BEATS = 18


def test_half_open_is_noticed_within_45_seconds() -> None:
    """The beats are as docs/protocol.md says, and the silence is measured apart from them."""
    timing = Timing()
    assert (timing.heartbeat, timing.silence) == (20, 45)


async def test_a_browser_that_answers_stays(connection: psycopg.Connection) -> None:
    person = await person_with_session(connection)
    async with served(QUICK) as server, browse(server.port, person.cookie) as browser:
        await browser.until(lambda: browser.pings >= BEATS)
        assert browser.close_code is None
        assert browser.hello is not None
        assert browser.hello.heartbeat_seconds == 1


async def test_a_browser_that_only_asks_stays_too(connection: psycopg.Connection) -> None:
    person = await person_with_session(connection)
    async with served(QUICK) as server, browse(server.port, person.cookie, answers_pings=False) as browser:
        for number in range(BEATS):
            await asyncio.sleep(QUICK.heartbeat)
            await browser.say({"type": "ping"})
            await browser.until(lambda: browser.pongs > number)  # noqa: B023
        assert browser.close_code is None


async def test_a_silent_browser_is_let_go_in_time(connection: psycopg.Connection) -> None:
    """Not at the beat after the deadline, but at the deadline."""
    person = await person_with_session(connection)
    timing = Timing(heartbeat=40, silence=1, close_within=2)
    async with served(timing) as server, browse(server.port, person.cookie, answers_pings=False) as browser:
        since = time.monotonic()
        assert await browser.until_closed() == TOO_SLOW
        assert 0.9 < time.monotonic() - since < 20
        assert not server.hub.readers


async def test_a_beat_moves_the_position_past_what_concerns_others(connection: psycopg.Connection) -> None:
    """Else a quiet reader's next catch-up would look through everybody's changes since it last heard any."""
    person, other = await person_with_session(connection), await person_with_session(connection)
    others = channel_with_writer(connection, other.user_id)
    async with served(QUICK) as server, browse(server.port, person.cookie) as browser:
        await browser.until(lambda: browser.changes)
        before = browser.copy.cursor
        message_write(others)
        await browser.until(lambda: browser.copy.cursor != before)
        assert not any(
            listed(getattr(browser.changes[-1].rows, entity)) for entity in ("message", "conversation")
        )
        told = len(browser.changes)
        pings = browser.pings
        await browser.until(lambda: browser.pings > pings + 2)
        assert len(browser.changes) == told


async def test_a_feed_that_cannot_be_read_is_not_passed_off_as_current(
    connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ping says that the copy is current; without the database the browser is sent away to try again."""
    person = await person_with_session(connection)
    timing = Timing(heartbeat=0.3, silence=60, stale=1.5, close_within=2)
    async with served(timing) as server, browse(server.port, person.cookie) as browser:
        await browser.until(lambda: browser.pings)
        connection.execute("ALTER ROLE CURRENT_USER SET search_path = nowhere")
        try:
            terminate_feed_connections(connection)
            assert await browser.until_closed() == RESTARTING
        finally:
            connection.execute("ALTER ROLE CURRENT_USER RESET search_path")
            terminate_feed_connections(connection)
        async with browse(server.port, person.cookie, browser.copy) as again:
            await again.until(lambda: again.changes)


def terminate_feed_connections(connection: psycopg.Connection) -> None:
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'landline feed' AND datname = current_database()"
    )
