"""Reading a conversation up to a message."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from communications.models import Channel, Conversation, Message, User
from tests.database import ScratchDatabase
from tests.inbox import (
    channel_make,
    client_of,
    conversation_make,
    message_make,
    minutes,
    person_make,
    recount,
)


class Thread:
    """A conversation of inbound messages, a minute apart, nothing of it read."""

    def __init__(self, length: int) -> None:
        self.reader: User = person_make()
        self.channel: Channel = channel_make(self.reader)
        self.conversation: Conversation = conversation_make(self.channel)
        self.messages: list[Message] = [
            message_make(self.conversation, sent_at=minutes(number)) for number in range(length)
        ]
        recount(self.conversation)
        self.client = client_of(self.reader)

    def read(self, message: Message, conversation: Conversation | None = None) -> dict[str, Any]:
        answer = self.client.post(
            f"/api/v1/communications/all/chats/{(conversation or self.conversation).pk}/read/",
            {"message_id": str(message.pk)},
            content_type="application/json",
        )
        assert answer.status_code == 200, answer.content
        document: dict[str, Any] = answer.json()
        return document

    @property
    def version(self) -> int:
        return int(Conversation.objects.get(pk=self.conversation.pk).version or 0)


@pytest.fixture
def thread(database: ScratchDatabase) -> Thread:
    return Thread(5)


def test_reading_moves_the_marker_forward_and_never_back(thread: Thread) -> None:
    assert thread.read(thread.messages[2])["unread_count"] == 2
    held = thread.version
    assert thread.read(thread.messages[0])["unread_count"] == 2
    assert thread.read(thread.messages[2])["unread_count"] == 2
    assert thread.version == held, "what changes nothing is no news"
    assert thread.read(thread.messages[4])["unread_count"] == 0
    assert thread.version > held


def test_what_arrives_later_is_unread(thread: Thread) -> None:
    thread.read(thread.messages[4])
    message_make(thread.conversation, sent_at=minutes(10))
    message_make(thread.conversation, sent_at=minutes(2), text="late")
    recount(thread.conversation)
    assert Conversation.objects.get(pk=thread.conversation.pk).unread_count == 1


def test_reading_in_a_merged_part_reads_the_whole(thread: Thread) -> None:
    part = conversation_make(thread.channel, continues=thread.conversation)
    inside = message_make(part, sent_at=minutes(3.5))
    document = thread.read(inside, conversation=part)
    assert document["id"] == str(thread.conversation.pk)
    assert document["unread_count"] == 1


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.lists(st.integers(0, 4), min_size=1, max_size=6))
def test_the_order_of_reading_does_not_matter(database: ScratchDatabase, order: list[int]) -> None:
    database.reset()
    thread = Thread(5)
    documents = [thread.read(thread.messages[number]) for number in order]
    assert documents[-1]["unread_count"] == 4 - max(order)
    counts = [document["unread_count"] for document in documents]
    assert counts == sorted(counts, reverse=True)


def test_readers_at_the_same_moment_end_at_the_later_message(thread: Thread) -> None:
    barrier = threading.Barrier(5)

    def reading(number: int) -> None:
        client = client_of(thread.reader)
        barrier.wait()
        client.post(
            f"/api/v1/communications/all/chats/{thread.conversation.pk}/read/",
            {"message_id": str(thread.messages[number].pk)},
            content_type="application/json",
        )
        connections.close_all()

    threads = [threading.Thread(target=reading, args=[number]) for number in range(5)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert Conversation.objects.get(pk=thread.conversation.pk).unread_count == 0


def test_the_marker_waits_for_whoever_writes_the_channel(database: ScratchDatabase, thread: Thread) -> None:
    """The same lock as the fold's: a count made beside one that is being written would be wrong."""
    with psycopg.connect(database.runtime_url) as writer:
        writer.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [thread.channel.external_account_id]
        )
        reading = threading.Thread(target=lambda: (thread.read(thread.messages[4]), connections.close_all()))
        reading.start()
        reading.join(timeout=0.5)
        assert reading.is_alive()
        writer.execute(
            "INSERT INTO communications_message (channel_id, conversation_id, external_message_id, direction, sent_at, "
            "received_at) VALUES (%s, %s, 'arriving', 'inbound', %s, %s)",
            [thread.channel.pk, thread.conversation.pk, minutes(9), minutes(9)],
        )
        writer.commit()
        reading.join(timeout=60)
    assert Conversation.objects.get(pk=thread.conversation.pk).unread_count == 1


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"message_id": 1}', b'{"message_id": null}', b"\x00"])
def test_a_body_without_a_message_is_refused(thread: Thread, body: bytes) -> None:
    path = f"/api/v1/communications/all/chats/{thread.conversation.pk}/read/"
    refused = thread.client.generic("POST", path, body, "application/json")
    assert refused.status_code == 400
    assert refused.json()["code"] == "invalid_input"
