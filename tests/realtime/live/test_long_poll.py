"""``changes/``: the same truth as the socket's, for browsers whose network lets no socket through."""

from __future__ import annotations

import asyncio
import http.client
import time
from typing import Any

import psycopg
import pytest
from asgiref.sync import sync_to_async

from communications.outbox.access import access_grant, access_revoke
from communications.outbox.sessions import sessions_end
from communications.schemas.frames import ChangesFrame, ResetFrame
from tests.feed.copy import Copy, listed
from tests.feed.reading import assert_equal_to_stored, granted_load
from tests.processes import LandlineServer
from tests.realtime.browser import CHANGES, Answer, browse, cookie_header, poll
from tests.realtime.inbox import Person, channel_with_writer, message_write, person_with_session

asked = sync_to_async(poll, thread_sensitive=False)


class Poller:
    """A browser that polls into a copy."""

    def __init__(self, server: LandlineServer, person: Person) -> None:
        self.copy = Copy()
        self._port, self._cookie = server.port, person.cookie

    async def poll(self, **parameters: Any) -> ChangesFrame:
        if self.copy.cursor:
            parameters["cursor"] = self.copy.cursor
        answer = await asked(self._port, self._cookie, **parameters)
        assert answer.status == 200, answer.body
        assert isinstance(answer.frame, ChangesFrame)
        self.copy.apply(answer.frame)
        return answer.frame


async def test_polls_and_a_socket_end_in_the_same_copy(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    person = await person_with_session(connection)
    poller = Poller(server, person)
    first = await poller.poll()
    assert not first.more
    assert first.cursor
    async with browse(server.port, person.cookie) as browser:
        await browser.until(lambda: browser.changes)
        writer = channel_with_writer(connection, person.user_id)
        for action in (
            "message_add",
            "member_add",
            "draft_write",
            "reaction_add",
            "message_add",
            "message_delete",
        ):
            writer.act(action, 1)
        await sync_to_async(access_grant)(person.user_id, writer.channel_id, "owner")
        last = message_write(writer)
        await browser.until_row("message", last)
        pages = 1
        while (await poller.poll(limit=3)).more:
            pages += 1
        assert pages > 2
        granted_load(browser.copy, connection, person.user_id)
        assert poller.copy.rows == browser.copy.rows
        assert_equal_to_stored(poller.copy, connection, person.user_id)
        assert not (await poller.poll()).more


@pytest.mark.alone
async def test_a_poll_waits_for_news_and_for_no_longer_than_asked(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    person, other = await person_with_session(connection), await person_with_session(connection)
    writer, others = (
        channel_with_writer(connection, person.user_id),
        channel_with_writer(connection, other.user_id),
    )
    poller = Poller(server, person)
    await poller.poll()
    await poller.poll()
    since = time.monotonic()
    assert not listed((await poller.poll(wait=1)).rows.message)
    assert 0.9 < time.monotonic() - since < 15
    waiting = asyncio.create_task(poller.poll(wait=20))
    await asyncio.sleep(0.3)
    message_write(others)
    await asyncio.sleep(0.3)
    assert not waiting.done()
    since = time.monotonic()
    message = message_write(writer)
    frame = await waiting
    assert [row.id for row in listed(frame.rows.message)] == [str(message)]
    assert time.monotonic() - since < 15


async def test_a_wait_without_news_still_moves_the_position_on(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    """Else every poll would look through everybody else's changes again."""
    person, other = await person_with_session(connection), await person_with_session(connection)
    others = channel_with_writer(connection, other.user_id)
    poller = Poller(server, person)
    before = (await poller.poll()).cursor
    message_write(others)
    after = await poller.poll(wait=1)
    assert after.cursor != before
    assert not listed(after.rows.message)


@pytest.mark.alone
async def test_what_is_written_while_a_poll_begins_to_wait_is_not_missed(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    person = await person_with_session(connection)
    writer = channel_with_writer(connection, person.user_id)
    poller = Poller(server, person)
    await poller.poll()
    while (await poller.poll()).more:
        pass
    for pause in (0, 0.001, 0.002, 0.004, 0.008, 0.016):
        waiting = asyncio.create_task(poller.poll(wait=20))
        await asyncio.sleep(pause)
        message = await sync_to_async(message_write)(writer)
        await asyncio.wait_for(waiting, 15)
        while ("message", str(message)) not in poller.copy.rows:
            await asyncio.wait_for(poller.poll(wait=20), 15)


@pytest.mark.alone
async def test_access_and_sessions_end_a_wait(connection: psycopg.Connection, server: LandlineServer) -> None:
    person = await person_with_session(connection)
    writer = channel_with_writer(connection, person.user_id)
    poller = Poller(server, person)
    await poller.poll()
    await poller.poll()
    waiting = asyncio.create_task(poller.poll(wait=20))
    await asyncio.sleep(0.3)
    await sync_to_async(access_revoke)(person.user_id, writer.channel_id)
    assert listed((await asyncio.wait_for(waiting, 15)).revoked) == (str(writer.channel_id),)
    ending = asyncio.create_task(asked(server.port, person.cookie, cursor=poller.copy.cursor, wait=20))
    await asyncio.sleep(0.3)
    await sync_to_async(sessions_end)(person.user_id)
    answer = await asyncio.wait_for(ending, 15)
    assert_problem(answer, 401, "not_authenticated")


@pytest.mark.parametrize("cursor", ["x", "A" * 5_000, "="])
async def test_a_position_of_no_use_is_answered_by_a_reset(
    connection: psycopg.Connection, server: LandlineServer, cursor: str
) -> None:
    person = await person_with_session(connection)
    answer = await asked(server.port, person.cookie, cursor=cursor, wait=20)
    assert answer.status == 200
    assert isinstance(answer.frame, ResetFrame)


@pytest.mark.parametrize(
    "parameters",
    [
        {"wait": "x"},
        {"wait": "-1"},
        {"wait": 26},
        {"wait": 10**9},
        {"wait": "٣"},
        {"limit": 0},
        {"limit": "1e3"},
        {"limit": 201},
    ],
)
async def test_what_cannot_be_asked_is_refused(
    connection: psycopg.Connection, server: LandlineServer, parameters: dict[str, Any]
) -> None:
    person = await person_with_session(connection)
    answer = await asked(server.port, person.cookie, **parameters)
    assert_problem(answer, 400, "invalid_input")
    assert next(iter(parameters)) in answer.document["detail"]


async def test_refusals_are_those_of_the_api(connection: psycopg.Connection, server: LandlineServer) -> None:
    person = await person_with_session(connection)
    assert_problem(await asked(server.port, None), 401, "not_authenticated")
    assert_problem(
        await asked(server.port, person.cookie, headers={"Host": "evil.example"}), 403, "not_permitted"
    )
    for method in ("POST", "DELETE", "PUT"):
        answer = await asked(server.port, person.cookie, method=method)
        assert_problem(answer, 405, "method_not_allowed")
        assert answer.headers["Allow"] == "GET"


def assert_problem(answer: Answer, status: int, code: str) -> None:
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "private, no-store"
    document = answer.document
    assert set(document) == {"type", "title", "status", "detail", "code", "request_id"}
    assert (document["status"], document["code"]) == (status, code)
    assert document["request_id"] == answer.headers["X-Request-Id"]


async def test_large_answers_are_compressed_for_who_takes_it(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    person = await person_with_session(connection)
    start = (await asked(server.port, person.cookie)).frame.cursor
    writer = channel_with_writer(connection, person.user_id)
    with connection.transaction():
        for _ in range(60):
            writer.act("message_add", 1)
    bodies = []
    for encoding, compressed in (
        ("gzip, br", True),
        ("br;q=1, gzip;q=0.2", True),
        ("gzip;q=0", False),
        ("identity", False),
    ):
        answer = await asked(server.port, person.cookie, headers={"Accept-Encoding": encoding}, cursor=start)
        assert ("Content-Encoding" in answer.headers) == compressed
        assert "Accept-Encoding" in answer.headers["Vary"]
        bodies.append(answer.frame.rows)
    assert bodies[0] == bodies[-1]
    small = await asked(server.port, person.cookie, headers={"Accept-Encoding": "gzip"}, limit=1)
    assert "Content-Encoding" not in small.headers


@pytest.mark.alone
async def test_who_hangs_up_is_waited_for_no_longer(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    """200 requests are given up; the server answers others as before."""
    person = await person_with_session(connection)
    cursor = (await asked(server.port, person.cookie)).frame.cursor
    for _ in range(200):
        hanging = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        hanging.request("GET", f"{CHANGES}?cursor={cursor}&wait=25", headers=cookie_header(person.cookie))
        hanging.close()
    writer = channel_with_writer(connection, person.user_id)
    since = time.monotonic()
    answer = await asked(server.port, person.cookie, cursor=cursor, wait=20)
    assert listed(answer.frame.granted) == (str(writer.channel_id),)
    assert time.monotonic() - since < 15
