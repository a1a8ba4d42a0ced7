"""Who sees what on open sockets: given, taken, ended, and nobody else's (G8, G11, J3, J4, J8)."""

from __future__ import annotations

import time

import psycopg
import pytest
from asgiref.sync import sync_to_async

from communications.outbox.access import access_grant, access_revoke
from communications.outbox.sessions import sessions_end
from tests.feed.copy import listed
from tests.feed.reading import assert_equal_to_stored, granted_load
from tests.processes import LandlineServer
from tests.realtime.browser import browse
from tests.realtime.inbox import channel_with_writer, message_write, person_with_session, session_of
from tests.webhooks.wire import patience

SESSION_OVER = 4408
NOT_LOGGED_IN = 4401


async def test_two_people_are_told_of_their_own_channels_only(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    one, other = await person_with_session(connection), await person_with_session(connection)
    own, others = channel_with_writer(connection, one.user_id), channel_with_writer(connection, other.user_id)
    shared = channel_with_writer(connection, one.user_id, other.user_id)
    async with browse(server.port, one.cookie) as first, browse(server.port, other.cookie) as second:
        for browser in (first, second):
            await browser.until(lambda: browser.changes)  # noqa: B023
        for _ in range(5):
            message_write(own)
            message_write(others)
        shared.act("draft_write", 0)
        last = message_write(shared)
        for browser in (first, second):
            await browser.until_row("message", last)
        for browser, channel in ((first, own), (second, others)):
            channels = {row.channel_id for key, row in browser.copy.rows.items() if key[0] != "channel"}
            assert channels == {str(channel.channel_id), str(shared.channel_id)}
        assert [key for key in first.copy.rows if key[0] == "draft"]
        assert not [key for key in second.copy.rows if key[0] == "draft"]


async def test_a_channel_that_is_given_comes_at_once_and_wholly(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    person = await person_with_session(connection)
    writer = channel_with_writer(connection)
    message_write(writer)
    async with browse(server.port, person.cookie) as browser:
        await browser.until(lambda: browser.changes)
        await sync_to_async(access_grant)(person.user_id, writer.channel_id, "member")
        await browser.until(lambda: browser.copy.to_load)
        assert browser.copy.to_load == {str(writer.channel_id)}
        later = message_write(writer)
        await browser.until_row("message", later)
        granted_load(browser.copy, connection, person.user_id)
        assert_equal_to_stored(browser.copy, connection, person.user_id)


async def test_another_role_is_told_without_loading_anything(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    person = await person_with_session(connection)
    writer = channel_with_writer(connection, person.user_id)
    async with browse(server.port, person.cookie) as browser:
        await browser.until(lambda: browser.changes)
        await sync_to_async(access_grant)(person.user_id, writer.channel_id, "owner")
        row = await browser.until_row("channel", writer.channel_id)
        assert row.role == "owner"
        assert not browser.copy.to_load


async def test_after_a_channel_is_taken_nothing_of_it_is_told(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    """In the very frame that says so, and after it."""
    person, colleague = await person_with_session(connection), await person_with_session(connection)
    taken = channel_with_writer(connection, person.user_id, colleague.user_id)
    kept = channel_with_writer(connection, person.user_id)
    async with browse(server.port, person.cookie) as browser:
        await browser.until(lambda: browser.changes)
        await browser.until_row("message", message_write(taken))
        with connection.transaction():
            for _ in range(3):
                taken.act("message_add", 1)
            connection.execute(
                "DELETE FROM communications_channelaccess WHERE user_id = %s AND channel_id = %s",
                (person.user_id, taken.channel_id),
            )
            taken.act("message_add", 1)
        await sync_to_async(access_revoke)(person.user_id, taken.channel_id)
        for _ in range(3):
            message_write(taken)
        await browser.until_row("message", message_write(kept))
        telling = [frame for frame in browser.changes if listed(frame.revoked)]
        assert [listed(frame.revoked) for frame in telling] == [(str(taken.channel_id),)]
        for frame in browser.changes[browser.changes.index(telling[0]) :]:
            assert not [row for row in listed(frame.rows.message) if row.channel_id == str(taken.channel_id)]
        assert {row.channel_id for key, row in browser.copy.rows.items() if key[0] != "channel"} == {
            str(kept.channel_id)
        }


async def test_a_channel_taken_while_away_is_told_on_return(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    person = await person_with_session(connection)
    writer = channel_with_writer(connection, person.user_id)
    async with browse(server.port, person.cookie) as browser:
        await browser.until(lambda: browser.changes)
        await browser.until_row("message", message_write(writer))
        copy = browser.copy
    await sync_to_async(access_revoke)(person.user_id, writer.channel_id)
    message_write(writer)
    async with browse(server.port, person.cookie, copy) as browser:
        await browser.until(lambda: browser.changes)
        assert not copy.rows


@pytest.mark.alone
@pytest.mark.parametrize("ending", ["log-out", "password", "disabled", "deleted"])
async def test_the_end_of_a_session_closes_its_sockets_within_a_second(
    connection: psycopg.Connection, server: LandlineServer, ending: str
) -> None:
    """By whatever program: nobody pokes the server here but for the log-out."""
    person, other = await person_with_session(connection), await person_with_session(connection)
    writer = channel_with_writer(connection, person.user_id, other.user_id)
    statements = {
        "password": "UPDATE communications_user SET password = 'another' WHERE id = %s",
        "disabled": "UPDATE communications_user SET is_active = false WHERE id = %s",
        "deleted": "DELETE FROM communications_user WHERE id = %s",
    }
    async with (
        browse(server.port, person.cookie) as browser,
        browse(server.port, person.cookie) as second_tab,
        browse(server.port, other.cookie) as stranger,
    ):
        for one in (browser, second_tab, stranger):
            await one.until(lambda: one.changes)  # noqa: B023
        since = time.monotonic()
        if ending == "log-out":
            await sync_to_async(sessions_end)(person.user_id)
        else:
            if ending == "deleted":
                connection.execute(
                    "DELETE FROM communications_channelaccess WHERE user_id = %s", (person.user_id,)
                )
            connection.execute(statements[ending], (person.user_id,))
        assert await browser.until_closed() == SESSION_OVER
        assert await second_tab.until_closed() == SESSION_OVER
        assert time.monotonic() - since < patience(1.5)
        await stranger.until_row("message", message_write(writer))
        assert stranger.close_code is None
    if ending != "deleted":
        async with browse(server.port, person.cookie) as again:
            assert await again.until_closed() == NOT_LOGGED_IN


async def test_a_person_deleted_after_their_last_channel_was_taken_is_let_out(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    """With nothing left that they may see, the end of the person itself has to be told."""
    person = await person_with_session(connection)
    writer = channel_with_writer(connection, person.user_id)
    async with browse(server.port, person.cookie) as browser:
        await browser.until(lambda: browser.changes)
        await sync_to_async(access_revoke)(person.user_id, writer.channel_id)
        await browser.until(lambda: any(listed(frame.revoked) for frame in browser.changes))
        connection.execute("DELETE FROM communications_user WHERE id = %s", (person.user_id,))
        assert await browser.until_closed() == SESSION_OVER


async def test_a_new_session_after_the_old_ones_ended_is_open(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    person = await person_with_session(connection)
    await sync_to_async(sessions_end)(person.user_id)
    async with browse(server.port, await session_of(person.user_id)) as browser:
        await browser.until(lambda: browser.changes)
        assert browser.close_code is None
