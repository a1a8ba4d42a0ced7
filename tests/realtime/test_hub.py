"""The one reader of the feed in a process: when it reads, what ends it, and how it goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from communications.feed.announce import ANNOUNCEMENTS
from communications.feed.cursor import Cursor
from communications.feed.epoch import epoch_renew
from communications.feed.standing import start_cursor
from communications.realtime import hub as hub_module
from communications.realtime.hub import Hub
from communications.realtime.notices import SIGNS
from communications.schemas.scope import Scope
from tests.database import ScratchDatabase
from tests.feed.people import channel_insert, person_insert
from tests.feed.writers import Writer
from tests.realtime.browser import browse
from tests.realtime.inbox import channel_with_writer, message_write, person_with_session
from tests.realtime.served import served

RESTARTING = 1012


class Listener:
    """A reader that keeps what it is handed."""

    def __init__(self, user_id: int, channels: frozenset[int]) -> None:
        self.scope = Scope(user_id=user_id, session_generation=1, channels=channels)
        self.frames: list[bytes] = []
        self.reasons: list[str] = []

    def take(self, frame: bytes) -> None:
        self.frames.append(frame)

    def take_changes(self, frame: bytes, position: Cursor) -> None:
        self.frames.append(frame)

    def rescope(self, scope: Scope) -> None:
        self.scope = scope

    def restart(self, reason: str) -> None:
        self.reasons.append(reason)


@pytest.fixture
async def hub(database: ScratchDatabase) -> AsyncIterator[Hub]:
    opened = await Hub.open()
    yield opened
    await opened.close()


async def listen(hub: Hub, user_id: int, *channels: int) -> Listener:
    listener = Listener(user_id, frozenset(channels))
    async with hub.standing_still():
        hub.join(listener, await hub.read(start_cursor))
    return listener


async def until(holds: Any) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)


async def test_nothing_is_read_while_nobody_listens(
    hub: Hub, connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[Any] = []
    read = hub_module.changes_read

    async def counted(*arguments: Any, **named: Any) -> Any:
        reads.append(named)
        return await read(*arguments, **named)

    monkeypatch.setattr(hub_module, "changes_read", counted)
    person = person_insert(connection)
    writer = Writer(connection, channel_insert(connection, person), [person])
    for _ in range(5):
        writer.act("attendee_add", 1)
        hub.poke()
        await asyncio.sleep(0.05)
    assert reads == []
    listener = await listen(hub, person, writer.channel_id)
    await until(lambda: reads)
    writer.act("attendee_add", 1)
    hub.poke()
    await until(lambda: listener.frames)
    hub.leave(listener)
    await asyncio.sleep(0.1)
    count = len(reads)
    hub.poke()
    await asyncio.sleep(1.2)
    assert len(reads) == count
    assert hub.position is None


async def test_the_more_came_in_the_longer_the_next_reading_waits(
    hub: Hub, connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_at: list[float] = []
    read = hub_module.changes_read

    async def timed(*arguments: Any, **named: Any) -> Any:
        read_at.append(time.monotonic())
        return await read(*arguments, **named)

    monkeypatch.setattr(hub_module, "changes_read", timed)
    monkeypatch.setattr(hub_module, "LONGEST_PAUSE_SECONDS", 0.4)
    person = person_insert(connection)
    await listen(hub, person, channel_insert(connection, person))
    await until(lambda: read_at)
    hub.poke(1_000)
    await until(lambda: len(read_at) > 1)
    # A reading that had begun before it was poked knew of none.
    second = len(read_at)
    hub.poke(1_000)
    await until(lambda: len(read_at) > second)
    hub.poke()
    await until(lambda: len(read_at) > second + 1)
    assert read_at[second + 1] - read_at[second] >= 0.4


async def test_the_first_reader_is_looked_after_without_any_announcement(
    hub: Hub, connection: psycopg.Connection
) -> None:
    """G4: a reader that comes while the feed sleeps wakes it, and it looks by itself from then on."""
    person = person_insert(connection)
    writer = Writer(connection, channel_insert(connection, person), [person])
    await asyncio.sleep(0.1)
    listener = await listen(hub, person, writer.channel_id)
    await asyncio.sleep(0.3)
    writer.act("attendee_add", 1)
    await until(lambda: listener.frames)


async def test_a_reader_that_leaves_takes_nobody_else_with_it(
    hub: Hub, connection: psycopg.Connection
) -> None:
    person = person_insert(connection)
    writer = Writer(connection, channel_insert(connection, person), [person])
    listeners = [await listen(hub, person, writer.channel_id) for _ in range(3)]
    for leaving in listeners[:2]:
        hub.leave(leaving)
        hub.leave(leaving)
    writer.act("attendee_add", 1)
    hub.poke()
    await until(lambda: listeners[2].frames)
    assert not listeners[0].frames
    assert hub.readers == 1


async def test_readers_that_come_and_go_while_it_reads_miss_nothing(
    hub: Hub, connection: psycopg.Connection
) -> None:
    """Each gets every message written after it joined, however the last one to leave ended the reading."""
    person = person_insert(connection)
    writer = Writer(connection, channel_insert(connection, person), [person])
    writer.act("conversation_add", 0)

    async def visit(number: int) -> None:
        await asyncio.sleep(number % 7 * 0.003)
        listener = await listen(hub, person, writer.channel_id)
        await asyncio.to_thread(write, number)
        await until(lambda: any(f"name {number}:".encode() in frame for frame in listener.frames))
        hub.leave(listener)

    def write(number: int) -> None:
        with psycopg.connect(connection.info.dsn, autocommit=True) as own:
            own.execute(
                "INSERT INTO communications_chatattendee (channel_id, provider_id, name, identities) "
                "VALUES (%s, %s, %s, '{}')",
                (writer.channel_id, f"visit{number}", f"name {number}:"),
            )
        hub_poke()

    loop = asyncio.get_running_loop()

    def hub_poke() -> None:
        loop.call_soon_threadsafe(hub.poke)

    for first in range(0, 60, 6):
        await asyncio.gather(*(visit(number) for number in range(first, first + 6)))
    assert hub.readers == 0


async def test_a_task_that_was_ended_is_noticed_and_replaced(
    hub: Hub, connection: psycopg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    person = person_insert(connection)
    writer = Writer(connection, channel_insert(connection, person), [person])
    listener = await listen(hub, person, writer.channel_id)
    for name in ("feed reader", "notices, in", "notices, out"):
        for task in asyncio.all_tasks():
            if task.get_name() == name:
                task.cancel()
    await until(lambda: caplog.text.count("task_ended") == 3)
    for _ in range(2):
        held = len(listener.frames)
        writer.act("attendee_add", 1)
        hub.poke()
        await until(lambda: len(listener.frames) > held)  # noqa: B023


async def test_it_closes_without_a_word(
    database: ScratchDatabase, connection: psycopg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    """Of connections thrown away too."""
    opened = await Hub.open()
    await until(lambda: is_listening(connection))
    caplog.clear()
    await opened.close()
    assert [record.name for record in caplog.records if record.name.startswith("psycopg")] == []


def is_listening(connection: psycopg.Connection) -> bool:
    row = connection.execute(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle' AND query = %s",
        (f"LISTEN {SIGNS}",),
    ).fetchone()
    return row is not None


async def test_a_failure_nobody_foresaw_is_logged_and_outlived(
    hub: Hub,
    connection: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    person = person_insert(connection)
    writer = Writer(connection, channel_insert(connection, person), [person])
    listener = await listen(hub, person, writer.channel_id)

    async def fail(*arguments: Any, **named: Any) -> Any:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(hub_module, "changes_read", fail)
        hub.poke()
        await until(lambda: "ZeroDivisionError" in caplog.text)
    writer.act("attendee_add", 1)
    await until(lambda: listener.frames)


async def test_nonsense_in_a_notice_harms_nobody(hub: Hub, connection: psycopg.Connection) -> None:
    person = person_insert(connection)
    writer = Writer(connection, channel_insert(connection, person), [person])
    listener = await listen(hub, person, writer.channel_id)
    await asyncio.sleep(0.2)
    for payload in ("", "x", "{}", '{"user_id":"x"}', "[" * 5_000):
        connection.execute("SELECT pg_notify(%s, %s)", (SIGNS, payload))
    writer.act("attendee_add", 1)
    hub.poke()
    await until(lambda: listener.frames)
    assert [task.get_name() for task in asyncio.all_tasks()].count("notices, in") == 1


async def test_marks_come_with_writes_and_at_most_once_a_minute(
    hub: Hub, connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def marks() -> int:
        row = connection.execute("SELECT count(*) FROM communications_feedmark").fetchone()
        assert row is not None
        return int(row[0])

    before = marks()
    hub.poke()
    await asyncio.sleep(0.2)
    assert marks() == before
    monkeypatch.setattr(hub_module, "MARK_EVERY_SECONDS", 0.5)
    await asyncio.sleep(0.5)
    hub.poke()
    await until(lambda: marks() == before + 1)
    monkeypatch.setattr(hub_module, "MARK_EVERY_SECONDS", 60)
    connection.execute(f"NOTIFY {ANNOUNCEMENTS}")
    await asyncio.sleep(0.8)
    assert marks() == before + 1


async def test_an_epoch_made_by_another_process_resets_everybody(
    connection: psycopg.Connection, database: ScratchDatabase
) -> None:
    """Such as by a restore: without any loss of a connection."""
    person = await person_with_session(connection)
    writer = channel_with_writer(connection, person.user_id)
    async with served() as server:
        async with browse(server.port, person.cookie) as browser:
            await browser.until_row("message", await written(browser, writer))
            async with await psycopg.AsyncConnection.connect(database.runtime_url, autocommit=True) as other:
                epoch = await epoch_renew(other)
            assert await browser.until_closed() == RESTARTING
            assert browser.reset is not None
        async with browse(server.port, person.cookie, browser.copy) as again:
            assert await again.until_closed() == RESTARTING
            assert again.reset is not None
            assert again.hello is not None
            assert again.hello.epoch == str(epoch)


async def written(browser: Any, writer: Writer) -> int:
    await browser.until(lambda: browser.changes)
    return message_write(writer)
