"""Pages find their rows by an index, whatever the tables held when their statements were planned."""

from __future__ import annotations

import pytest
from django.db import connections

from communications.selectors import queries
from tests.database import ScratchDatabase
from tests.inbox import (
    NOON,
    attendee_make,
    channel_make,
    client_of,
    conversation_make,
    message_make,
    person_make,
)

CHATS = "/api/v1/communications/all/chats/"
ROWS = 20_000

# Many conversations with a contact each, and many messages with an attachment each in one of them.
FILL = """
WITH people AS (
    INSERT INTO communications_chatattendee (channel_id, provider_id, name, identities, version)
    SELECT %(channel)s, 'filled' || number, 'name ' || number, '{}', '1' FROM generate_series(1, %(rows)s) AS number
    RETURNING id, channel_id, provider_id
), chats AS (
    INSERT INTO communications_conversation
        (channel_id, external_thread_id, contact_id, last_message_at, disabled_features, version)
    SELECT channel_id, provider_id, id, %(noon)s, '{}', '1' FROM people
), written AS (
    INSERT INTO communications_message
        (channel_id, conversation_id, external_message_id, text, search_text, direction, sent_at, received_at, version)
    SELECT %(channel)s, %(conversation)s, 'filled' || number, 'text', '', 'inbound', %(noon)s, %(noon)s, '1'
    FROM generate_series(1, %(rows)s) AS number
    RETURNING id, channel_id
)
INSERT INTO communications_attachment (channel_id, message_id, external_attachment_id, kind)
SELECT channel_id, id, 'filled' || id, 'image' FROM written
"""


@pytest.mark.parametrize("vacuumed", [False, True])
def test_plans_made_on_empty_tables_read_pages_of_full_ones(
    database: ScratchDatabase, monkeypatch: pytest.MonkeyPatch, vacuumed: bool
) -> None:
    """After one slow page those of a thread, and all once PostgreSQL has looked at the tables, as it does by itself."""
    if vacuumed:
        with database.owner_connection() as owner:
            owner.execute("VACUUM ANALYZE")
    reader = person_make()
    client = client_of(reader)
    channel = channel_make(reader)
    conversation = conversation_make(channel)
    message_make(conversation, sender=attendee_make(channel))
    thread = (f"{CHATS}{conversation.pk}/messages/", f"{CHATS}{conversation.pk}/members/")

    def read(*paths: str) -> int:
        """How many rows and entries of indexes that takes."""
        before = scanned()
        for path in paths:
            assert client.get(path).status_code == 200
        return scanned() - before

    # Every statement is prepared the second time.
    for _ in range(2):
        read(CHATS, *thread)
    with database.owner_connection() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(
            FILL, {"rows": ROWS, "noon": NOON, "channel": channel.pk, "conversation": conversation.pk}
        )
    with monkeypatch.context() as slow:
        slow.setattr(queries, "PLANNED_AGAIN_AFTER_SECONDS", 0.0)
        read(*thread)
    assert read(*thread) < ROWS / 10
    with database.owner_connection() as owner:
        owner.execute("ANALYZE")
    assert read(CHATS, *thread) < ROWS / 10


def scanned() -> int:
    """By pages, so far."""
    with connections["planned_once"].cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables) + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes)"
        )
        return int(cursor.fetchone()[0])
