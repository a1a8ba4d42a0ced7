"""The page plays the customer, on loopback names only and for its own scripts only."""

from __future__ import annotations

import asyncio
import json
import re
from ipaddress import IPv4Address
from typing import Any

import pytest

from simulator import Simulator
from tests.simulator.caller import Answer, Caller
from tests.simulator.receiver import Receiver


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
    for path in found:
        part = await play(api, path.decode())
        assert part.status == 200
        assert set(re.findall(rb"\w+://[^\"'\s)]+", part.raw)) <= {b"http://www.w3.org/2000/svg"}
    assert b"innerHTML" not in (await play(api, "/page.js")).raw


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
        line = await asyncio.wait_for(reader.readline(), 5)
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
