"""What deliveries leave open is asked of upstream once: chats told too little of, edits that contradict each other."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from communications.ingest.record import record
from communications.ingest.unfinished import leaves_questions
from communications.refold.replay import deliveries_replay
from communications.refold.selection import DeliverySelection
from communications.selectors.conversations import CONVERSATIONS_BY_ID, conversation_document
from communications.tasks.upstream_reads import questions_ask
from tests.ingest.deliveries import channel_make, deliver, delivery_of, rows
from tests.unipile.upstream_server import API_KEY, upstream_server
from tests.webhooks.bodies import whatsapp_message, whatsapp_person
from unipile.client import connect_client
from unipile.transport import Deadlines

GROUP = "120363000000000000@g.us"
ANA = "140000000000001@lid"
CHAT = {
    "object": "Chat",
    "id": "chat",
    "account_type": "WHATSAPP",
    "provider_id": GROUP,
    "type": 1,
    "name": "Choir",
    "archived": 1,
    "pinned": 0,
    "muted_until": -1,
    "read_only": 1,
    "disabledFeatures": ["reactions"],
    "unread_count": 7,
    "timestamp": "2026-06-02T12:00:00.000Z",
}
LISTED = {
    "object": "ChatAttendeeList",
    "cursor": None,
    "items": [
        {
            "id": "a1",
            "provider_id": ANA,
            "name": "Ana",
            "is_self": 0,
            "specifics": {"provider": "WHATSAPP", "lid": ANA},
        },
        {"id": "a2", "provider_id": "140000000000002@lid", "name": "Bea", "is_self": 0},
        {"name": "nobody"},
    ],
}
QUESTIONS = """
SELECT subject, external_id, state, attempts, failure FROM communications_upstreamread AS question
JOIN communications_channel AS channel ON channel.id = question.channel_id WHERE external_account_id = %s ORDER BY question.id
"""
LEDGER = """
SELECT source, event, outcome FROM communications_webhookdelivery WHERE external_account_id = %s ORDER BY id
"""


@pytest.fixture
async def account(connections):
    async with connections.connection() as connection:
        await connection.execute(
            "UPDATE communications_upstreamread SET state = 'refused' WHERE state = 'wanted'"
        )
    name = f"account-{uuid.uuid4()}"
    await channel_make(connections, name)
    return name


@pytest.fixture
async def server():
    async with upstream_server() as running:
        yield running


@pytest.fixture
async def client(server):
    async with connect_client(
        server.dsn, API_KEY, deadlines=Deadlines(connect=2, answer=5, download=3, silence=1)
    ) as client:
        yield client


def group_message(account, message_id="m1", *, subject=None, **fields):
    return whatsapp_message(
        message_id,
        account=account,
        sender=whatsapp_person(ANA, name=None, lid=ANA),
        attendees=[],
        chat_id="chat",
        provider_chat_id=GROUP,
        is_group=True,
        subject=subject,
        is_sender=False,
        **fields,
    )


async def conversation(connections, account):
    ids = await rows(
        connections,
        "SELECT id FROM communications_conversation WHERE continues_id IS NULL AND channel_id ="
        " (SELECT id FROM communications_channel WHERE external_account_id = %s)",
        account,
    )
    (row,) = await rows(connections, CONVERSATIONS_BY_ID, [row[0] for row in ids])
    return conversation_document(row)


async def make_due(connections):
    async with connections.connection() as connection:
        await connection.execute("UPDATE communications_upstreamread SET next_attempt_at = now()")


async def test_an_unknown_group_is_shown_at_once_and_completed_by_one_read(
    connections, account, server, client
):
    server.answers = {"GET /chats/chat": CHAT, "GET /chats/chat/attendees": LISTED}
    await deliver(connections, group_message(account))
    before = await conversation(connections, account)
    assert (before.name, before.archived) == ("Group", False)
    assert await questions_ask(client, connections) == {"answered": 1}
    after = await conversation(connections, account)
    assert (after.name, after.archived, after.read_only, after.disabled_features) == (
        "Choir",
        True,
        True,
        ("reactions",),
    )
    assert after.muted_until == "9999-12-31T00:00:00.000Z"
    assert after.unread_count == 1
    members = await rows(
        connections,
        "SELECT person.name FROM communications_conversationattendee AS member"
        " JOIN communications_chatattendee AS person ON person.id = member.attendee_id WHERE conversation_id = %s ORDER BY 1",
        int(after.id),
    )
    assert members == [("Ana",), ("Bea",)]
    assert await rows(connections, LEDGER, account) == [
        ("webhook", "message_received", "applied"),
        ("api", "api_chat", "applied"),
    ]
    links = (
        "SELECT DISTINCT conversation_id FROM communications_webhookdelivery WHERE external_account_id = %s"
    )
    assert await rows(connections, links, account) == [(int(after.id),)]
    assert {call.query.get("account_id") for call in server.asked} == {account, None}
    await deliver(connections, group_message(account, "m2"))
    assert await questions_ask(client, connections) == {}
    assert len(server.asked) == 2


async def test_the_answer_folded_again_changes_nothing(connections, account, server, client):
    server.answers = {"GET /chats/chat": CHAT, "GET /chats/chat/attendees": LISTED}
    await deliver(connections, group_message(account))
    await questions_ask(client, connections)
    before = await conversation(connections, account)
    await deliveries_replay(connections, DeliverySelection(account=account))
    assert await conversation(connections, account) == before


async def test_what_is_told_well_enough_is_not_asked(connections, account):
    named = whatsapp_message(
        "m0",
        account=account,
        sender=whatsapp_person(ANA, name="Ana", lid=ANA),
        attendees=[],
        provider_chat_id=ANA,
    )
    await deliver(connections, group_message(account, subject="Choir"), named)
    assert await rows(connections, QUESTIONS, account) == []
    assert not leaves_questions([delivery_of(named)], some_repeat=True)
    assert leaves_questions([delivery_of(group_message(account))], some_repeat=False)


async def test_a_title_that_came_meanwhile_makes_the_question_needless(connections, account, server, client):
    await deliver(connections, group_message(account))
    await deliver(connections, group_message(account, "m2", subject="Choir"))
    assert await questions_ask(client, connections) == {"needless": 1}
    assert server.asked == []


@pytest.mark.parametrize(
    ("answer", "first", "last"),
    [
        ((404, {"type": "errors/resource_not_found", "status": 404}), "refused", "refused"),
        ((503, {}), "postponed", "refused"),
    ],
)
async def test_a_refusal_ends_the_asking_and_trouble_ends_it_after_a_few_attempts(
    connections, account, server, client, answer, first, last
):
    server.answers = {"GET /chats/chat": answer}
    await deliver(connections, group_message(account))
    assert await questions_ask(client, connections) == {first: 1}
    assert await questions_ask(client, connections) == {}
    for _ in range(6):
        await make_due(connections)
        await questions_ask(client, connections)
    ((_, _, state, attempts, failure),) = await rows(connections, QUESTIONS, account)
    assert (state, bool(failure)) == (last, True)
    assert attempts <= 5
    assert (await conversation(connections, account)).name == "Group"


def edit(account, text, *, hours_ago):
    body = group_message(account, event="message_edited", text=text)
    return delivery_of(body, received_at=dt.datetime.now(dt.UTC) - dt.timedelta(hours=hours_ago))


@pytest.mark.parametrize("together", [True, False])
async def test_an_edit_that_comes_again_after_another_is_decided_by_one_read(
    connections, account, server, client, together
):
    server.answers = {"GET /messages/m1": {"object": "Message", "id": "m1", "text": "one", "edited": 1}}
    await deliver(connections, group_message(account, subject="Choir"))
    told = [
        edit(account, "one", hours_ago=3),
        edit(account, "two", hours_ago=2),
        edit(account, "one", hours_ago=1),
    ]
    for batch in [told] if together else [[one] for one in told]:
        await record(connections, batch)
    text = "SELECT text FROM communications_message WHERE external_message_id = 'm1' AND conversation_id = %s"
    place = int((await conversation(connections, account)).id)
    assert await rows(connections, text, place) == [("two",)]
    assert await questions_ask(client, connections) == {"answered": 1}
    assert await rows(connections, text, place) == [("one",)]
    assert await questions_ask(client, connections) == {}


async def test_edits_that_agree_or_are_long_past_are_not_asked(connections, account):
    await deliver(connections, group_message(account, subject="Choir"))
    for one in (
        edit(account, "one", hours_ago=100),
        edit(account, "two", hours_ago=99),
        edit(account, "one", hours_ago=98),
        edit(account, "three", hours_ago=12),
        edit(account, "three", hours_ago=11),
        edit(account, "two", hours_ago=1),
    ):
        await record(connections, [one])
    assert await rows(connections, QUESTIONS, account) == []


async def test_a_message_found_deleted_is_deleted(connections, account, server, client):
    server.answers = {"GET /messages/m1": {"object": "Message", "id": "m1", "text": None, "deleted": 1}}
    await deliver(connections, group_message(account, subject="Choir"))
    for hours, text in ((3, "one"), (2, "two"), (1, "one")):
        await record(connections, [edit(account, text, hours_ago=hours)])
    await questions_ask(client, connections)
    gone = "SELECT deleted_at IS NOT NULL FROM communications_message WHERE external_message_id = 'm1' AND conversation_id = %s"
    assert await rows(connections, gone, int((await conversation(connections, account)).id)) == [(True,)]
