"""Opening a conversation at one of its messages, and going on from there in both directions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from communications.models import Conversation
from tests.database import ScratchDatabase
from tests.inbox import NOON, channel_make, client_of, conversation_make, message_make, minutes, person_make


def messages(client: Client, conversation: Conversation, **query: Any) -> dict[str, Any]:
    response = client.get(f"/api/v1/communications/all/chats/{conversation.pk}/messages/", query)
    assert response.status_code == 200, response.content
    page: dict[str, Any] = response.json()
    return page


def ids(page: dict[str, Any]) -> list[str]:
    return [item["id"] for item in page["items"]]


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    places=st.lists(st.tuples(st.booleans(), st.integers(0, 4)), min_size=1, max_size=20),
    target=st.integers(0, 19),
    limit=st.integers(2, 6),
)
def test_from_any_message_both_ways_lead_through_the_whole_thread(
    database: ScratchDatabase, places: list[tuple[bool, int]], target: int, limit: int
) -> None:
    database.reset()
    reader = person_make()
    channel = channel_make(reader)
    root = conversation_make(channel)
    part = conversation_make(channel, continues=root)
    made = [message_make(part if in_part else root, sent_at=minutes(minute)) for in_part, minute in places]
    message_make(root, is_hidden=True, sent_at=minutes(2))
    ordered = [str(one.pk) for one in sorted(made, key=lambda one: (one.sent_at, one.pk), reverse=True)]
    middle = made[target % len(made)]
    client = client_of(reader)
    window = messages(client, root, around=middle.pk, limit=limit)
    assert str(middle.pk) in ids(window)
    listed = ids(window)
    older, newer = window["next_cursor"], window["newer_cursor"]
    while older is not None:
        page = messages(client, root, cursor=older, limit=limit)
        assert page["newer_cursor"] is None
        listed, older = listed + ids(page), page["next_cursor"]
    while newer is not None:
        page = messages(client, root, cursor=newer, limit=limit)
        assert page["next_cursor"] is None
        listed, newer = ids(page) + listed, page["newer_cursor"]
    assert listed == ordered


@pytest.fixture
def thread(database: ScratchDatabase) -> tuple[Client, Conversation]:
    reader = person_make()
    return client_of(reader), conversation_make(channel_make(reader))


def test_only_a_message_that_is_shown_there_can_be_opened(thread: tuple[Client, Conversation]) -> None:
    client, conversation = thread
    hidden = message_make(conversation, is_hidden=True)
    stub = message_make(conversation, is_stub=True)
    elsewhere = message_make(conversation_make(conversation.channel))
    foreign = message_make(conversation_make(channel_make()))
    path = f"/api/v1/communications/all/chats/{conversation.pk}/messages/"
    for wrong in (hidden.pk, stub.pk, elsewhere.pk, foreign.pk, 10**18, 10**19 - 1):
        assert client.get(path, {"around": wrong}).status_code == 404, wrong
    for malformed in ({"around": "x"}, {"around": ""}, {"around": "-1"}, {"around": "1", "cursor": "x"}):
        assert client.get(path, malformed).json()["code"] == "invalid_input", malformed


def test_a_deleted_message_keeps_its_place(thread: tuple[Client, Conversation]) -> None:
    client, conversation = thread
    gone = message_make(conversation, "secret", deleted_at=NOON)
    later = message_make(conversation, sent_at=NOON + dt.timedelta(hours=1))
    page = messages(client, conversation, around=gone.pk)
    assert ids(page) == [str(later.pk), str(gone.pk)]
    assert page["items"][1]["text"] == ""
