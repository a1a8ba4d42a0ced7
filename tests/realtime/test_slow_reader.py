"""A browser that reads too slowly is dropped and resumes; what waits for it is bounded (G3)."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import psycopg
import pytest

from communications.realtime.outgoing import OUTGOING_MAX_BYTES, OUTGOING_MAX_FRAMES, Outgoing
from communications.realtime.timing import Timing
from tests.feed.copy import Copy
from tests.feed.reading import assert_equal_to_stored, granted_load
from tests.feed.writers import Writer
from tests.realtime.browser import browse
from tests.realtime.inbox import channel_with_writer, message_write, person_with_session
from tests.realtime.served import served

pytestmark = pytest.mark.alone

TOO_SLOW = 1013


def narrow(port: int) -> dict[str, Any]:
    """Options of a socket whose kernel takes little that nobody has read."""
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    opened.connect(("127.0.0.1", port))
    return {"sock": opened, "max_queue": 1, "compression": None}


def connections_served() -> int:
    return sum("SocketConnection" in repr(task.get_coro()) for task in asyncio.all_tasks())


FRAMES = 40


def write_large(writer: Writer) -> None:
    """A message of a fifth of a megabyte, in a transaction of its own, so that it is a frame."""
    writer.act("message_add", 1)
    writer.run(
        "UPDATE communications_message SET text = (SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 6500)) "
        "WHERE id = (SELECT max(id) FROM communications_message)"
    )


def write_much(writer: Writer) -> None:
    for _ in range(FRAMES):
        write_large(writer)


async def test_a_browser_that_reads_nothing_is_dropped_and_resumes(connection: psycopg.Connection) -> None:
    person, quick = await person_with_session(connection), await person_with_session(connection)
    writer = channel_with_writer(connection, person.user_id, quick.user_id)
    copy = Copy()
    async with served() as server:
        async with (
            browse(server.port, person.cookie, copy, **narrow(server.port)) as slow,
            browse(server.port, quick.cookie) as other,
        ):
            await slow.until(lambda: slow.changes)
            await other.until(lambda: other.changes)
            slow.socket.transport.pause_reading()
            for _ in range(FRAMES):
                await asyncio.to_thread(write_large, writer)
                last = await asyncio.to_thread(message_write, writer)
                server.hub.poke()
                await other.until_row("message", last)
            assert server.hub.readers == 1
            slow.socket.transport.resume_reading()
            assert await slow.until_closed() == TOO_SLOW
            assert ("message", str(last)) not in copy.rows
            assert other.close_code is None
        async with browse(server.port, person.cookie, copy) as again:
            await again.until_row("message", last)
            copy.to_load = {str(writer.channel_id)}
            granted_load(copy, connection, person.user_id)
            assert_equal_to_stored(copy, connection, person.user_id)


async def test_a_browser_that_never_reads_again_is_given_up(connection: psycopg.Connection) -> None:
    """Its last frame is not waited for beyond measure."""
    person = await person_with_session(connection)
    writer = channel_with_writer(connection, person.user_id)
    async with (
        served(Timing(close_within=0.5)) as server,
        browse(server.port, person.cookie, **narrow(server.port)) as stuck,
    ):
        await stuck.until(lambda: stuck.changes)
        stuck.socket.transport.pause_reading()
        await asyncio.to_thread(write_much, writer)
        async with asyncio.timeout(60):
            while server.hub.readers or connections_served():
                await asyncio.sleep(0.05)
        stuck.socket.transport.abort()


async def test_a_browser_that_stops_reading_within_a_catch_up_is_given_up(
    connection: psycopg.Connection,
) -> None:
    person = await person_with_session(connection)
    copy = Copy()
    timing = Timing(heartbeat=0.3, silence=0.8, close_within=0.3)
    async with served(timing) as server:
        async with browse(server.port, person.cookie, copy) as browser:
            await browser.until(lambda: browser.changes)
        writer = channel_with_writer(connection, person.user_id)
        await asyncio.to_thread(write_much, writer)
        async with browse(server.port, person.cookie, copy, **narrow(server.port)) as stuck:
            await stuck.until(lambda: stuck.hello)
            stuck.socket.transport.pause_reading()
            async with asyncio.timeout(60):
                while connections_served():
                    await asyncio.sleep(0.05)
            stuck.socket.transport.abort()
    async with served() as server, browse(server.port, person.cookie, copy) as again:
        await again.until(lambda: again.changes and not again.changes[-1].more)
        assert_equal_to_stored(copy, connection, person.user_id)


async def test_a_queue_takes_so_many_frames_and_bytes_and_one_frame_always() -> None:
    many = Outgoing()
    assert [many.put(b"x") for _ in range(OUTGOING_MAX_FRAMES + 1)] == [True] * OUTGOING_MAX_FRAMES + [False]
    heavy = Outgoing()
    assert heavy.put(b"x" * OUTGOING_MAX_BYTES * 2)
    assert not heavy.put(b"x")
    assert len(await heavy.next() or b"") == OUTGOING_MAX_BYTES * 2
    assert heavy.put(b"x")


async def test_a_finished_queue_gives_its_last_frame_and_no_other() -> None:
    queue = Outgoing()
    queue.put(b"waiting")
    queue.finish(b"last")
    assert queue.put(b"too late")
    assert [await queue.next(), await queue.next(), await queue.next()] == [b"last", None, None]
    asked = asyncio.create_task((silent := Outgoing()).next())
    await asyncio.sleep(0)
    silent.finish()
    assert await asked is None
