"""Why a message is there, and what it once said: for whoever may know, and in no other answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from psycopg_pool import AsyncConnectionPool

from communications.models import AuditEntry
from communications.selectors.messages import MESSAGES_BY_ID, message_document
from communications.selectors.queries import rows as rows_of
from tests.ingest.deliveries import channel_make, deliver, rows
from tests.ledger.reading import Reader, reader_make
from tests.webhooks.bodies import ACCOUNT, JANA, whatsapp_message

Connections = AsyncConnectionPool[Any]
FIRST, SECOND, THIRD = "the first wording", "the second wording", "the third wording"
MINUTES = {name: f"2026-06-02T08:{minute}:00.000Z" for minute, name in enumerate("abcdef", start=20)}


@pytest.fixture
async def message_id(connections: Connections) -> int:
    """Edited twice, reacted to, read, then deleted; and an answer that quotes it."""
    await channel_make(connections, ACCOUNT)
    change = {"text": "", "timestamp": MINUTES["c"]}
    await deliver(
        connections,
        whatsapp_message("one", text=FIRST),
        whatsapp_message("one", text=FIRST, webhook_name="twice"),
        whatsapp_message("one", event="message_edited", text=SECOND, timestamp=MINUTES["a"]),
        whatsapp_message("one", event="message_edited", text=THIRD, timestamp=MINUTES["b"]),
        whatsapp_message("one", event="message_reaction", reaction="👍", reaction_sender=JANA, **change),
        whatsapp_message(
            "one",
            event="message_reaction",
            reaction="",
            reaction_sender=JANA,
            text="",
            timestamp=MINUTES["d"],
        ),
        whatsapp_message("one", event="message_deleted", text="", timestamp=MINUTES["e"]),
        whatsapp_message("answer", text="which?", quoted={"message_id": "one", "text": FIRST}),
    )
    ((message_id,),) = await rows(
        connections, "SELECT id FROM communications_message WHERE external_message_id = 'one'"
    )
    return int(message_id)


async def test_the_deliveries_behind_a_message_and_what_each_did(message_id: int) -> None:
    owner = await reader_make(ACCOUNT)
    found = await owner.get(f"messages/{message_id}/inspection/")
    assert [one["effect"] for one in found["deliveries"]] == [
        "brought",
        "repeated",
        "edit_superseded",
        "edited",
        "reaction_superseded",
        "reacted",
        "deleted",
    ]
    assert found["external_message_id"] == "one"
    assert found["provider_message_id"] == "3EB0one"
    assert (found["direction"], found["direction_by"]) == ("inbound", "told")
    assert len(found["edited_at"]) == 2
    assert found["deleted_at"] is not None
    assert [(one["emoji"], one["stands"]) for one in found["reactions"]] == [("👍", False), ("", False)]
    assert any(identity.startswith("lid:") for identity in found["sender_identities"])
    assert FIRST not in json.dumps(found)


async def test_earlier_and_deleted_texts_are_for_administrators_and_that_is_recorded(message_id: int) -> None:
    admin = await reader_make(ACCOUNT, "admin")
    texts = await admin.get(f"messages/{message_id}/texts/")
    assert texts["original_text"] == FIRST
    assert [one["text"] for one in texts["edits"]] == [SECOND, THIRD]
    assert texts["deleted_text"] == THIRD
    member = await reader_make(ACCOUNT, "member")
    assert (await member.refusal(f"messages/{message_id}/texts/"))["code"] == "not_found"

    @sync_to_async
    def entries() -> list[tuple[str, str, str]]:
        return list(AuditEntry.objects.values_list("actor_name", "action", "result"))

    assert await entries() == [(admin.person.username, "texts_opened", "deleted text")]


async def test_no_document_of_the_feed_or_of_a_page_holds_an_earlier_or_deleted_text(
    connections: Connections, message_id: int
) -> None:
    """Nor its copy in an answer. Before it is deleted the newest wording is shown, and no other."""
    ((copied,),) = await rows(
        connections, "SELECT quoted_text FROM communications_message WHERE external_message_id = 'answer'"
    )
    assert copied == FIRST
    owner: Reader = await reader_make(ACCOUNT)

    async def documents() -> str:
        row = (await sync_to_async(rows_of)(MESSAGES_BY_ID, [[message_id]]))[0]
        document = message_document(row)
        pages = [
            await owner.get(f"all/chats/{document.conversation_id}/messages/"),
            await owner.get("all/chats/"),
        ]
        return f"{document} {json.dumps(pages)}"

    shown = await documents()
    assert not [text for text in (FIRST, SECOND, THIRD) if text in shown]
    await rows(connections, "UPDATE communications_message SET deleted_at = NULL RETURNING id")
    shown = await documents()
    assert THIRD in shown
    assert not [text for text in (FIRST, SECOND) if text in shown]
