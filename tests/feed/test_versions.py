"""Every row that a reader sees carries the number of the transaction that changed what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.database import ScratchDatabase
from tests.feed.people import channel_insert, person_insert
from tests.feed.writers import Writer

VERSIONS_OF = {
    "conversation": "SELECT version::text FROM communications_conversation WHERE channel_id = %s ORDER BY id",
    "message": "SELECT version::text FROM communications_message WHERE channel_id = %s ORDER BY id",
}


@pytest.fixture
def writer(database: ScratchDatabase) -> Iterator[Writer]:
    with psycopg.connect(database.runtime_url, autocommit=True) as connection:
        person = person_insert(connection)
        writer = Writer(connection, channel_insert(connection, person), [person])
        writer.act("attendee_add", 1)
        writer.act("conversation_add", 0)
        writer.act("message_add", 1)
        yield writer


def versions(writer: Writer, entity: str) -> list[int]:
    return [
        int(row[0]) for row in writer.connection.execute(VERSIONS_OF[entity], (writer.channel_id,)).fetchall()
    ]


def test_a_version_is_the_writing_transaction(writer: Writer) -> None:
    with writer.connection.transaction():
        number = int(value(writer, "SELECT pg_current_xact_id()::text"))
        writer.act("message_change", 0)
        assert versions(writer, "message") == [number]


def test_a_version_given_by_the_writer_counts_only_if_it_is_quiet(writer: Writer) -> None:
    for given in ("5", None):
        writer.run(
            "INSERT INTO communications_tombstone (entity, row_id, version) VALUES ('message', 1, %(version)s)",
            version=given,
        )
    assert int(value(writer, "SELECT min(version::text::bigint) FROM communications_tombstone")) > 5


def test_an_inserted_row_may_be_quiet_and_a_change_may_not(writer: Writer) -> None:
    writer.act("message_add_quietly", 1)
    assert versions(writer, "message")[-1] == 0
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="cannot be quiet"):
        writer.run("UPDATE communications_message SET version = '0' WHERE version <> '0'")
    for table in ("conversation", "channelaccess", "chatattendee"):
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
            writer.run(f"UPDATE communications_{table} SET version = '0' WHERE channel_id = %(channel)s")


def test_a_quiet_row_that_changes_is_news(writer: Writer) -> None:
    writer.act("message_add_quietly", 1)
    writer.run("UPDATE communications_message SET text = 'edited' WHERE version = '0'")
    assert min(versions(writer, "message")) > 0


@pytest.mark.parametrize(
    ("actions", "shown"),
    [
        (("attachment_add",), "message"),
        (("attachment_add", "attachment_change"), "message"),
        (("reaction_add",), "message"),
        (("reaction_add", "reaction_delete"), "message"),
        (("attendee_change",), "conversation"),
        (("message_change",), "conversation"),
        (("channel_change",), None),
    ],
)
def test_what_a_document_shows_changes_its_version(
    writer: Writer, actions: tuple[str, ...], shown: str | None
) -> None:
    *before, last = actions
    for action in before:
        writer.act(action, 0)
    held = {entity: versions(writer, entity) for entity in VERSIONS_OF}
    writer.act(last, 0)
    changed = {entity for entity in VERSIONS_OF if versions(writer, entity) != held[entity]}
    assert shown in changed if shown else not changed


def test_a_name_seen_again_is_no_news(writer: Writer) -> None:
    before = value(writer, "SELECT max(version::text::bigint) FROM communications_chatattendee")
    writer.run("UPDATE communications_chatattendee SET name_at = now()")
    assert value(writer, "SELECT max(version::text::bigint) FROM communications_chatattendee") == before


def test_a_deletion_leaves_a_tombstone_for_every_row(writer: Writer) -> None:
    for action in ("member_add", "attachment_add", "draft_write"):
        writer.act(action, 0)
    writer.act("conversation_delete", 0)
    found = writer.run(
        "SELECT entity, channel_id, user_id IS NOT NULL FROM communications_tombstone ORDER BY entity"
    )
    assert found.fetchall() == [
        ("conversation", writer.channel_id, False),
        ("draft", writer.channel_id, True),
        ("member", writer.channel_id, False),
        ("message", writer.channel_id, False),
    ]


def value(writer: Writer, query: str) -> Any:
    row = writer.connection.execute(query).fetchone()
    assert row is not None
    return row[0]
