"""What one page holds: as many rows as asked for, as much as is bearable, and only of its reader's channels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from communications.feed.changes import PAGE_BYTES, Changes, changes_read
from communications.feed.cursor import Cursor
from communications.feed.refusals import CursorRefused
from communications.feed.standing import start_cursor
from tests.database import ScratchDatabase
from tests.feed.people import channel_insert, person_insert
from tests.feed.reading import Reader
from tests.feed.writers import Writer


@pytest.fixture
def connection(database: ScratchDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.runtime_url, autocommit=True) as opened:
        yield opened


def writer_make(connection: psycopg.Connection, *readers: int) -> Writer:
    writer = Writer(connection, channel_insert(connection, *readers), list(readers) or [0])
    writer.act("attendee_add", 1)
    writer.act("conversation_add", 0)
    return writer


async def all_pages(feed: psycopg.AsyncConnection[Any], since: Cursor, **options: Any) -> list[Changes]:
    pages = [await changes_read(feed, since, **options)]
    while pages[-1].more:
        pages.append(await changes_read(feed, pages[-1].cursor, **options))
    return pages


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 500])
async def test_pages_hold_no_more_than_asked_for(
    feed: psycopg.AsyncConnection[Any], connection: psycopg.Connection, limit: int
) -> None:
    person = person_insert(connection)
    start = await start_cursor(feed)
    writer = writer_make(connection, person)
    for _ in range(5):
        writer.act("message_add", 1)
    pages = await all_pages(feed, start, user_id=person, limit=limit)
    keys = [(row.entity, row.document.id) for page in pages for row in page.rows]  # type: ignore[attr-defined]
    # The channel may come twice: with the right to it, and as itself.
    assert len(set(keys)) == 9
    assert all(len(page.rows) <= limit for page in pages)
    assert [page.more for page in pages] == [True] * (len(pages) - 1) + [False]


async def test_a_catch_up_goes_on_in_every_table(
    feed: psycopg.AsyncConnection[Any], connection: psycopg.Connection
) -> None:
    """The last one too, of which a page may begin with nothing before it."""
    person = person_insert(connection)
    start = await start_cursor(feed)
    writer = writer_make(connection, person)
    for action in ("member_add", "message_add", "message_delete", "message_add", "draft_write"):
        writer.act(action, 1)
    pages = await all_pages(feed, start, user_id=person, limit=1)
    told = {row.entity for page in pages for row in page.rows} | {
        row.entity for page in pages for row in page.gone
    }
    assert told == {"channel", "attendee", "conversation", "member", "message", "draft"}


async def test_what_is_written_between_pages_comes_after_them(
    feed: psycopg.AsyncConnection[Any], connection: psycopg.Connection
) -> None:
    person = person_insert(connection)
    writer = writer_make(connection, person)
    reader = Reader(feed, person, limit=1)
    await reader.begin()
    for _ in range(4):
        writer.act("message_add", 1)
    changes = await reader.page()
    writer.act("channel_change", 1)
    writer.act("message_change", 0)
    while changes.more:
        changes = await reader.page()
    assert ("channel", str(writer.channel_id)) not in reader.copy.rows
    await reader.catch_up()
    assert ("channel", str(writer.channel_id)) in reader.copy.rows
    assert len([key for key in reader.copy.rows if key[0] == "message"]) == 4


async def test_long_texts_make_short_pages(
    feed: psycopg.AsyncConnection[Any], connection: psycopg.Connection
) -> None:
    """However long a text is, a page holds one row at least."""
    person = person_insert(connection)
    writer = writer_make(connection, person)
    start = await start_cursor(feed)
    for length in (PAGE_BYTES // 3, PAGE_BYTES // 3, PAGE_BYTES // 3, PAGE_BYTES * 3, 10):
        writer.act("message_add", 1)
        writer.run(
            "UPDATE communications_message SET text = repeat('x', %(length)s) WHERE id = ("
            "SELECT max(id) FROM communications_message)",
            length=length,
        )
    pages = await all_pages(feed, start, user_id=person)
    lengths = [[len(row.document.text) for row in page.rows if row.entity == "message"] for page in pages]  # type: ignore[attr-defined]
    assert [length for page in lengths for length in page] == [PAGE_BYTES // 3] * 3 + [PAGE_BYTES * 3, 10]
    assert all(sum(page) <= PAGE_BYTES or len(page) == 1 for page in lengths)


async def test_a_right_that_ended_after_a_cursor_shows_nothing_of_what_came_then(
    feed: psycopg.AsyncConnection[Any], connection: psycopg.Connection
) -> None:
    """G11: rows and rights are those of one moment."""
    person = person_insert(connection)
    writer = writer_make(connection, person)
    start = await start_cursor(feed)
    writer.act("message_add", 1)
    writer.act("access_take", 0)
    writer.act("message_add", 1)
    changes = await changes_read(feed, start, user_id=person)
    assert changes.revoked == {person: {writer.channel_id}}
    assert not changes.rows
    assert not changes.gone


async def test_a_right_that_ended_and_came_back_is_granted_again(
    feed: psycopg.AsyncConnection[Any], connection: psycopg.Connection
) -> None:
    person = person_insert(connection)
    writer = writer_make(connection, person)
    start = await start_cursor(feed)
    writer.act("access_take", 0)
    writer.act("access_give", 0)
    changes = await changes_read(feed, start, user_id=person)
    assert (changes.granted, changes.revoked) == ({person: {writer.channel_id}}, {})
    assert [row.entity for row in changes.rows] == ["channel"]


async def test_another_role_is_told_to_its_holder_alone(
    feed: psycopg.AsyncConnection[Any], connection: psycopg.Connection
) -> None:
    promoted, other = person_insert(connection), person_insert(connection)
    writer = writer_make(connection, promoted, other)
    start = await start_cursor(feed)
    writer.run(
        "UPDATE communications_channelaccess SET role = 'owner' WHERE user_id = %(user)s", user=promoted
    )
    changes = await changes_read(feed, start)
    assert [(row.user_id, row.document.role) for row in changes.rows] == [(promoted, "owner")]  # type: ignore[attr-defined]


async def test_a_removed_channel_is_revoked_and_nothing_else_is_said_of_it(
    feed: psycopg.AsyncConnection[Any], connection: psycopg.Connection
) -> None:
    """However many rows go with it."""
    person, stranger = person_insert(connection), person_insert(connection)
    writer = writer_make(connection, person)
    for _ in range(3):
        writer.act("message_add", 1)
    start = await start_cursor(feed)
    writer.act("conversation_delete", 0)
    for table in ("chatattendee", "channelaccess"):
        writer.run(f"DELETE FROM communications_{table} WHERE channel_id = %(channel)s")
    writer.run("DELETE FROM communications_channel WHERE id = %(channel)s")
    of_all = await changes_read(feed, start)
    assert of_all.revoked == {person: {writer.channel_id}}
    assert not of_all.rows
    assert not of_all.gone
    assert (await changes_read(feed, start, user_id=person)).revoked == {person: {writer.channel_id}}
    assert (await changes_read(feed, start, user_id=stranger)).is_empty


async def test_the_end_of_sessions_is_told_with_the_new_generation(
    feed: psycopg.AsyncConnection[Any], connection: psycopg.Connection
) -> None:
    person, disabled, deleted = (person_insert(connection) for _ in range(3))
    start = await start_cursor(feed)
    connection.execute("UPDATE communications_user SET last_login = now() WHERE id = %s", (person,))
    assert not (await changes_read(feed, start)).scopes
    connection.execute("UPDATE communications_user SET password = 'another' WHERE id = %s", (person,))
    connection.execute("UPDATE communications_user SET is_active = false WHERE id = %s", (disabled,))
    channel_insert(connection, deleted)
    connection.execute("DELETE FROM communications_channelaccess WHERE user_id = %s", (deleted,))
    connection.execute("DELETE FROM communications_user WHERE id = %s", (deleted,))
    scopes = (await changes_read(feed, start)).scopes
    assert {user: scope.session_generation for user, scope in scopes.items()} == {
        person: 2,
        disabled: None,
        deleted: None,
    }


async def test_drafts_are_their_authors_alone(
    feed: psycopg.AsyncConnection[Any], connection: psycopg.Connection
) -> None:
    author, colleague = person_insert(connection), person_insert(connection)
    writer = writer_make(connection, author, colleague)
    start = await start_cursor(feed)
    writer.act("draft_write", 0)
    assert [row.entity for row in (await changes_read(feed, start, user_id=author)).rows] == ["draft"]
    assert (await changes_read(feed, start, user_id=colleague)).is_empty
    writer.act("draft_delete", 0)
    assert [row.entity for row in (await changes_read(feed, start, user_id=author)).gone] == ["draft"]
    assert (await changes_read(feed, start, user_id=colleague)).is_empty


async def test_a_cursor_older_than_the_oldest_tombstone_is_refused(
    feed: psycopg.AsyncConnection[Any], connection: psycopg.Connection
) -> None:
    """G1: what is purged cannot be told any more; one who has seen it all goes on."""
    person = person_insert(connection)
    writer = writer_make(connection, person)
    writer.act("message_add", 1)
    before = await start_cursor(feed)
    writer.act("message_delete", 0)
    after = await start_cursor(feed)
    connection.execute(
        "UPDATE communications_feedepoch SET tombstones_since = ("
        "SELECT version FROM communications_tombstone ORDER BY version DESC LIMIT 1)"
    )
    connection.execute("DELETE FROM communications_tombstone")
    with pytest.raises(CursorRefused, match="too long ago"):
        await changes_read(feed, before, user_id=person)
    assert (await changes_read(feed, after, user_id=person)).is_empty


async def test_a_row_that_cannot_be_written_down_keeps_no_other_from_its_readers(
    feed: psycopg.AsyncConnection[Any], connection: psycopg.Connection, database: ScratchDatabase
) -> None:
    person = person_insert(connection)
    writer = writer_make(connection, person)
    start = await start_cursor(feed)
    writer.act("message_add", 1)
    writer.act("attachment_add", 0)
    writer.run("UPDATE communications_attachment SET kind = 'no such kind'")
    writer.act("message_add", 1)
    changes = await changes_read(feed, start, user_id=person)
    assert len([row for row in changes.rows if row.entity == "message"]) == 1
