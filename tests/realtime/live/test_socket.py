"""The socket of a real server process: greeting, catching up, what happens, and what it refuses."""

from __future__ import annotations

import uuid

import msgspec
import psycopg
import pytest
from asgiref.sync import sync_to_async
from websockets.asyncio.client import connect

from communications.feed.changes import PAGE_ROWS
from communications.feed.cursor import Cursor
from tests.feed.copy import Copy
from tests.feed.reading import assert_equal_to_stored
from tests.processes import LandlineServer
from tests.realtime.browser import PATH, browse, cookie_header
from tests.realtime.inbox import channel_with_writer, message_write, person_with_session

NOT_LOGGED_IN, WRONG_ORIGIN, RESTARTING, TOO_BIG = 4401, 4403, 1012, 1009


async def test_a_change_is_told_as_it_happens(connection: psycopg.Connection, server: LandlineServer) -> None:
    person = await person_with_session(connection)
    writer = channel_with_writer(connection, person.user_id)
    async with browse(server.port, person.cookie) as browser:
        await browser.until(lambda: browser.changes)
        message = message_write(writer)
        row = await browser.until_row("message", message)
        assert row.text == "text 1"
        assert not browser.changes[-1].more


async def test_the_greeting_comes_first_and_says_where_to_start(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    """Without a position nothing is caught up: the first load reads it."""
    person = await person_with_session(connection)
    channel_with_writer(connection, person.user_id)
    async with connect(
        f"ws://127.0.0.1:{server.port}{PATH}",
        origin=f"http://127.0.0.1:{server.port}",  # type: ignore[arg-type]
        additional_headers=cookie_header(person.cookie),
    ) as socket:
        hello = msgspec.json.decode(await socket.recv())
        assert hello["type"] == "hello"
        assert hello["user_id"] == str(person.user_id)
        assert hello["heartbeat_seconds"] == 20
        assert uuid.UUID(hello["epoch"])
        assert hello["build"]
        first = msgspec.json.decode(await socket.recv())
        assert (first["type"], first["rows"], first["more"]) == ("changes", {}, False)
        assert Cursor.decode(hello["cursor"]).epoch == uuid.UUID(hello["epoch"])


async def test_a_socket_resumes_where_the_last_one_ended(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    """G1: whatever was written meanwhile, and however the socket ended."""
    person = await person_with_session(connection)
    writer = channel_with_writer(connection, person.user_id)
    copy = Copy()
    async with browse(server.port, person.cookie, copy) as browser:
        await browser.until(lambda: browser.changes)
        message_write(writer)
        await browser.until(lambda: len(browser.changes) > 1)
        browser.socket.transport.abort()
    for action in (
        "message_add",
        "message_change",
        "attendee_change",
        "member_add",
        "draft_write",
        "channel_change",
    ):
        writer.act(action, 0)
    async with browse(server.port, person.cookie, copy) as browser:
        await browser.until(lambda: browser.changes and not browser.changes[-1].more)
        rows = dict(copy.rows)
        assert len(browser.changes) == 1
    async with browse(server.port, person.cookie, copy) as browser:
        await browser.until(lambda: browser.changes)
        assert copy.rows == rows
        assert browser.changes[0].rows == msgspec.convert({}, type(browser.changes[0].rows))


async def test_a_long_absence_is_caught_up_in_pages(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    person = await person_with_session(connection)
    copy = Copy()
    async with browse(server.port, person.cookie, copy) as browser:
        await browser.until(lambda: browser.changes)
    writer = channel_with_writer(connection, person.user_id)
    with connection.transaction():
        for _ in range(PAGE_ROWS * 2):
            writer.act("message_add", 1)
    async with browse(server.port, person.cookie, copy) as browser:
        await browser.until(lambda: browser.changes and not browser.changes[-1].more)
        assert [frame.more for frame in browser.changes] == [True, True, False]
        assert_equal_to_stored(copy, connection, person.user_id)


async def test_a_catch_up_that_breaks_off_goes_on_inside(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    person = await person_with_session(connection)
    copy = Copy()
    async with browse(server.port, person.cookie, copy) as browser:
        await browser.until(lambda: browser.changes)
    writer = channel_with_writer(connection, person.user_id)
    with connection.transaction():
        for _ in range(PAGE_ROWS * 2):
            writer.act("message_add", 1)
    async with browse(server.port, person.cookie, copy) as browser:
        await browser.until(lambda: browser.changes)
        browser.socket.transport.abort()
    last = message_write(writer)
    async with browse(server.port, person.cookie, copy) as browser:
        await browser.until_row("message", last)
        assert_equal_to_stored(copy, connection, person.user_id)


@pytest.mark.parametrize(
    "cursor",
    ["x", "=", "AAAA", "A" * 5_000, Cursor(epoch=uuid.uuid4(), mark=uuid.uuid4(), seen="9:9:").encode()],
)
async def test_a_position_of_no_use_is_answered_by_a_reset(
    connection: psycopg.Connection, server: LandlineServer, cursor: str
) -> None:
    """After the greeting, whose position is that of a first load; then the socket ends."""
    person = await person_with_session(connection)
    copy = Copy()
    copy.cursor = cursor
    async with browse(server.port, person.cookie, copy) as browser:
        assert await browser.until_closed() == RESTARTING
        assert browser.hello is not None
        assert browser.reset is not None
        assert browser.reset.reason
        assert not browser.changes


async def test_pings_are_answered_and_nonsense_is_not(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    person = await person_with_session(connection)
    async with browse(server.port, person.cookie) as browser:
        await browser.until(lambda: browser.changes)
        for text in (
            "",
            "x",
            "[]",
            "{}",
            '{"type":7}',
            '{"type":"ping"',
            "[" * 30_000,
            '{"type":"changes","rows":{}}',
        ):
            await browser.socket.send(text)
        await browser.socket.send(b"\x00\xff")
        await browser.say({"type": "ping"})
        await browser.until(lambda: browser.pongs == 1)
        assert browser.close_code is None


async def test_a_frame_over_64_kilobytes_ends_the_socket(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    """G7."""
    person = await person_with_session(connection)
    async with browse(server.port, person.cookie) as browser:
        await browser.until(lambda: browser.changes)
        await browser.socket.send("x" * 65_537)
        assert await browser.until_closed() == TOO_BIG


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1",
        "http://127.0.0.1:{port}.evil.example",
        "http://evil-127.0.0.1:{port}",
        "http://127.0.0.1:{port}@evil.example",
        "http://evil.example",
        "http://[::1",
        "http://127.0.0.1:{port}/",
    ],
)
async def test_a_page_of_somebody_else_opens_no_socket(
    connection: psycopg.Connection, server: LandlineServer, origin: str | None
) -> None:
    """J6."""
    person = await person_with_session(connection)
    origin = None if origin is None else origin.format(port=server.port)
    async with browse(server.port, person.cookie, origin=origin) as browser:
        assert await browser.until_closed() == WRONG_ORIGIN
        assert browser.hello is None


async def test_a_name_that_is_not_this_servers_opens_no_socket(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    """A page of evil.example whose name was made to point here: its Origin equals its Host."""
    person = await person_with_session(connection)
    async with connect(
        f"ws://evil.example:{server.port}{PATH}",
        host="127.0.0.1",
        port=server.port,
        origin=f"http://evil.example:{server.port}",  # type: ignore[arg-type]
        additional_headers=cookie_header(person.cookie),
    ) as socket:
        await socket.wait_closed()
        assert socket.close_code == WRONG_ORIGIN


@pytest.mark.parametrize("cookie", [None, "", "0" * 32, "a=b; c", "a" * 4_000])
async def test_nobody_is_told_to_log_in(server: LandlineServer, cookie: str | None) -> None:
    async with browse(server.port, cookie) as browser:
        assert await browser.until_closed() == NOT_LOGGED_IN
        assert browser.hello is None


async def test_a_disabled_person_is_told_to_log_in(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    person = await person_with_session(connection)
    await sync_to_async(connection.execute)(
        "UPDATE communications_user SET is_active = false WHERE id = %s", (person.user_id,)
    )
    async with browse(server.port, person.cookie) as browser:
        assert await browser.until_closed() == NOT_LOGGED_IN


async def test_large_frames_travel_compressed_and_small_ones_do_not(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    person = await person_with_session(connection)
    copy = Copy()
    async with browse(server.port, person.cookie, copy) as browser:
        await browser.until(lambda: browser.changes)
    writer = channel_with_writer(connection, person.user_id)
    with connection.transaction():
        for _ in range(200):
            writer.act("message_add", 1)
    received = []
    for compression in ("deflate", None):
        again = Copy()
        again.cursor = copy.cursor
        async with browse(server.port, person.cookie, again, compression=compression) as browser:
            seen = count_bytes(browser.socket)
            await browser.until(lambda: browser.changes and not browser.changes[-1].more)
            before = seen[0]
            message_write(writer)
            await browser.until(lambda: len(browser.changes) > 1)
            received.append((before, seen[0] - before))
    (compressed, small), (plain, plain_small) = received
    assert compressed * 4 < plain
    assert abs(small - plain_small) < 20


def count_bytes(socket: object) -> list[int]:
    """Bytes that arrive from now on."""
    seen = [0]
    protocol = socket.protocol  # type: ignore[attr-defined]
    receive = protocol.receive_data

    def counted(data: bytes) -> None:
        seen[0] += len(data)
        receive(data)

    protocol.receive_data = counted
    return seen
