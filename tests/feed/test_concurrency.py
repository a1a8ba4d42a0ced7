"""The same law while writers really run at once: long transactions, roll-backs, savepoints, several channels each."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from typing import Any

import psycopg
import pytest

from tests.database import ScratchDatabase
from tests.feed.people import channel_insert, person_insert
from tests.feed.reading import LiveReaders, Reader, assert_equal_to_stored, granted_load
from tests.feed.writers import ACTIONS, Writer

WRITERS = 5


class Undone(Exception):
    """Rolls a transaction back."""


def write(url: str, channels: list[int], people: list[int], seed: int, until: float) -> None:
    """Whoever writes into a channel holds its lock, as the fold does."""
    chance = random.Random(seed)
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() < until:
            writer = Writer(connection, chance.choice(channels), people)
            try:
                with connection.transaction():
                    connection.execute("SELECT pg_advisory_xact_lock(%s)", (writer.channel_id,))
                    act_some(writer, chance)
                    if chance.random() < 0.15:
                        raise Undone
            except Undone:
                pass


def act_some(writer: Writer, chance: random.Random) -> None:
    for _ in range(chance.randrange(1, 6)):
        try:
            with writer.connection.transaction():
                writer.act(chance.choice(sorted(ACTIONS)), chance.randrange(1_000))
                if chance.random() < 0.1:
                    raise Undone
        except Undone:
            pass
        if chance.random() < 0.05:
            time.sleep(0.2)


async def copies_end_equal(
    feed: psycopg.AsyncConnection[Any], database: ScratchDatabase, *, seconds: float, seed: int
) -> int:
    """The number of pages that were read."""
    with psycopg.connect(database.runtime_url, autocommit=True) as truth:
        people = [person_insert(truth) for _ in range(2)]
        channels = [channel_insert(truth, *people) for _ in range(3)]
        readers = [
            Reader(feed, person, limit=limit)
            for person, limit in zip(people * 2, (1, 7, 3, 500), strict=True)
        ]
        live = LiveReaders(feed, people, limit=5)
        for reader in (*readers, live):
            await reader.begin()
        until = time.monotonic() + seconds
        threads = [
            threading.Thread(
                target=write, args=(database.runtime_url, channels, people, seed + number, until)
            )
            for number in range(WRITERS)
        ]
        for thread in threads:
            thread.start()
        pages = 0
        while any(thread.is_alive() for thread in threads):
            for reader in (*readers, live):
                await reader.page()
                pages += 1
            if pages % 20 == 0:
                for reader in readers:
                    granted_load(reader.copy, truth, reader.user_id)
            await asyncio.sleep(0.01)
        for reader in readers:
            await reader.catch_up()
            granted_load(reader.copy, truth, reader.user_id)
            await reader.catch_up()
            assert_equal_to_stored(reader.copy, truth, reader.user_id)
        await live.catch_up()
        for person, copy in live.copies.items():
            granted_load(copy, truth, person)
            assert_equal_to_stored(copy, truth, person)
        return pages


async def test_copies_end_equal_while_writers_run(
    feed: psycopg.AsyncConnection[Any], database: ScratchDatabase
) -> None:
    """G5."""
    assert await copies_end_equal(feed, database, seconds=3, seed=1) > 20


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(100, 160, 10))
async def test_copies_end_equal_while_writers_run_for_long(
    feed: psycopg.AsyncConnection[Any], database: ScratchDatabase, seed: int
) -> None:
    assert await copies_end_equal(feed, database, seconds=20, seed=seed) > 200
