"""What cannot be sent is refused before anything is written, with a reason; what is sent is nobody else's to touch."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from communications.models import Intent, Message
from communications.schemas.identifiers import uuid7
from tests.database import ScratchDatabase
from tests.inbox import channel_make, client_of, conversation_make, message_make, person_make


class Writing:
    def __init__(self) -> None:
        self.reader = person_make()
        self.channel = channel_make(self.reader)
        self.conversation = conversation_make(self.channel)
        self.client = client_of(self.reader)

    def post(self, client: Client | None = None, *, chat: int | None = None, **body: Any) -> Any:
        headers = body.pop("headers", {})
        return (client or self.client).post(
            f"/api/v1/communications/whatsapp/chats/{chat or self.conversation.pk}/messages/",
            {"client_id": str(uuid7()), **body},
            content_type="application/json",
            headers=headers,
        )


@pytest.fixture
def writing(database: ScratchDatabase) -> Writing:
    return Writing()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "needs a text or a file"),
        ({"text": ""}, "needs a text or a file"),
        ({"text": " \n\t"}, "needs a text or a file"),
        ({"text": "x" * 100_000}, "100,000 characters"),
        ({"text": "x", "upload_ids": ["99"]}, "no upload of yours"),
        ({"text": "x", "voice": True}, "one file"),
        ({"text": "x", "quoted_message_id": "99"}, "no message of this conversation"),
        ({"text": "x", "client_id": "no key"}, "client_id"),
        ({"text": "x", "upload_ids": ["1", "no id"]}, "upload_ids: "),
        ({"text": "x", "headers": {"Idempotency-Key": str(uuid7())}}, "must be the client_id"),
    ],
)
def test_a_message_that_cannot_be_sent_is_refused_with_its_reason(
    writing: Writing, body: dict[str, Any], says: str
) -> None:
    answer = writing.post(**body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert says in answer.json()["detail"]
    assert not Message.objects.exists()
    assert not Intent.objects.exists()


def test_another_chats_message_cannot_be_quoted(writing: Writing) -> None:
    other = message_make(conversation_make(writing.channel))
    answer = writing.post(text="x", quoted_message_id=str(other.pk))
    assert answer.status_code == 400
    own = message_make(writing.conversation, "words")
    quoted = writing.post(text="x", quoted_message_id=str(own.pk)).json()["quoted"]
    assert (quoted["message_id"], quoted["text"]) == (str(own.pk), "words")


def test_what_is_not_ones_own_is_not_found(writing: Writing) -> None:
    assert writing.post(chat=99, text="x").status_code == 404
    stranger = client_of(person_make())
    assert writing.post(stranger, text="x").status_code == 404
    document = writing.post(text="x").json()
    answer = stranger.post(
        f"/api/v1/communications/all/chats/{writing.conversation.pk}/messages/{document['id']}/decision/",
        {"decision": "discard"},
        content_type="application/json",
    )
    assert answer.status_code == 404
    assert Message.objects.count() == 1


def test_one_key_of_two_people_is_two_messages(writing: Writing) -> None:
    colleague = person_make()
    writing.channel.channelaccess_set.create(user=colleague)
    key = str(uuid7())
    first = writing.post(text="mine", client_id=key)
    second = writing.post(client_of(colleague), text="theirs", client_id=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]
    assert writing.post(text="mine", client_id=key).status_code == 200


def test_a_message_that_was_not_written_here_is_not_to_be_decided(writing: Writing) -> None:
    received = message_make(writing.conversation)
    path = f"/api/v1/communications/all/chats/{writing.conversation.pk}/messages/{received.pk}/decision/"
    assert (
        writing.client.post(path, {"decision": "retry"}, content_type="application/json").status_code == 404
    )


def test_nobody_writes_where_nobody_can(writing: Writing) -> None:
    conversation = conversation_make(writing.channel, read_only=1)
    answer = writing.post(chat=conversation.pk, text="x")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


def test_characters_that_cannot_be_stored_are_left_out(writing: Writing) -> None:
    assert writing.post(text="a\x00b").json()["text"] == "ab"
