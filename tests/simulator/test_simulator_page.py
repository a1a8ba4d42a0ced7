"""The page plays the customer, on loopback names only and for its own scripts only."""

from __future__ import annotations

import asyncio
import json
import re
from ipaddress import IPv4Address
from typing import Any

import pytest

from simulator import Simulator, creation
from simulator.dialects import DIALECTS
from simulator.happenings import MESSAGING
from simulator.webhooks.registrations import EVENTS
from tests.simulator.caller import Answer, Caller
from tests.simulator.receiver import Receiver

MESSAGE_EVENTS = EVENTS[MESSAGING]


async def play(api: Caller, path: str, document: Any = None, **options: Any) -> Answer:
    if document is None:
        return await api.call("GET", path, bare=True, **options)
    return await api.call("POST", path, bare=True, json=document, **options)


async def test_the_page_needs_nothing_from_elsewhere(api: Caller) -> None:
    page = await play(api, "/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    found = set(re.findall(rb'(?:src|href)="([^"#]+)"', page.raw))
    assert found == {b"/page.css", b"/page.js", b"/icon.svg"}
    modules = {b"/dom.js", b"/thread.js", b"/composer.js", b"/panels.js", b"/attempts.js"}
    for path in found | modules:
        part = await play(api, path.decode())
        assert part.status == 200
        assert set(re.findall(rb"\w+://[^\"'\s)]+", part.raw)) <= {b"http://www.w3.org/2000/svg"}
        assert b"innerHTML" not in part.raw
        imported = {b"/" + one for one in re.findall(rb'from "\./([^"]+)"', part.raw)}
        assert imported <= modules


@pytest.mark.parametrize("host", ["evil.test", "evil.test:80", "169.254.169.254", "127.0.0.1.evil.test", ""])
async def test_other_names_are_refused(api: Caller, host: str) -> None:
    for path in ("/", "/play/accounts"):
        assert (await play(api, path, headers={"Host": host})).status == 421


async def test_loopback_names_are_served(sim: Simulator, api: Caller) -> None:
    for name in ("localhost", "127.0.0.1", "[::1]", "LOCALHOST"):
        assert (await play(api, "/", headers={"Host": f"{name}:{sim.port}"})).status == 200


async def test_scripts_and_forms_of_other_sites_are_refused(sim: Simulator, api: Caller) -> None:
    chat = sim.direct_chat(sim.contact(sim.account(), "Ana"))
    path = f"/play/chats/{chat.id}/messages"
    body = {"text": "x", "as": chat.members[0].id}
    assert (await play(api, path, body, headers={"Origin": "https://evil.test"})).status == 403
    assert (await play(api, path, body, headers={"Origin": "null"})).status == 403
    form = await api.call(
        "POST", path, bare=True, data=json.dumps(body), headers={"Content-Type": "text/plain"}
    )
    assert form.status == 415
    assert sim.world.messages() == []
    assert (await play(api, path, body, headers={"Origin": sim.url})).status == 201


async def test_beyond_loopback_there_is_no_page() -> None:
    every_address = str(IPv4Address(0))
    async with Simulator(host=every_address) as sim, Caller(sim) as api:
        assert (await play(api, "/")).status == 404
        assert (await play(api, "/play/accounts")).status == 404
        assert (await api.call("GET", "/accounts")).status == 200


async def test_the_customer_and_the_owner_write(sim: Simulator, api: Caller, receiver: Receiver) -> None:
    account = sim.account()
    members = [sim.contact(account, name) for name in ("Rui", "Grace")]
    chat = sim.group_chat(account, "Move", members)
    sim.webhook(receiver.url)
    path = f"/play/chats/{chat.id}/messages"
    assert (await play(api, path, {"text": "as Grace", "as": members[1].id})).status == 201
    assert (await play(api, path, {"text": "as owner", "as": "phone"})).status == 201
    await sim.settled()
    assert {
        (one["message"], one["is_sender"], one["sender"]["attendee_name"]) for one in receiver.bodies
    } == {
        ("as Grace", False, "Grace"),
        ("as owner", True, "Casa Lume"),
    }
    shown = (await play(api, f"/play/chats/{chat.id}")).document
    assert [one["text"] for one in shown["messages"]] == ["as Grace", "as owner"]
    (delivery,) = shown["messages"][0]["deliveries"]
    assert (delivery["state"], delivery["status"], delivery["tries"]) == ("delivered", 200, 1)
    for bad in (
        {"text": " ", "as": members[0].id},
        {"text": "x", "as": "nobody"},
        {"text": "x" * 20_001, "as": "phone"},
    ):
        assert (await play(api, path, bad)).status == 400
    assert (await play(api, "/play/chats/none/messages", {"text": "x", "as": "phone"})).status == 404


async def test_what_becomes_of_a_message(sim: Simulator, api: Caller, receiver: Receiver) -> None:
    account = sim.account()
    members = [sim.contact(account, name) for name in ("Rui", "Grace")]
    chat = sim.group_chat(account, "Move", members)
    other = sim.direct_chat(sim.contact(account, "Ana"))
    sim.webhook(receiver.url, events=list(MESSAGE_EVENTS))
    sent = await play(api, f"/play/chats/{chat.id}/messages", {"text": "hello", "as": "phone"})
    message = sim.world.message_find(sent.document["message_id"])
    assert message is not None
    path = f"/play/messages/{message.id}"
    grace = members[1].id
    for document in (
        {"act": "deliver"},
        {"act": "read", "as": grace},
        {"act": "react", "as": grace, "value": "❤️"},
        {"act": "react", "as": "phone", "value": "🙏"},
        {"act": "edit", "value": "hello all"},
    ):
        assert (await play(api, path, document)).status == 200
    shown = (await play(api, f"/play/chats/{chat.id}")).document["messages"][0]
    assert (shown["text"], shown["edited"], shown["receipt"]) == ("hello all", True, "read")
    assert [(one["value"], one["sender"]) for one in shown["reactions"]] == [
        ("❤️", "Grace"),
        ("🙏", "Casa Lume"),
    ]
    forwarded = await play(api, path, {"act": "forward", "as": "other", "chat_id": other.id})
    assert sim.world.message_find(forwarded.document["message_id"]).forwarded
    answer = {"text": "yes", "as": grace, "quoting": message.id}
    assert (await play(api, f"/play/chats/{chat.id}/messages", answer)).status == 201
    assert (await play(api, path, {"act": "delete"})).status == 200
    await sim.settled()
    assert {one["event"] for one in receiver.bodies} == set(MESSAGE_EVENTS)
    for refused, status in (
        ({"act": "edit", "value": "again"}, 409),
        ({"act": "forward", "chat_id": other.id}, 409),
        ({"act": "read", "as": "phone"}, 409),
        ({"act": "sing"}, 400),
        ({"act": "react", "as": "nobody", "value": "x"}, 400),
    ):
        assert (await play(api, path, refused)).status == status
    assert (await play(api, "/play/messages/none", {"act": "delete"})).status == 404


async def test_everything_can_be_sent(sim: Simulator, api: Caller, receiver: Receiver) -> None:
    chat = sim.direct_chat(sim.contact(sim.account(), "Ana"))
    sim.webhook(receiver.url)
    choices = (await play(api, "/play/choices")).document
    path = f"/play/chats/{chat.id}/messages"
    for media in choices["media"]:
        for fate in choices["fates"]:
            said = {"media": media, "fate": fate, "as": chat.members[0].id, "text": ""}
            assert (await play(api, path, said)).status == 201
    await sim.settled()
    messages = (await play(api, f"/play/chats/{chat.id}")).document["messages"]
    assert len(messages) == len(receiver.bodies) == len(choices["media"]) * len(choices["fates"])
    for message in messages:
        for attachment in message["attachments"]:
            if attachment["url"]:
                assert (await play(api, attachment["url"])).status == 200
    assert set(choices["media"]) >= {
        "photo",
        "voice",
        "file",
        "film",
        "gif",
        "sticker",
        "once",
        "unsupported",
    }
    wrong = {"media": "hologram", "as": chat.members[0].id}
    assert (await play(api, path, wrong)).status == 400
    assert (await play(api, path, {**wrong, "media": "photo", "fate": "burnt"})).status == 400


async def test_a_sent_page_is_no_page_here(sim: Simulator, api: Caller) -> None:
    chat = sim.direct_chat(sim.contact(sim.account(), "Ana"))
    page = creation.upload(sim.world, "x.html", "text/html", b"<script src=/page.js></script>")
    message = sim.customer_writes(chat, attachments=[page])
    answer = await play(api, f"/play/media/{message.id}/{page.id}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_group_is_played(sim: Simulator, api: Caller) -> None:
    account = sim.account()
    members = [sim.contact(account, name) for name in ("Rui", "Grace")]
    chat = sim.group_chat(account, "Move", members)
    path = f"/play/chats/{chat.id}/events"
    rui, grace = (one.id for one in members)
    for document in (
        {"event": "rename", "as": rui, "value": "Moved"},
        {"event": "picture", "as": rui},
        {"event": "add", "as": "phone", "name": "Özlem", "phone_number": "+49 152 2889 5471"},
        {"event": "promote", "as": rui, "member": grace},
        {"event": "call", "as": grace},
        {"event": "video_call", "as": grace},
        {"event": "read"},
        {"event": "remove", "as": rui, "member": grace},
        {"event": "leave", "as": rui},
    ):
        assert (await play(api, path, document)).status == 200
    assert (chat.name, [one.name for one in chat.members]) == ("Moved", ["Özlem"])
    shown = (await play(api, f"/play/chats/{chat.id}")).document
    texts = [one["text"] for one in shown["messages"]]
    assert texts[0] == "Rui changed the subject to Moved"
    assert "Casa Lume added Özlem" in texts
    last = chat.members[0].id
    assert (await play(api, path, {"event": "leave", "as": last})).status == 409
    assert (await play(api, path, {"event": "add", "as": "phone"})).status == 400
    assert (await play(api, path, {"event": "dance", "as": "phone"})).status == 400
    direct = sim.direct_chat(sim.contact(account, "Ana"))
    answer = await play(api, f"/play/chats/{direct.id}/events", {"event": "leave", "as": "phone"})
    assert answer.status == 409


async def test_what_goes_on_behind_the_scenes(sim: Simulator, api: Caller, receiver: Receiver) -> None:
    account = sim.account()
    for source, events in EVENTS.items():
        sim.webhook(receiver.url, source=source, events=events)
    choices = (await play(api, "/play/choices")).document
    assert [one["name"] for one in choices["dialects"]] == list(DIALECTS)
    path = f"/play/accounts/{account.id}"
    for name, values in (
        ("elsewhere", choices["elsewhere"]),
        ("odd", choices["oddities"]),
        ("status", [*choices["told_only"], *choices["statuses"], "OK"]),
        ("dialect", [one["name"] for one in choices["dialects"]]),
    ):
        before = len(list(sim.deliveries))
        for value in values:
            assert (await play(api, path, {name: value})).status == 200
        assert len(list(sim.deliveries)) - before == (0 if name == "dialect" else len(values))
    assert (await play(api, path, {"mirror": True})).document["mirrored"]
    assert not (await play(api, path, {"mirror": False})).document["mirrored"]
    for wrong in (
        {"dialect": "klingon"},
        {"status": "HAPPY"},
        {"elsewhere": "x"},
        {"odd": "x"},
        {"mirror": 1},
    ):
        assert (await play(api, path, wrong)).status == 400
    trouble = {"late_seconds": 1.5, "disorder_seconds": 0, "twice": 0.5, "dropped": 0}
    assert (await play(api, "/play/trouble", trouble)).document == trouble
    assert (await play(api, "/play/trouble")).document == trouble
    for wrong in ({"twice": 2}, {"late_seconds": -1}, {"dropped": "many"}):
        assert (await play(api, "/play/trouble", wrong)).status == 400
    assert (await play(api, "/play/trouble", {})).document == dict.fromkeys(trouble, 0)


async def test_a_link_is_followed(sim: Simulator, api: Caller, receiver: Receiver) -> None:
    link = sim.hosted.link(
        ["*:MESSAGING"], name="mark", notify_url=receiver.url, success_url="https://x.test/"
    )
    (listed,) = (await play(api, "/play/accounts")).document["links"]
    assert listed == {"id": link.id, "providers": ["*:MESSAGING"], "account": None}
    path = f"/play/links/{link.id}"
    assert (await play(api, path, {"provider": "WHATSAPP", "name": "Line"})).status == 400
    assert not link.finished
    said = {"provider": "WHATSAPP", "name": "Line", "phone_number": "+351 910 000 444"}
    assert (await play(api, path, said)).document == {"url": "https://x.test/"}
    assert (await play(api, path, {"give_up": True})).status == 409
    assert (await play(api, "/play/links/none", {})).status == 404
    await sim.settled()
    assert receiver.bodies[-1]["status"] == "CREATION_SUCCESS"
    assert (await play(api, "/play/accounts")).document["links"] == []
    orphan = sim.hosted.link([], account=next(iter(sim.world.accounts.values())))
    assert orphan.account is not None
    sim.changes.account_delete(orphan.account)
    assert (await play(api, f"/play/links/{orphan.id}", {})).status == 409
    gave_up = sim.hosted.link(["LINKEDIN"], notify_url=receiver.url)
    assert (await play(api, f"/play/links/{gave_up.id}", {"provider": "TELEGRAM"})).status == 400
    assert (await play(api, f"/play/links/{gave_up.id}", {"give_up": True})).document == {"url": None}
    await sim.settled()
    assert receiver.bodies[-1]["status"] == "CREATION_FAIL"


async def test_a_stranger_writes(sim: Simulator, api: Caller) -> None:
    account = sim.account()
    stranger = {"account_id": account.id, "name": "", "phone_number": "+49 171 000 00 99", "text": "Hallo"}
    answer = await play(api, "/play/strangers", stranger)
    assert answer.status == 201
    chat = sim.world.chats[answer.document["chat_id"]]
    assert chat.members[0].phone_number == "+491710000099"
    assert (await play(api, "/play/strangers", stranger)).status == 409
    hidden = await play(api, "/play/strangers", {**stranger, "phone_number": ""})
    assert sim.world.chats[hidden.document["chat_id"]].members[0].phone_number == "hidden"
    assert (await play(api, "/play/strangers", {**stranger, "phone_number": "12"})).status == 400
    assert (await play(api, "/play/strangers", {**stranger, "account_id": "none"})).status == 404


async def test_lists_are_searched(demo_api: Caller, demo: Simulator) -> None:
    accounts = (await play(demo_api, "/play/accounts")).document["accounts"]
    assert [one["type"] for one in accounts] == ["WHATSAPP", "LINKEDIN", "INSTAGRAM", "TELEGRAM"]
    query = {"account_id": accounts[0]["id"], "search": "martín"}
    (found,) = (await play(demo_api, "/play/chats", params=query)).document["chats"]
    assert found["name"] == "Ana Martínez"
    query["search"] = "+34600000118"
    assert (await play(demo_api, "/play/chats", params=query)).document["chats"] == [found]


async def test_the_stream_tells_messages_and_the_fate_of_their_webhooks(
    sim: Simulator, api: Caller, receiver: Receiver
) -> None:
    chat = sim.direct_chat(sim.contact(sim.account(), "Ana"))
    receiver.answer = lambda number: 503 if number == 0 else 200
    sim.webhook(receiver.url)
    reader, writer = await asyncio.open_connection("127.0.0.1", sim.port)
    writer.write(f"GET /play/stream HTTP/1.1\r\nHost: 127.0.0.1:{sim.port}\r\n\r\n".encode())
    await reader.readuntil(b": open\n\n")
    message = sim.customer_writes(chat, "hi")
    await sim.settled()
    events: list[Any] = []
    while not events or events[-1].get("delivery", {}).get("state") != "delivered":
        line = await asyncio.wait_for(reader.readline(), 60)
        if line.startswith(b"data: "):
            events.append(json.loads(line[6:]))
    writer.close()
    await writer.wait_closed()
    told = [one["message"] for one in events if one["type"] == "message"]
    assert [one["id"] for one in told] == [message.id]
    fates = [one["delivery"] for one in events if one["type"] == "delivery"]
    assert [(one["state"], one["status"]) for one in fates] == [
        ("waiting", None),
        ("waiting", 503),
        ("delivered", 200),
    ]
