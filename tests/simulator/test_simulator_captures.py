"""What the simulator sends and answers has the keys, in the order, and the types of captured bodies."""

from __future__ import annotations

import json
from typing import Any

from simulator import Simulator, creation
from simulator.model import LINKEDIN, Account
from tests.simulator.caller import Caller
from tests.simulator.receiver import Receiver
from tests.simulator.samples import needs_samples, sample, shape

pytestmark = needs_samples


def linkedin(sim: Simulator) -> Account:
    return sim.account(LINKEDIN, "Ines Okoro", phone_number=None, username="owner-slug")


async def told(sim: Simulator, receiver: Receiver) -> dict[str, Any]:
    await sim.settled()
    return receiver.received[-1].body


async def test_whatsapp_message(sim: Simulator, receiver: Receiver) -> None:
    sim.webhook(receiver.url)
    account = sim.account(phone_number="+33639980135")
    chat = sim.direct_chat(sim.contact(account, "Karim", phone_number="+33639980136"))
    sim.customer_writes(chat, "probe")
    captured = sample("webhooks", "001")
    body = await told(sim, receiver)
    assert list(body) == list(captured)
    assert shape(body) == shape(captured)
    assert body["provider_chat_id"].endswith("@lid")
    assert body["attendees"] == [body["sender"]]
    assert len(body["provider_message_id"]) in range(18, 24)
    assert len(receiver.received[0].raw) < 1500


async def test_linkedin_message(sim: Simulator, receiver: Receiver) -> None:
    sim.webhook(receiver.url)
    contact = sim.contact(linkedin(sim), "Marta Lindqvist", username="marta")
    sim.customer_writes(sim.direct_chat(contact), "Hi")
    captured = sample("webhooks", "002")
    body = await told(sim, receiver)
    assert set(body) == set(captured)
    assert shape(body) == shape(captured)
    assert body["provider_chat_id"].startswith("2-")


async def test_account_status(sim: Simulator, receiver: Receiver) -> None:
    sim.webhook(receiver.url, source="account_status")
    linkedin(sim)
    captured = sample("webhooks", "005")
    body = await told(sim, receiver)
    assert shape(body) == shape(captured)
    assert list(body["AccountStatus"]) == list(captured["AccountStatus"])
    assert body["AccountStatus"]["message"] == "CREATION_SUCCESS"
    # Minified like the capture: no blank between the tokens.
    assert receiver.received[-1].raw == json.dumps(body, separators=(",", ":")).encode()


async def test_media(sim: Simulator, receiver: Receiver) -> None:
    sim.webhook(receiver.url)
    chat = sim.direct_chat(sim.contact(sim.account(), "Karim", phone_number="+33639980136"))
    world = sim.world
    document = creation.upload(world, "IMG-1.jpg", "image/jpeg", b"\xff\xd8")
    for number, attachment in (
        ("048", document),
        ("049", creation.voice_note(world, 3)),
        ("050", creation.gone_video(world)),
    ):
        sim.customer_writes(chat, attachments=[attachment])
        body = await told(sim, receiver)
        captured = sample("webhooks", number)
        assert shape(body["attachments"]) == shape(captured["attachments"])
        assert body["message"] == ""


async def test_reaction(sim: Simulator, receiver: Receiver) -> None:
    sim.webhook(receiver.url, events=["message_reaction"])
    chat = sim.direct_chat(sim.contact(linkedin(sim), "Bastien", username="bastien"))
    sim.customer_reacts(sim.phone_writes(chat, "Hello"), "😄")
    body = await told(sim, receiver)
    captured = sample("webhooks", "010")
    assert set(captured) <= set(body)
    assert body["reaction"] == "😄"
    assert body["reaction_sender"]["attendee_name"] == "Bastien"
    assert body["sender"]["attendee_provider_id"] == body["account_info"]["user_id"]


async def test_rest_chats(sim: Simulator, api: Caller) -> None:
    chat = sim.direct_chat(sim.contact(linkedin(sim), "Zora", username="gumran"))
    sim.customer_writes(chat, "impressive")
    (item,) = (await api.get("/chats"))["items"]
    captured = sample("rest", "001")["items"][0]
    assert set(item) == set(captured)
    assert {key: type(one) for key, one in item.items()} == {key: type(one) for key, one in captured.items()}


async def test_rest_messages(sim: Simulator, api: Caller) -> None:
    chat = sim.direct_chat(sim.contact(linkedin(sim), "Zora", username="gumran"))
    sim.customer_writes(chat, "impressive")
    (item,) = (await api.get(f"/chats/{chat.id}/messages"))["items"]
    captured = sample("rest", "002")["items"][0]
    assert set(item) == set(captured)
    assert shape(item) == shape(captured)


async def test_rest_whatsapp_chat_and_people(sim: Simulator, api: Caller) -> None:
    account = sim.account(phone_number="+33639980135")
    chat = sim.direct_chat(sim.contact(account, "Karim", phone_number="+33639980136"))
    sim.direct_chat(sim.contact(account, ""))
    sim.customer_writes(chat, "hi")
    item = (await api.get("/chats"))["items"][0]
    assert set(sample("rest", "024")["items"][0]) <= set(item)
    people = {one["is_self"]: one for one in (await api.get("/chat_attendees"))["items"] if one["name"]}
    stranger = next(one for one in (await api.get("/chat_attendees"))["items"] if not one["name"])
    hidden, own = sample("rest", "023")["items"]
    assert set(own) <= set(people[1])
    assert stranger["specifics"] == hidden["specifics"] == {"provider": "WHATSAPP", "phone_number": "hidden"}


async def test_rest_account(sim: Simulator, api: Caller) -> None:
    linkedin(sim)
    (item,) = (await api.get("/accounts"))["items"]
    captured = sample("rest", "013")["items"][0]
    assert set(item) == set(captured)
    assert set(item["connection_params"]["im"]) == set(captured["connection_params"]["im"]) - {"proxy"}
    assert item["sources"][0]["id"] == f"{item['id']}_MESSAGING"


async def test_rest_webhooks(sim: Simulator, api: Caller) -> None:
    sim.webhook("https://hooks.example.test/x", "<secret>", name="mvp-messaging")
    (item,) = (await api.get("/webhooks"))["items"]
    captured = sample("rest", "016")["items"][0]
    assert shape(item) == shape(captured)
    assert item["data"] == captured["data"]
    assert item["headers"] == captured["headers"]


async def test_answers_of_actions(sim: Simulator, api: Caller) -> None:
    account = sim.account()
    chat = sim.direct_chat(sim.contact(account, "Ana", phone_number="+34600000118"))
    message = sim.customer_writes(chat, "hi")
    sent = await api.call("POST", f"/chats/{chat.id}/messages", data={"text": "hello"})
    assert shape(sent.document) == shape(sample("rest", "028"))
    started = await api.call(
        "POST", "/chats", json={"account_id": account.id, "attendees_ids": ["34600000119"], "text": "x"}
    )
    assert shape(started.document) == shape(sample("rest", "025"))
    forwarded = await api.call("POST", f"/messages/{message.id}/forward", json={"chat_id": chat.id})
    assert shape(forwarded.document) == shape(sample("rest", "033"))
    patched = await api.call("PATCH", f"/chats/{chat.id}", json={"action": "setReadStatus", "value": True})
    assert patched.document == sample("rest", "032")
    synced = await api.get(f"/chats/{chat.id}/sync")
    assert shape(synced) == shape(sample("rest", "031"))
    assert (await api.call("POST", f"/accounts/{account.id}/restart")).document == sample("rest", "014")
    assert (await api.call("DELETE", f"/accounts/{account.id}")).document == sample("rest", "015")


async def test_errors(sim: Simulator, api: Caller) -> None:
    refused = await api.call("GET", "/accounts", headers={"X-API-KEY": "wrong"})
    assert refused.document == sample("rest", "053")
    chat = sim.direct_chat(sim.contact(sim.account(), "Ana"))
    sim.account_disconnects(chat.account)
    down = await api.call("POST", f"/chats/{chat.id}/messages", data={"text": "hello"})
    assert down.document == sample("rest", "055")
