"""Groups, calls, media that cannot be had, hosted connections, and deliveries that go wrong on demand."""

from __future__ import annotations

import pytest

from simulator import Simulator, creation
from simulator.model import Chat
from simulator.webhooks.troubles import Trouble
from tests.simulator.caller import Caller
from tests.simulator.receiver import Receiver


def group_of(sim: Simulator) -> Chat:
    account = sim.account()
    return sim.group_chat(account, "Move", [sim.contact(account, name) for name in ("Rui", "Grace")])


async def test_a_group_changes_and_says_so(sim: Simulator, api: Caller, receiver: Receiver) -> None:
    sim.webhook(receiver.url)
    chat = group_of(sim)
    rui, grace = chat.members
    newcomer = sim.contact(chat.account, "Özlem")
    own = chat.account.own
    sim.events.group_create(chat)
    sim.events.group_rename(chat, "Moved", by=rui)
    sim.events.member_add(chat, newcomer)
    sim.events.member_promote(chat, newcomer, by=rui)
    sim.events.member_remove(chat, grace, by=newcomer)
    sim.events.member_leave(chat, rui)
    sim.events.group_picture(chat, 7)
    sim.events.call_miss(chat, newcomer, video=True)
    sim.events.member_remove(chat, own, by=newcomer)
    await sim.settled()
    texts = [one["text"] for one in reversed((await api.get(f"/chats/{chat.id}/messages"))["items"])]
    assert sorted(one["message"] for one in receiver.bodies) == sorted(texts)
    assert texts[1] == f"{{{{{rui.provider_id}}}}} changed the subject to Moved"
    assert all(one["is_event"] == 1 and "event_type" not in one for one in receiver.bodies)
    items = (await api.get(f"/chats/{chat.id}/messages"))["items"]
    assert [one["event_type"] for one in reversed(items)] == [3, 4, 5, 0, 6, 7, 0, 9, 6]
    shown = await api.get(f"/chats/{chat.id}")
    assert (shown["name"], shown["read_only"], shown["unread_count"]) == ("Moved", 1, 0)
    people = (await api.get(f"/chats/{chat.id}/attendees"))["items"]
    assert [one["name"] for one in people] == ["Özlem", "Casa Lume"]


async def test_a_group_changes_once_its_account_is_connected_again(
    sim: Simulator, receiver: Receiver
) -> None:
    sim.webhook(receiver.url)
    chat = group_of(sim)
    sim.account_disconnects(chat.account)
    sim.events.group_rename(chat, "Later")
    assert chat.name == "Move"
    sim.account_reconnects(chat.account)
    await sim.settled()
    assert [one["subject"] for one in receiver.bodies] == ["Later"]


async def test_media_that_cannot_be_had(sim: Simulator, api: Caller, receiver: Receiver) -> None:
    sim.webhook(receiver.url)
    chat = group_of(sim)
    world = sim.world
    outcomes = {
        "missing": [404, 404, 404],
        "expired": [410, 410, 410],
        "failing": [500, 500, 200],
        "later": [404, 404, 200],
    }
    for how, statuses in outcomes.items():
        attachment = creation.withhold(creation.photo(world, 1), how)
        message = sim.customer_writes(chat, attachments=[attachment])
        await sim.settled()
        assert receiver.bodies[-1]["attachments"][0].get("unavailable", False) == (how == "later")
        path = f"/messages/{message.id}/attachments/{attachment.id}"
        assert [(await api.call("GET", path)).status for _ in statuses] == statuses
        (stated,) = (await api.get(f"/messages/{message.id}"))["attachments"]
        assert stated["unavailable"] is False
    with pytest.raises(ValueError, match="no way to withhold"):
        creation.withhold(creation.photo(world, 1), "burnt")


async def test_films_and_voices_are_real(sim: Simulator, api: Caller) -> None:
    chat = group_of(sim)
    for make, start in ((creation.film, b"ftyp"), (creation.gif, b"ftyp")):
        attachment = make(sim.world)
        message = sim.customer_writes(chat, attachments=[attachment], view_once=make is creation.film)
        answer = await api.call("GET", f"/messages/{message.id}/attachments/{attachment.id}")
        assert answer.raw[4:8] == start
        assert len(answer.raw) == attachment.file_size
    (gif, film) = (await api.get(f"/chats/{chat.id}/messages"))["items"]
    assert (gif["attachments"][0]["gif"], film["attachments"][0]["gif"]) == (True, False)
    assert ("is_view_once" in gif, film["is_view_once"]) == (False, 1)
    lengths = [len(creation.voice_note(sim.world, seconds).content()) for seconds in (1, 10, 100)]
    assert lengths == sorted(set(lengths))


async def test_an_unknown_status_is_told_to_all(sim: Simulator, receiver: Receiver) -> None:
    account = sim.account()
    sim.webhook(receiver.url, source="account_status", events=["credentials"])
    sim.changes.account_set_status(account, "OK", told_as="HIBERNATING")
    await sim.settled()
    assert [one["AccountStatus"]["message"] for one in receiver.bodies] == ["HIBERNATING"]


async def test_a_hosted_connection_is_told_to_its_url(
    sim: Simulator, api: Caller, receiver: Receiver
) -> None:
    body = {
        "type": "create",
        "providers": ["WHATSAPP"],
        "api_url": sim.url,
        "expiresOn": "2026-12-31T23:59:59.000Z",
        "name": "our-own-mark",
        "notify_url": receiver.url,
    }
    answer = await api.call("POST", "/hosted/accounts/link", json=body)
    page, _, identifier = answer.document["url"].partition("/?connect=")
    assert page == sim.url
    link = sim.world.hosted_links[identifier]
    account = sim.hosted.finish(link, "WHATSAPP", "Second line", phone_number="+351910000222")
    await sim.settled()
    assert receiver.bodies == [
        {"status": "CREATION_SUCCESS", "account_id": account.id, "name": "our-own-mark"}
    ]
    assert "unipile-auth" not in {key.lower() for key in receiver.received[0].headers}
    with pytest.raises(ValueError, match="used already"):
        sim.hosted.fail(link)
    again = {**body, "type": "reconnect", "reconnect_account": account.id}
    await api.call("POST", "/hosted/accounts/link", json=again)
    sim.hosted.finish(list(sim.world.hosted_links.values())[-1], "WHATSAPP", "")
    await sim.settled()
    assert receiver.bodies[-1]["status"] == "RECONNECTED"
    assert receiver.bodies[-1]["account_id"] == account.id


async def test_deliveries_are_dropped_doubled_and_disordered(sim: Simulator, receiver: Receiver) -> None:
    sim.webhook(receiver.url)
    chat = group_of(sim)
    sim.deliveries.trouble = Trouble(twice=0.3, dropped=0.2, disorder_seconds=0.3)
    messages = [sim.customer_writes(chat, str(number)) for number in range(100)]
    await sim.settled()
    arrived = [one["message_id"] for one in receiver.bodies]
    dropped = [one for one in sim.deliveries if one.state == "dropped"]
    assert 5 < len(dropped) < 40
    assert set(arrived) == {one.id for one in messages} - {one.message_id for one in dropped}
    assert 5 < len(arrived) - len(set(arrived)) < 50
    places = {one.id: place for place, one in enumerate(messages)}
    order = [places[one] for one in arrived]
    assert order != sorted(order)


async def test_a_late_delivery_waits(sim: Simulator, receiver: Receiver) -> None:
    sim.webhook(receiver.url)
    chat = group_of(sim)
    sim.deliveries.trouble = Trouble(late_seconds=0.2)
    sim.customer_writes(chat, "late")
    sim.deliveries.trouble = Trouble()
    sim.customer_writes(chat, "prompt")
    await sim.settled()
    assert [one["message"] for one in receiver.bodies] == ["prompt", "late"]
    with pytest.raises(ValueError, match="share from 0 to 1"):
        Trouble(twice=2)
