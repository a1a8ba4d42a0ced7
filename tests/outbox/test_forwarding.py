"""Forwarding makes one new message: the provider's own where it forwards, else one with the same content."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from communications.models import Attachment, Conversation, Intent, Message
from communications.schemas.identifiers import uuid7
from tests.database import ScratchDatabase
from tests.inbox import channel_make, client_of, conversation_make, message_make, person_make
from tests.media.library import attachment_keep
from tests.media.upstream import attachment_make
from tests.outbox.desk import Desk

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(200)


class Shelf:
    """A message with a picture, and where it may go."""

    def __init__(self, provider: str = "whatsapp") -> None:
        self.person = person_make()
        self.channel = channel_make(self.person, provider=provider)
        self.conversation = conversation_make(self.channel)
        self.other = conversation_make(self.channel)
        self.message: Message = message_make(self.conversation, "look", kind="image")
        self.client = client_of(self.person)

    def forward(self, to: Conversation | None = None, *, key: str = "") -> Any:
        path = f"/api/v1/communications/all/chats/{self.conversation.pk}/messages/{self.message.pk}/forward/"
        body = {"client_id": key or str(uuid7()), "to_conversation_id": str((to or self.other).pk)}
        return self.client.post(path, body, content_type="application/json")


@pytest.fixture
def shelf(database: ScratchDatabase, media_folder: Path) -> Shelf:
    return Shelf()


async def test_upstream_forwards_and_the_echo_is_the_same_row(desk: Desk) -> None:
    source = await Message.objects.aget(text="Hola")
    document = (
        await desk.post(
            f"messages/{source.pk}/forward/",
            {"client_id": str(uuid7()), "to_conversation_id": str(desk.conversation.pk)},
        )
    ).json()
    assert (document["text"], document["forwarded"], document["status"]) == ("Hola", True, "pending")
    assert document["sending"]["state"] == "waiting"
    await desk.settle()
    assert (await desk.intent(document)).kind == "forward"
    (row,) = await desk.own()
    assert (row.pk, row.status, row.is_forwarded) == (int(document["id"]), "sent", True)
    assert row.external_message_id
    assert (await desk.intent(document)).state == "done"


@pytest.mark.parametrize(("provider", "kind"), [("whatsapp", "forward"), ("linkedin", "send")])
def test_files_go_with_it(database: ScratchDatabase, media_folder: Path, provider: str, kind: str) -> None:
    shelf = Shelf(provider)
    kept = attachment_keep(shelf.conversation, PICTURE, message=shelf.message, kind="image", name="a.png")
    document = shelf.forward().json()
    assert (document["kind"], document["text"]) == ("image", "look")
    (attached,) = document["attachments"]
    assert (attached["state"], attached["name"], attached["size_bytes"]) == ("stored", "a.png", len(PICTURE))
    assert Attachment.objects.get(message_id=document["id"]).file_id == kept.file_id
    assert Intent.objects.get().kind == kind


def test_into_another_account_it_is_a_message_with_the_same_content(shelf: Shelf) -> None:
    elsewhere = conversation_make(channel_make(shelf.person))
    document = shelf.forward(elsewhere).json()
    assert (document["conversation_id"], document["text"], document["forwarded"]) == (
        str(elsewhere.pk),
        "look",
        False,
    )
    assert Intent.objects.get().kind == "send"


def test_what_cannot_be_forwarded_is_refused_with_words(
    database: ScratchDatabase, media_folder: Path
) -> None:
    shelf = Shelf("linkedin")
    wanted = attachment_make(shelf.conversation, message=shelf.message)
    assert (shelf.forward().status_code, shelf.forward().json()["code"]) == (409, "not_possible")
    wanted.delete()
    for fields in ({"text": ""}, {"is_event": True}, {"is_view_once": True}, {"deleted_at": timezone.now()}):
        Message.objects.filter(pk=shelf.message.pk).update(**fields)
        assert shelf.forward().status_code == 409, fields
    assert Intent.objects.count() == 0


def test_e10_e11_one_key_forwards_once(shelf: Shelf) -> None:
    key = str(uuid7())
    answers = [shelf.forward(key=key) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert shelf.forward(shelf.conversation, key=key).status_code == 409


def test_j2_neither_from_nor_to_what_is_not_yours(shelf: Shelf) -> None:
    foreign = conversation_make(channel_make(person_make()))
    assert shelf.forward(foreign).status_code == 404
    shelf.message = message_make(foreign)
    assert shelf.forward().status_code == 404
    assert Intent.objects.count() == 0
