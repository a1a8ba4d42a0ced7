"""Cursors that are none, and the longest that there can be (G7)."""

from __future__ import annotations

import base64
import uuid
from contextlib import ExitStack
from typing import Any

import msgspec
import psycopg
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from communications.feed.changes import changes_read
from communications.feed.cursor import CURSOR_MAX_CHARACTERS, Cursor, MalformedCursor, Position
from communications.feed.refusals import CursorRefused
from communications.feed.snapshots import SNAPSHOT_MAX_CHARACTERS, Snapshot
from communications.feed.standing import start_cursor
from tests.database import ScratchDatabase
from tests.feed.people import channel_insert, person_insert
from tests.feed.reading import Reader
from tests.feed.writers import Writer

LARGEST = 2**63 - 1
ONE = Cursor(epoch=uuid.UUID(int=1), mark=uuid.UUID(int=2), seen="700:702:700,701")
numbers = st.integers(1, LARGEST)


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    oldest = draw(st.integers(3, 2**40))
    running = sorted(draw(st.sets(st.integers(oldest, oldest + 200), max_size=30)))
    newest = draw(st.integers(max([oldest, *running]), oldest + 300))
    return Snapshot(running[0] if running else newest + 1, newest + 1, tuple(running))


@given(text=st.text(max_size=300) | st.text("ABCDEFabcdef0123456789-_=", max_size=300))
@example(text="")
@example(text="=")
@example(text="A" * (CURSOR_MAX_CHARACTERS + 1))
@example(text="𝟘" * 8)
def test_what_nobody_made_is_malformed(text: str) -> None:
    with pytest.raises(MalformedCursor):
        Cursor.decode(text)


@given(cut=st.integers(0, 200), flipped=st.integers(0, 200), bit=st.integers(1, 127))
def test_what_was_cut_or_changed_is_malformed(cut: int, flipped: int, bit: int) -> None:
    text = ONE.encode()
    assert Cursor.decode(text) == ONE
    with pytest.raises(MalformedCursor):
        Cursor.decode(text[: cut % len(text)])
    place = flipped % len(text)
    other = chr(ord(text[place]) ^ bit)
    try:
        # The last character holds bits that mean nothing.
        assert Cursor.decode(text[:place] + other + text[place + 1 :]) == ONE
    except MalformedCursor:
        return
    assert place == len(text) - 1


@given(
    seen=st.sampled_from(
        ("1:2:", "9223372036854775807:9223372036854775807:", "2:1:", "x", "", "1:99999999999999999999:")
    ),
    position=st.none() | st.tuples(st.integers(), st.text(max_size=5), st.integers()),
)
def test_numbers_made_up_by_somebody_are_malformed(seen: str, position: tuple[int, str, int] | None) -> None:
    """Without the server's key nobody can claim to have seen what was not written yet."""
    content = msgspec.json.encode(
        {"e": ONE.epoch, "m": ONE.mark, "s": seen, "t": seen if position else None, "p": position}
    )
    for seal in (b"", bytes(16), b"\xff" * 16):
        with pytest.raises(MalformedCursor):
            Cursor.decode(base64.urlsafe_b64encode(seal + content).rstrip(b"=").decode())


def test_the_longest_cursor_has_four_kilobytes() -> None:
    """B: two snapshots with as many running transactions as one may name, inside a page."""
    running = tuple(range(LARGEST - 2_000, LARGEST, 1))
    fitting = next(
        snapshot
        for count in range(len(running), 0, -1)
        if len(str(snapshot := Snapshot(running[0], LARGEST, running[:count]))) <= SNAPSHOT_MAX_CHARACTERS
    )
    assert fitting.short_enough() == fitting
    longest = Cursor(
        epoch=uuid.uuid4(),
        mark=uuid.uuid4(),
        seen=str(fitting),
        target=str(fitting),
        position=Position(9, str(LARGEST), LARGEST),
    ).encode()
    assert len(longest) <= CURSOR_MAX_CHARACTERS
    assert Cursor.decode(longest).seen == str(fitting)


@given(snapshot=snapshots(), newest=st.integers(0, 400), number=st.integers(-50, 400))
def test_a_shortened_snapshot_has_seen_nothing_more(snapshot: Snapshot, newest: int, number: int) -> None:
    newest += snapshot.oldest_running - 100
    number += snapshot.oldest_running
    assert Snapshot.parse(str(snapshot)) == snapshot
    cut = snapshot.up_to(newest)
    assert sees(cut, number) == (sees(snapshot, number) and number <= newest)
    assert not sees(cut.short_enough(), number) or sees(cut, number)
    assert not sees(Snapshot(snapshot.oldest_running, snapshot.oldest_running, ()), number) or sees(
        snapshot, number
    )


def sees(snapshot: Snapshot, number: int) -> bool:
    """As pg_visible_in_snapshot."""
    return number < snapshot.next_number and number not in snapshot.running


async def test_a_cursor_of_another_epoch_or_mark_is_refused(feed: psycopg.AsyncConnection[Any]) -> None:
    start = await start_cursor(feed)
    for strange in (
        msgspec.structs.replace(start, epoch=uuid.uuid4()),
        msgspec.structs.replace(start, mark=uuid.uuid4()),
    ):
        with pytest.raises(CursorRefused) as refused:
            await changes_read(feed, strange)
        assert not refused.value.is_ahead


async def test_a_cursor_from_the_future_is_refused_as_ahead(feed: psycopg.AsyncConnection[Any]) -> None:
    start = await start_cursor(feed)
    next_number = Snapshot.parse(start.seen).next_number
    future = str(Snapshot(next_number, next_number + 1_000, ()))
    with pytest.raises(CursorRefused) as refused:
        await changes_read(feed, msgspec.structs.replace(start, seen=future))
    assert refused.value.is_ahead


async def test_many_running_transactions_fit_into_a_cursor_and_nothing_is_lost(
    feed: psycopg.AsyncConnection[Any], database: ScratchDatabase
) -> None:
    with ExitStack() as stack:
        first = stack.enter_context(psycopg.connect(database.runtime_url, autocommit=True))
        person = person_insert(first)
        channel = channel_insert(first, person)
        reader = Reader(feed, person, limit=3)
        await reader.begin()
        writers = [
            Writer(stack.enter_context(psycopg.connect(database.runtime_url)), channel, [person])
            for _ in range(60)
        ]
        for writer in writers:
            writer.act("attendee_add", 1)
        for writer in writers[1::2]:
            writer.connection.commit()
            await reader.page()
            assert len(reader.copy.cursor) <= CURSOR_MAX_CHARACTERS
        for writer in writers[::2]:
            writer.connection.commit()
        await reader.catch_up()
        assert len([key for key in reader.copy.rows if key[0] == "attendee"]) == 60
