"""Sends are taken as multipart, form or JSON, accepted once, echoed, and refused with the right type."""

from __future__ import annotations

import asyncio
import io

import aiohttp
import pytest

from simulator import Echo, FaultKind, FaultOrder, Habits, Simulator, fault_of
from simulator.model import INSTAGRAM, LINKEDIN, Chat, Origin
from simulator.moments import stamp
from tests.simulator.caller import Caller
from tests.simulator.receiver import Receiver


@pytest.fixture
def chat(sim: Simulator) -> Chat:
    return sim.direct_chat(sim.contact(sim.account(), "Ana", phone_number="+34600000118"))


def multipart(**fields: str) -> aiohttp.FormData:
    form = aiohttp.FormData(default_to_multipart=True, quote_fields=False)
    for name, value in fields.items():
        form.add_field(name, value)
    return form


async def test_the_three_forms_of_a_body(sim: Simulator, api: Caller, chat: Chat) -> None:
    text = "línea uno\r\nlínea dos 🌿 & = ?"
    path = f"/chats/{chat.id}/messages"
    for options in ({"data": multipart(text=text)}, {"data": {"text": text}}, {"json": {"text": text}}):
        answer = await api.call("POST", path, **options)
        assert answer.status == 201
        message = sim.world.message_find(answer.document["message_id"])
        assert message is not None
        assert (message.text, message.origin, message.is_sender) == (text, Origin.API, True)
    assert sim.calls.count("POST /chats/{chat_id}/messages") == 3
    assert [one.origin for one in sim.world.messages()] == [Origin.API] * 3


async def test_files_are_kept_byte_for_byte(sim: Simulator, api: Caller, chat: Chat) -> None:
    content = bytes(range(256)) * 300 + b"\r\n--boundary\r\n"
    form = multipart(text="caption")
    form.add_field("attachments", content, filename="größe 1.bin", content_type="application/octet-stream")
    form.add_field("voice_message", b"RIFFxxxx", filename="voice.wav", content_type="audio/wav")
    answer = await api.call("POST", f"/chats/{chat.id}/messages", data=form)
    document = await api.get(f"/messages/{answer.document['message_id']}")
    file, voice = document["attachments"]
    assert (file["type"], file["file_name"], file["file_size"]) == ("file", "größe 1.bin", len(content))
    assert (voice["type"], voice["voice_note"]) == ("audio", True)
    fetched = await api.call("GET", f"/messages/{document['id']}/attachments/{file['id']}")
    assert fetched.raw == content
    assert fetched.headers["content-type"] == "application/octet-stream"


async def test_pictures_have_their_size(sim: Simulator, api: Caller, chat: Chat) -> None:
    gif = b"GIF89a\x40\x01\xf0\x00" + bytes(20)
    form = multipart()
    form.add_field("attachments", gif, filename="a.gif", content_type="image/gif")
    answer = await api.call("POST", f"/chats/{chat.id}/messages", data=form)
    (picture,) = (await api.get(f"/messages/{answer.document['message_id']}"))["attachments"]
    assert picture["size"] == {"width": 320, "height": 240}


async def test_a_file_above_15_mb_is_refused(api: Caller, chat: Chat) -> None:
    form = multipart(text="big")
    form.add_field("attachments", io.BytesIO(bytes(15 * 1024 * 1024 + 1)), filename="big.bin")
    assert await api.refused("POST", f"/chats/{chat.id}/messages", data=form) == (
        400,
        "errors/content_too_large",
    )
    assert (await api.get(f"/chats/{chat.id}/messages"))["items"] == []


def told_already(sim: Simulator, message_id: str) -> bool:
    """Whether a webhook of the message was answered by now; the receiver of these tests takes its time."""
    return any(one.tries for one in sim.deliveries.of(message_id))


@pytest.mark.parametrize("echo", [Echo.BEFORE, Echo.AFTER])
async def test_the_echo_comes_before_or_after_the_answer(echo: Echo) -> None:
    async with Receiver() as receiver, Simulator(echo=echo) as sim, Caller(sim) as api:
        receiver.delay_seconds = 0.1
        sim.webhook(receiver.url)
        chat = sim.direct_chat(sim.contact(sim.account(), "Ana"))
        answer = await api.call("POST", f"/chats/{chat.id}/messages", data={"text": "hi"})
        assert told_already(sim, answer.document["message_id"]) == (echo is Echo.BEFORE)
        await sim.settled()
        (body,) = receiver.bodies
        assert body["message_id"] == answer.document["message_id"]
        assert body["is_sender"] is True
        assert body["provider_message_id"].startswith("3EB0")


async def test_the_echo_may_come_either_way() -> None:
    async with Receiver() as receiver, Simulator(echo=Echo.EITHER) as sim, Caller(sim) as api:
        receiver.delay_seconds = 0.05
        sim.webhook(receiver.url)
        chat = sim.direct_chat(sim.contact(sim.account(), "Ana"))
        ways = set()
        for _ in range(12):
            answer = await api.call("POST", f"/chats/{chat.id}/messages", data={"text": "hi"})
            ways.add(told_already(sim, answer.document["message_id"]))
        assert ways == {True, False}


async def test_without_an_echo_nothing_is_heard() -> None:
    async with Receiver() as receiver, Simulator(echo=Echo.NEVER) as sim, Caller(sim) as api:
        sim.webhook(receiver.url)
        chat = sim.direct_chat(sim.contact(sim.account(), "Ana"))
        await api.call("POST", f"/chats/{chat.id}/messages", data={"text": "hi"})
        await asyncio.sleep(0.05)
        assert receiver.received == []
        assert len(sim.world.messages()) == 1


async def test_quotes(sim: Simulator, api: Caller, chat: Chat) -> None:
    asked = sim.customer_writes(chat, "¿Sí o no?")
    for quote in (asked.id, asked.provider_id):
        sent = await api.call("POST", f"/chats/{chat.id}/messages", data={"text": "sí", "quote_id": quote})
        document = await api.get(f"/messages/{sent.document['message_id']}")
        assert document["quoted"]["provider_id"] == asked.provider_id
        assert document["reply_to"]["id"] == asked.id
    other = sim.customer_writes(sim.direct_chat(sim.contact(chat.account, "Eva")), "x")
    refused = await api.refused(
        "POST", f"/chats/{chat.id}/messages", data={"text": "y", "quote_id": other.id}
    )
    assert refused == (422, "errors/unprocessable_entity")


async def test_refusals(sim: Simulator, api: Caller, chat: Chat) -> None:
    path = f"/chats/{chat.id}/messages"
    assert await api.refused("POST", path, data={"text": ""}) == (422, "errors/unprocessable_entity")
    assert await api.refused("POST", path, data={"text": "x", "account_id": "other"}) == (
        403,
        "errors/account_mismatch",
    )
    assert await api.refused("POST", "/chats/none/messages", data={"text": "x"}) == (
        404,
        "errors/resource_not_found",
    )
    assert await api.refused("POST", path, data=b"{", headers={"Content-Type": "application/json"}) == (
        400,
        "errors/malformed_request",
    )
    broken = {"Content-Type": "multipart/form-data; boundary=b"}
    assert await api.refused("POST", path, data=b"--b\r\nno end", headers=broken) == (
        400,
        "errors/malformed_request",
    )
    chat.read_only = True
    assert await api.refused("POST", path, data={"text": "x"}) == (403, "errors/resource_access_restricted")
    chat.read_only = False
    sim.account_disconnects(chat.account)
    assert await api.refused("POST", path, data={"text": "x"}) == (401, "errors/disconnected_account")
    assert sim.world.messages() == []


async def test_a_chat_is_started_reused_or_made_a_group(sim: Simulator, api: Caller, chat: Chat) -> None:
    account = chat.account.id
    known = {"account_id": account, "attendees_ids": ["34600000118@s.whatsapp.net"], "text": "hi"}
    again = await api.call("POST", "/chats", json=known)
    assert again.document["chat_id"] == chat.id
    form = multipart(account_id=account, text="hello")
    form.add_field("attendees_ids", "33639980177@s.whatsapp.net")
    fresh = await api.call("POST", "/chats", data=form)
    assert fresh.status == 201
    started = sim.world.chats[fresh.document["chat_id"]]
    assert started.members[0].public_identifier == "33639980177@s.whatsapp.net"
    form = multipart(account_id=account, title="Plan")
    for person in ("33639980177", "33639980178"):
        form.add_field("attendees_ids", f"{person}@s.whatsapp.net")
    group = await api.call("POST", "/chats", data=form)
    made = sim.world.chats[group.document["chat_id"]]
    assert (made.name, made.is_group, len(made.members)) == ("Plan", True, 2)
    assert made.provider_id.endswith("@g.us")
    assert group.document["message_id"] is None


async def test_a_number_without_whatsapp(sim: Simulator, api: Caller, chat: Chat) -> None:
    sim.world.unreachable.add("+33639980100")
    account = chat.account.id
    body = {"account_id": account, "attendees_ids": ["33639980100@s.whatsapp.net"], "text": "x"}
    assert await api.refused("POST", "/chats", json=body) == (422, "errors/invalid_recipient")
    checked = await api.refused("GET", "/users/33639980100", params={"account_id": account})
    assert checked == (404, "errors/resource_not_found")
    people = len(sim.world.attendees)
    found = await api.get("/users/33639980101", account_id=account)
    assert found == {"object": "UserProfile", "provider": "WHATSAPP", "id": "33639980101@s.whatsapp.net"}
    assert len(sim.world.attendees) == people


async def test_what_a_provider_cannot_do(sim: Simulator, api: Caller) -> None:
    gallery = sim.account(INSTAGRAM, "Casa", phone_number=None, username="casa")
    network = sim.account(LINKEDIN, "Inês", phone_number=None, username="ines")
    missing = (501, "errors/feature_not_implemented")
    message = sim.customer_writes(sim.direct_chat(sim.contact(gallery, "Petra", username="petra")), "x")
    assert await api.refused("POST", f"/messages/{message.id}/reaction", json={"reaction": "👍"}) == missing
    message = sim.customer_writes(sim.direct_chat(sim.contact(network, "Jonas", username="jonas")), "x")
    forward = {"chat_id": message.chat.id}
    assert await api.refused("POST", f"/messages/{message.id}/forward", json=forward) == missing
    whatsapp = sim.account()
    assert await api.refused("GET", "/users/me", params={"account_id": whatsapp.id}) == missing


async def test_several_files_and_a_caption_are_one_message(
    sim: Simulator, api: Caller, receiver: Receiver, chat: Chat
) -> None:
    sim.webhook(receiver.url)
    form = multipart(text="both", quote_id=sim.customer_writes(chat, "?").id)
    await sim.settled()
    for name in ("one.pdf", "two.pdf"):
        form.add_field("attachments", name.encode(), filename=name, content_type="application/pdf")
    answer = await api.call("POST", f"/chats/{chat.id}/messages", data=form)
    await sim.settled()
    body = receiver.bodies[-1]
    assert (body["event"], body["message_id"]) == ("message_received", answer.document["message_id"])
    assert (body["is_sender"], body["message"], len(body["attachments"])) == (True, "both", 2)
    document = await api.get(f"/messages/{answer.document['message_id']}")
    assert [one["file_name"] for one in document["attachments"]] == ["one.pdf", "two.pdf"]
    assert document["quoted"]["text"] == "?"


async def test_a_message_without_an_echo_can_be_read_back(
    sim: Simulator, api: Caller, receiver: Receiver, chat: Chat
) -> None:
    """E5: what was accepted stands in the chat, with its text, its files and its time."""
    sim.webhook(receiver.url)
    sim.habits = Habits(echo=Echo.NEVER)
    begun = stamp(sim.world.clock().replace(microsecond=0))
    form = multipart(text="quiet")
    form.add_field("attachments", b"%PDF", filename="a.pdf", content_type="application/pdf")
    answer = await api.call("POST", f"/chats/{chat.id}/messages", data=form)
    (item,) = (await api.get(f"/chats/{chat.id}/messages", limit=5))["items"]
    assert item["id"] == answer.document["message_id"]
    assert (item["is_sender"], item["text"]) == (1, "quiet")
    assert begun <= item["timestamp"] <= stamp(sim.world.clock())
    (file,) = item["attachments"]
    fetched = await api.call("GET", f"/messages/{item['id']}/attachments/{file['id']}")
    assert (file["file_name"], fetched.raw) == ("a.pdf", b"%PDF")
    await sim.settled()
    assert receiver.received == []


async def test_somebody_types_before_the_message_is_there(sim: Simulator, api: Caller, chat: Chat) -> None:
    path = f"/chats/{chat.id}/messages"
    for wrong in ("soon", "-1", "nan", "60001"):
        refused = await api.refused("POST", path, data=multipart(text="x", typing_duration=wrong))
        assert refused == (400, "errors/invalid_parameters")
    assert sim.world.messages() == []
    await api.call("POST", path, data=multipart(text="x", typing_duration="150"))
    (*_, call) = sim.calls
    assert (call.status, call.seconds >= 0.15) == (201, True)


async def test_what_is_too_long_or_no_voice_is_refused(sim: Simulator, api: Caller, chat: Chat) -> None:
    path = f"/chats/{chat.id}/messages"
    assert await api.refused("POST", path, json={"text": "x" * 65_537}) == (400, "errors/too_many_characters")
    form = multipart()
    form.add_field("voice_message", b"%PDF", filename="a.pdf", content_type="application/pdf")
    assert await api.refused("POST", path, data=form) == (415, "errors/unsupported_media_type")
    assert len(sim.sent) == 0
    assert (await api.call("POST", path, json={"text": "x" * 65_536})).status == 201


async def test_a_call_takes_its_time(sim: Simulator, api: Caller, chat: Chat) -> None:
    sim.habits = Habits(latency_seconds=0.2)
    await api.call("POST", f"/chats/{chat.id}/messages", json={"text": "x"})
    await api.get("/accounts")
    assert all(call.seconds >= 0.2 for call in sim.calls)


async def test_a_caller_who_leaves_while_waiting_has_sent(sim: Simulator, api: Caller, chat: Chat) -> None:
    """E7: whoever is killed before the answer has sent all the same."""
    sim.faults.add(fault_of(FaultOrder(kind=FaultKind.LATE, delay_seconds=0.4)))
    call = asyncio.create_task(api.call("POST", f"/chats/{chat.id}/messages", json={"text": "x"}))
    async with asyncio.timeout(60):
        while not sim.faults.met:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        call.cancel()
        while not len(sim.calls):
            await asyncio.sleep(0.01)
    assert [one.text for one in sim.sent] == ["x"]
