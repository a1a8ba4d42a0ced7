"""Changes from end to end, against the simulator and its events."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import sync_to_async

from communications.models import Intent, Message
from communications.schemas.identifiers import uuid7
from tests.inbox import client_of
from tests.outbox.desk import Desk


async def change(desk: Desk, message: Message, kind: str, **wanted: Any) -> Intent:
    """Wanted, and all that follows from it."""
    key = uuid7()
    body = {"client_id": str(key), "kind": kind, **wanted}
    answer = await desk.post(f"messages/{message.pk}/changes/", body)
    assert answer.status_code == 201, answer.content
    await desk.settle()
    return await Intent.objects.aget(client_id=key)


async def test_a_sent_message_is_edited_reacted_to_and_deleted(desk: Desk) -> None:
    document = await desk.write("Olá")
    await desk.settle()
    message = await desk.message(document)
    edited = await change(desk, message, "edit", text="Olá!")
    assert (edited.state, edited.evidence) == ("done", "echo")
    message = await desk.message(document)
    assert (message.text, message.original_text) == ("Olá!", "Olá")
    reacted = await change(desk, message, "react", emoji="🎉")
    assert (reacted.state, reacted.attempts) == ("done", 1)
    deleted = await change(desk, message, "delete")
    assert (deleted.state, deleted.evidence) == ("done", "echo")
    assert (await desk.message(document)).deleted_at is not None
    assert desk.sent == ["Olá"]


async def test_a_reaction_to_the_customer_is_changed_and_taken_back(desk: Desk) -> None:
    message = await Message.objects.aget(text="Hola")
    for emoji in ("👍", "❤️", ""):
        reacted = await change(desk, message, "react", emoji=emoji)
        assert (reacted.state, reacted.attempts) == ("done", 1), emoji
    answer = await desk.post(f"messages/{message.pk}/changes/", {"client_id": str(uuid7()), "kind": "react"})
    assert [one["emoji"] for one in answer.json()["reactions"]] == []


@pytest.mark.parametrize("kind", ["archived", "pinned"])
async def test_a_setting_reaches_upstream(desk: Desk, kind: str) -> None:
    client = await sync_to_async(client_of)(desk.reader)
    answer = await sync_to_async(client.patch)(
        f"/api/v1/communications/all/chats/{desk.conversation.pk}/",
        {"client_id": str(uuid7()), kind: True},
        content_type="application/json",
    )
    assert answer.json()[kind] is True
    await desk.settle()
    assert (await Intent.objects.aget()).state == "done"
    assert bool(getattr(desk.chat, kind)) is True
