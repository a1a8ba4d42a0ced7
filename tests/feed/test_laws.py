"""A reader's copy ends equal to the table (G5, G6, G7), whatever writers and pages do in whatever order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from communications.feed.epoch import mark_add
from tests.database import ScratchDatabase
from tests.feed.people import channel_insert, person_insert
from tests.feed.reading import LiveReaders, Reader, assert_equal_to_stored, granted_load
from tests.feed.writers import ACTIONS, Writer

WRITERS = 3
PEOPLE = 2

Step = tuple[str, int, str, int]
Connections = list[psycopg.Connection]

TURNS = ("begin", "commit", "roll back", "savepoint", "back to savepoint")
writer_numbers = st.integers(0, WRITERS - 1)
writes = st.tuples(st.just("write"), writer_numbers, st.sampled_from(sorted(ACTIONS)), st.integers(0, 1_000))
turns = st.tuples(st.sampled_from(TURNS), writer_numbers, st.just(""), st.just(0))
reads = st.tuples(
    st.sampled_from(("page", "page", "live page", "live page", "load", "mark")),
    st.integers(0, PEOPLE - 1),
    st.just(""),
    st.just(0),
)
schedules = st.lists(st.one_of(writes, writes, writes, turns, reads), min_size=10, max_size=60)


class Turn:
    """A writer, and how deep it is in a transaction."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self._is_open = False
        self._savepoints: list[str] = []

    def step(self, name: str) -> None:
        run = self.writer.connection.execute
        if name == "begin" and not self._is_open:
            run("BEGIN")
            self._is_open = True
        elif name in ("commit", "roll back") and self._is_open:
            run("COMMIT" if name == "commit" else "ROLLBACK")
            self._is_open, self._savepoints = False, []
        elif name == "savepoint" and self._is_open:
            self._savepoints.append(f"point{len(self._savepoints)}")
            run(f"SAVEPOINT {self._savepoints[-1]}")
        elif name == "back to savepoint" and self._savepoints:
            run(f"ROLLBACK TO SAVEPOINT {self._savepoints.pop()}")


@pytest.fixture
def connections(database: ScratchDatabase) -> Iterator[Connections]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(psycopg.connect(database.runtime_url, autocommit=True))
            for _ in range(WRITERS + 1)
        ]


shared = settings(
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.differing_executors,
        HealthCheck.too_slow,
    ],
)


generated = given(schedule=schedules, limits=st.tuples(*[st.integers(1, 7)] * (PEOPLE + 1)))


async def take_step(
    step: Step, writers: list[Turn], readers: list[Reader], live: LiveReaders, truth: psycopg.Connection
) -> None:
    kind, number, action, n = step
    match kind:
        case "write":
            writers[number].writer.act(action, n)
        case "page":
            await readers[number].page()
        case "live page":
            await live.page()
        case "load":
            readers[number].load(truth)
        case "mark":
            await mark_add(live.connection)
        case _:
            writers[number].step(kind)


async def copies_end_equal(
    feed: psycopg.AsyncConnection[Any],
    connections: Connections,
    schedule: list[Step],
    limits: tuple[int, ...],
) -> None:
    """Writers of a channel each: what is written into one channel is written one transaction after another anyway."""
    truth, *writing = connections
    people = [person_insert(truth) for _ in range(PEOPLE)]
    writers = [
        Turn(Writer(connection, channel_insert(truth, *people[:number]), people))
        for number, connection in enumerate(writing)
    ]
    for one in writers:
        for action in ("attendee_add", "conversation_add", "message_add"):
            one.writer.act(action, 1)
    readers = [Reader(feed, person, limit=limit) for person, limit in zip(people, limits, strict=False)]
    live = LiveReaders(feed, people, limit=limits[-1])
    for reader in (*readers, live):
        await reader.begin()
    for copy in (*(reader.copy for reader in readers), *live.copies.values()):
        # As in a first load: the position first, then the rows, whenever they are read.
        copy.to_load = {str(one.writer.channel_id) for one in writers}
    try:
        for step in schedule:
            await take_step(step, writers, readers, live, truth)
    finally:
        for one in writers:
            one.step("commit")
    for reader in readers:
        await reader.catch_up()
        reader.load(truth)
        await reader.catch_up()
        assert_equal_to_stored(reader.copy, truth, reader.user_id)
    await live.catch_up()
    for person, copy in live.copies.items():
        granted_load(copy, truth, person)
        assert_equal_to_stored(copy, truth, person)


@settings(shared, max_examples=60)
@generated
async def test_copies_end_equal_to_the_table(
    feed: psycopg.AsyncConnection[Any],
    connections: Connections,
    schedule: list[Step],
    limits: tuple[int, ...],
) -> None:
    note(f"{schedule} {limits}")
    await copies_end_equal(feed, connections, schedule, limits)


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(shared, max_examples=1_500)
@generated
async def test_copies_end_equal_to_the_table_in_many_more_cases(
    feed: psycopg.AsyncConnection[Any],
    connections: Connections,
    schedule: list[Step],
    limits: tuple[int, ...],
) -> None:
    note(f"{schedule} {limits}")
    await copies_end_equal(feed, connections, schedule, limits)
