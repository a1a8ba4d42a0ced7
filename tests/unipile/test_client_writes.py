"""Sending and changing: what travels, what is refused before it does, and the typed answer."""

import msgspec
import pytest

from tests.unipile.upstream_objects import MESSAGE, WHY
from unipile.errors import Rejected
from unipile.operations.chats import ChatAction
from unipile.operations.uploads import FILES_MAX_BYTES
from unipile.resources.sent import ChatStarted, SyncStatus
from unipile.transport import FilePart


async def test_e1_sending_a_text_with_a_quote_and_files(upstream, client):
    upstream.answers["POST /chats/chat-1/messages"] = (201, {"object": "MessageSent", "message_id": "msg-9"})
    message_id = await client.chats.send(
        "chat-1",
        text="Dobrý den\r\n👋",
        quote_id="msg-1",
        account_id="acc-wa",
        attachments=[
            FilePart('Účet "1".pdf', "application/pdf", b"%PDF"),
            FilePart("a\r\nX-Evil: 1.txt", "text/plain\r\nX-Evil: 1", b"\x00\r\n--"),
        ],
        voice_message=FilePart("voice.ogg", "audio/ogg", b"Ogg"),
        reason=WHY,
    )
    assert message_id == "msg-9"
    assert upstream.asked[0].parts == [
        ("text", None, "text/plain; charset=utf-8", "Dobrý den\r\n👋".encode()),
        ("account_id", None, "text/plain; charset=utf-8", b"acc-wa"),
        ("quote_id", None, "text/plain; charset=utf-8", b"msg-1"),
        ("attachments", 'Účet "1".pdf', "application/pdf", b"%PDF"),
        ("attachments", "a__X-Evil: 1.txt", "application/octet-stream", b"\x00\r\n--"),
        ("voice_message", "voice.ogg", "audio/ogg", b"Ogg"),
    ]
    assert "Content-Length" in upstream.asked[0].headers


async def test_a_text_alone_travels_as_a_form_of_parts_too(upstream, client):
    upstream.answers["POST /chats/c/messages"] = (201, {"object": "MessageSent", "message_id": None})
    assert await client.chats.send("c", text="ok", reason=WHY) is None
    assert upstream.asked[0].headers["Content-Type"].startswith("multipart/form-data; boundary=")


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({}, "empty_message"),
        ({"text": " \n"}, "empty_message"),
        ({"text": "\ud800"}, "unusable_text"),
        ({"attachments": [FilePart("a", "text/plain", b"")]}, "empty_file"),
        ({"attachments": [FilePart("a", "text/plain", b"x" * (FILES_MAX_BYTES + 1))]}, "files_too_large"),
        ({"voice_message": FilePart("a", "audio/ogg", b"")}, "empty_file"),
    ],
)
async def test_e21_what_cannot_be_sent_is_refused_before_a_byte_leaves(upstream, client, stated, code):
    with pytest.raises(Rejected) as caught:
        await client.chats.send("c", reason=WHY, **stated)
    assert (caught.value.code, caught.value.status, caught.value.is_permanent) == (code, None, True)
    assert upstream.asked == []


async def test_starting_a_chat(upstream, client):
    upstream.answers["POST /chats"] = [
        (201, {"object": "ChatStarted", "chat_id": "c9", "message_id": "m9"}),
        (201, {"object": "ChatStarted", "chat_id": None, "message_id": None}),
    ]
    started = await client.chats.start(
        account_id="acc-wa",
        attendee_ids=["420600000017@s.whatsapp.net", "420600000018@s.whatsapp.net"],
        title="Trip",
        text="Hi",
        reason=WHY,
    )
    assert started == ChatStarted("c9", "m9")
    assert [(name, content) for name, _, _, content in upstream.asked[0].parts] == [
        ("account_id", b"acc-wa"),
        ("attendees_ids", b"420600000017@s.whatsapp.net"),
        ("attendees_ids", b"420600000018@s.whatsapp.net"),
        ("text", b"Hi"),
        ("title", b"Trip"),
    ]
    again = await client.chats.start(account_id="a", attendee_ids=["x"], text="Hi", reason=WHY)
    assert again == ChatStarted(None, None)


async def test_changing_a_chat_and_fetching_its_history(upstream, client):
    upstream.answers["PATCH /chats/c"] = {"object": "ChatPatched"}
    upstream.answers["GET /chats/c/sync"] = [
        {"object": "ChatHistorySync", "chat_id": "c", "status": "SYNC_STARTED"},
        {"object": "ChatHistorySync", "chat_id": "c", "status": "SOMETHING_NEW"},
    ]
    await client.chats.change("c", ChatAction.SET_READ, value=True, reason=WHY)
    assert msgspec.json.decode(upstream.asked[0].body) == {"action": "setReadStatus", "value": True}
    assert upstream.asked[0].headers["Content-Type"] == "application/json"
    assert await client.chats.sync("c", reason=WHY) is SyncStatus.STARTED
    assert await client.chats.sync("c", reason=WHY) is SyncStatus.UNKNOWN


async def test_what_is_done_to_a_message(upstream, client):
    upstream.answers |= {
        "GET /messages/m": MESSAGE,
        "POST /messages/m/reaction": {"object": "MessageReactionAdded", "success": True},
        "PATCH /messages/m": {"object": "SomethingUndocumented"},
        "DELETE /messages/m": {"object": "MessageDeleted"},
        "POST /messages/m/forward": {"object": "MessageForwarded", "message_id": "m2"},
    }
    assert (await client.messages.stated("m", reason=WHY))["id"] == "msg-1"
    await client.messages.react("m", "👍", reason=WHY)
    await client.messages.edit("m", "new", reason=WHY)
    await client.messages.delete("m", reason=WHY)
    assert await client.messages.forward("m", to_chat_id="c2", reason=WHY) == "m2"
    bodies = [msgspec.json.decode(asked.body) for asked in upstream.asked if asked.body]
    assert bodies == [{"reaction": "👍"}, {"text": "new"}, {"chat_id": "c2"}]
