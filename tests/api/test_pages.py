"""Lists in pages: together they are the list, each costs the same, and cursors are ours alone."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core import signing
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from communications.models import Conversation
from communications.selectors.pages import (
    ABOVE_ALL_CONVERSATIONS,
    ABOVE_ALL_MESSAGES,
    CONVERSATION_PAGE,
    MESSAGE_PAGE,
    of_rows,
    window_of_rows,
)
from communications.selectors.queries import rows_planned_once
from tests.database import ScratchDatabase
from tests.inbox import (
    NOON,
    attendee_make,
    channel_make,
    client_of,
    conversation_make,
    message_make,
    minutes,
    person_make,
)

CHATS = "/api/v1/communications/all/chats/"
LAW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# Few distinct moments, microseconds apart or minutes, so that ties and near-ties are common.
moments = st.sampled_from([0, 0.000001 / 60, 0.0005 / 60, 1, 1.5, 2]).map(minutes)


def messages_path(conversation: Conversation, provider: str = "all") -> str:
    return f"{CHATS.replace('all', provider)}{conversation.pk}/messages/"


def pages(client: Client, path: str, limits: Iterator[int], **query: Any) -> Iterator[list[dict[str, Any]]]:
    """The items of every page, each asked for with the next of ``limits``."""
    cursor: dict[str, str] = {}
    while True:
        limit = next(limits)
        response = client.get(path, {**query, **cursor, "limit": limit})
        assert response.status_code == 200, response.content
        page = response.json()
        assert len(page["items"]) <= limit
        yield page["items"]
        if page["next_cursor"] is None:
            return
        assert len(page["items"]) == limit
        cursor = {"cursor": page["next_cursor"]}


def cycled(limits: list[int]) -> Iterator[int]:
    while True:
        yield from limits


limits_of_pages = st.lists(st.integers(1, 7), min_size=1, max_size=3)


@LAW
@given(
    shapes=st.lists(st.tuples(st.integers(0, 2), st.booleans(), moments), max_size=25),
    limits=limits_of_pages,
)
def test_pages_of_conversations_together_are_the_list(
    database: ScratchDatabase, shapes: list[tuple[int, bool, dt.datetime]], limits: list[int]
) -> None:
    database.reset()
    reader = person_make()
    channels = [channel_make(reader), channel_make(reader, provider="linkedin"), channel_make(person_make())]
    made = [
        conversation_make(channels[where], pinned=pinned, last_message_at=at) for where, pinned, at in shapes
    ]
    ordered = sorted(made, key=lambda one: (one.pinned, one.last_message_at, one.pk), reverse=True)
    client = client_of(reader)

    def listed(path: str, **query: Any) -> list[str]:
        return [item["id"] for page in pages(client, path, cycled(limits), **query) for item in page]

    def expected(*readable: Any) -> list[str]:
        return [str(one.pk) for one in ordered if one.channel in readable]

    assert listed(CHATS) == expected(channels[0], channels[1])
    assert listed(CHATS.replace("all", "linkedin")) == expected(channels[1])
    assert listed(CHATS, channel_id=channels[0].pk) == expected(channels[0])


@LAW
@given(shapes=st.lists(st.tuples(st.booleans(), moments, moments), max_size=25), limits=limits_of_pages)
def test_pages_of_messages_together_are_the_thread(
    database: ScratchDatabase, shapes: list[tuple[bool, dt.datetime, dt.datetime]], limits: list[int]
) -> None:
    database.reset()
    reader = person_make()
    channel = channel_make(reader)
    root = conversation_make(channel)
    part = conversation_make(channel, continues=root)
    made = [
        message_make(part if in_part else root, sent_at=sent_at, received_at=received_at)
        for in_part, sent_at, received_at in shapes
    ]
    message_make(root, is_hidden=True)
    message_make(root, is_stub=True, sent_at=None, received_at=None)
    message_make(conversation_make(channel))
    ordered = sorted(made, key=lambda one: (one.sent_at, one.received_at, one.pk), reverse=True)
    client = client_of(reader)
    for conversation in (root, part):
        listed = [
            item for page in pages(client, messages_path(conversation), cycled(limits)) for item in page
        ]
        assert [item["id"] for item in listed] == [str(one.pk) for one in ordered]
        assert {item["conversation_id"] for item in listed} <= {str(root.pk)}


def test_what_arrives_while_paging_shifts_nothing(database: ScratchDatabase) -> None:
    reader = person_make()
    channel = channel_make(reader)
    conversation = conversation_make(channel)
    held = [message_make(conversation, sent_at=minutes(number)) for number in range(10)]
    listed = []
    for page in pages(client_of(reader), messages_path(conversation), cycled([3])):
        listed += [item["id"] for item in page]
        message_make(conversation, sent_at=minutes(1_000 + len(listed)))
    assert listed == [str(one.pk) for one in reversed(held)]


def test_a_page_names_its_people_once(database: ScratchDatabase) -> None:
    reader = person_make()
    channel = channel_make(reader)
    ada, ben, cleo = (attendee_make(channel, name) for name in ("Ada", "Ben", "Cleo"))
    conversation = conversation_make(channel, contact=ada, members=[ada, ben])
    first = message_make(conversation, sender=ada)
    message_make(conversation, sender=ada)
    first.reaction_set.create(
        channel=channel, sender_provider_id="x", sender=cleo, emoji="👍", reacted_at=NOON
    )
    client = client_of(reader)

    def names(path: str) -> list[str]:
        return [attendee["name"] for attendee in client.get(path).json()["attendees"]]

    assert names(CHATS) == ["Ada"]
    assert names(messages_path(conversation)) == ["Ada", "Cleo"]
    assert names(f"{CHATS}{conversation.pk}/members/") == ["Ada", "Ben"]


@pytest.mark.parametrize("limit", ["0", "-1", "201", "1000000000", "1e3", "ten", "", "9" * 5000])
def test_j17_a_limit_is_from_1_to_200(database: ScratchDatabase, limit: str) -> None:
    response = client_of(person_make()).get(CHATS, {"limit": limit})
    assert response.status_code == 400
    assert response.json()["code"] == "invalid_input"


@pytest.fixture
def two_pages(database: ScratchDatabase) -> tuple[Client, Conversation, str]:
    """A client, a conversation of two messages, and the cursor of its second page by one."""
    reader = person_make()
    conversation = conversation_make(channel_make(reader))
    for number in range(2):
        message_make(conversation, sent_at=minutes(number))
    client = client_of(reader)
    cursor = client.get(messages_path(conversation), {"limit": 1}).json()["next_cursor"]
    assert client.get(messages_path(conversation), {"cursor": cursor}).status_code == 200
    return client, conversation, cursor


def altered(cursor: str) -> list[str]:
    position, _, signature = cursor.rpartition(":")
    elsewhere = signing.Signer(salt="elsewhere").sign(position)
    older = base64.urlsafe_b64encode(b'["2000-01-01T00:00:00Z","2000-01-01T00:00:00Z",1]').decode()
    return [
        "",
        ":",
        "x",
        "é",
        "\x00",
        position,
        elsewhere,
        f"{older}:{signature}",
        cursor[:-1],
        cursor + "A",
        cursor * 20,
    ]


def test_a_cursor_that_is_not_ours_is_refused(two_pages: tuple[Client, Conversation, str]) -> None:
    client, conversation, cursor = two_pages
    for wrong in altered(cursor):
        response = client.get(messages_path(conversation), {"cursor": wrong})
        assert response.status_code == 400, wrong
        assert response.json()["code"] in {"invalid_cursor", "invalid_input"}


def test_a_cursor_is_kept_to_its_path(two_pages: tuple[Client, Conversation, str]) -> None:
    client, conversation, cursor = two_pages
    other = conversation_make(conversation.channel)
    for path in (CHATS, messages_path(other), messages_path(conversation, "whatsapp")):
        response = client.get(path, {"cursor": cursor})
        assert response.status_code == 400, path
        assert response.json()["code"] == "invalid_cursor"


def test_a_page_costs_the_same_number_of_queries_whatever_it_holds(database: ScratchDatabase) -> None:
    reader = person_make()
    channel = channel_make(reader)
    conversation = conversation_make(channel)
    client = client_of(reader)

    def queries(path: str) -> int:
        with (
            CaptureQueriesContext(connections["default"]) as sessions,
            CaptureQueriesContext(connections["planned_once"]) as pages,
        ):
            assert client.get(path).status_code == 200
        return len(sessions) + len(pages)

    for number in range(2):
        message_make(conversation, sender=attendee_make(channel), sent_at=minutes(number))
        conversation_make(channel, kind="group", members=[attendee_make(channel, "Ada")])
    around = f"{messages_path(conversation)}?around={message_make(conversation, sent_at=minutes(5)).pk}"
    few = [queries(CHATS), queries(messages_path(conversation)), queries(around)]
    for number in range(30):
        message = message_make(conversation, sender=attendee_make(channel), sent_at=minutes(number))
        message.attachment_set.create(channel=channel, external_attachment_id="a")
        message.reaction_set.create(channel=channel, sender_provider_id="x", emoji="👍", reacted_at=NOON)
        conversation_make(channel, kind="group", members=[attendee_make(channel, "Ada")])
    assert [queries(CHATS), queries(messages_path(conversation)), queries(around)] == few
    # Session, person, scope, page, people.
    assert max(few) <= 5


CROWD = """
SET session_replication_role = replica;
INSERT INTO communications_conversation
    (channel_id, external_thread_id, last_message_at, disabled_features, version)
SELECT 1 + mod(number, 30), 'crowd' || number, %(noon)s + number * interval '1 minute', '{}', '1'
FROM generate_series(1, 6000) AS number;
INSERT INTO communications_message
    (channel_id, conversation_id, external_message_id, sent_at, received_at, version)
SELECT 1, %(conversation)s, 'crowd' || number, %(noon)s + number * interval '1 minute', %(noon)s, '1'
FROM generate_series(1, 6000) AS number;
VACUUM ANALYZE;
"""


@pytest.fixture
def crowded(database: ScratchDatabase) -> Conversation:
    """30 channels of 200 conversations, one conversation of 6,000 messages, and statistics that know it."""
    conversation = conversation_make(channel_make(person_make()))
    for _ in range(29):
        channel_make(person_make())
    with database.owner_connection() as owner, psycopg.ClientCursor(owner) as cursor:
        for statement in filter(str.strip, CROWD.split(";")):
            cursor.execute(statement.encode(), {"noon": NOON, "conversation": conversation.pk})
    return conversation


def plan_of(sql: str, parameters: dict[str, Any]) -> dict[str, Any]:
    ((plan,),) = rows_planned_once(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", parameters)
    found: dict[str, Any] = plan[0]["Plan"]
    return found


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def rows_read(plan: dict[str, Any], index: str) -> float:
    """How many entries all scans of this index read together."""
    scans = [node for node in nodes(plan) if node.get("Index Name") == index]
    assert scans, f"{index} is not used"
    return sum(node["Actual Rows"] * node["Actual Loops"] for node in scans)


def read_whole(plan: dict[str, Any]) -> set[str]:
    """Which of the large tables are read from end to end."""
    scans = [node for node in nodes(plan) if node["Node Type"] == "Seq Scan"]
    return {scan["Relation Name"] for scan in scans} & {
        "communications_conversation",
        "communications_message",
    }


def test_a_page_reads_no_more_than_it_shows(crowded: Conversation) -> None:
    for channels in (1, 30):
        plan = plan_of(
            of_rows(CONVERSATION_PAGE, 21),
            {
                "channel_ids": list(range(1, channels + 1)),
                "pinned": False,
                "last_message_at": minutes(3_000),
                "id": ABOVE_ALL_CONVERSATIONS.id,
            },
        )
        assert rows_read(plan, "conversation_list") == 21 * channels
        assert not read_whole(plan)
    for sent_at in (ABOVE_ALL_MESSAGES.sent_at, minutes(3_000), minutes(10)):
        plan = plan_of(
            of_rows(MESSAGE_PAGE, 21),
            {
                "conversation_id": crowded.pk,
                "sent_at": sent_at,
                "received_at": sent_at,
                "id": ABOVE_ALL_MESSAGES.id,
            },
        )
        assert 0 < rows_read(plan, "message_thread") <= 21
        assert not read_whole(plan)
    for number in (1, 3_000, 6_000):
        message = crowded.message_set.get(external_message_id=f"crowd{number}")
        plan = plan_of(window_of_rows(11, 11), {"conversation_id": crowded.pk, "around": message.pk})
        assert 11 <= rows_read(plan, "message_thread") <= 22
        assert not read_whole(plan)
