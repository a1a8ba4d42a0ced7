"""What callers change about messages and chats: within which windows, whose, and what the webhooks hear of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from simulator import Habits, Simulator
from simulator.model import LINKEDIN, Chat, Message
from tests.simulator.caller import Caller
from tests.simulator.receiver import Receiver

REFUSED = (422, "errors/unprocessable_entity")


@pytest.fixture
def chat(sim: Simulator) -> Chat:
    return sim.direct_chat(sim.contact(sim.account(), "Ana", phone_number="+34600000118"))


def written(sim: Simulator, chat: Chat, minutes_ago: float) -> Message:
    return sim.phone_writes(chat, "old", at=sim.world.clock() - timedelta(minutes=minutes_ago))


async def told(sim: Simulator, receiver: Receiver) -> list[tuple[str, str]]:
    await sim.settled()
    return [(one["event"], one["message_id"]) for one in receiver.bodies]


async def test_an_edit_and_a_deletion_are_told(
    sim: Simulator, api: Caller, receiver: Receiver, chat: Chat
) -> None:
    message = written(sim, chat, 0)
    sim.webhook(receiver.url, events=["message_edited", "message_deleted"])
    edited = await api.call("PATCH", f"/messages/{message.id}", json={"text": "new"})
    assert (edited.status, edited.document) == (200, {"object": "MessageEdited"})
    assert await told(sim, receiver) == [("message_edited", message.id)]
    assert (receiver.bodies[0]["message"], receiver.bodies[0]["is_sender"]) == ("new", True)
    deleted = await api.call("DELETE", f"/messages/{message.id}")
    assert (deleted.status, deleted.document) == (200, {"object": "MessageDeleted"})
    assert (await told(sim, receiver))[1:] == [("message_deleted", message.id)]
    document = await api.get(f"/messages/{message.id}")
    assert (document["text"], document["edited"], document["deleted"]) == (None, 1, 1)
    await api.call("PATCH", f"/messages/{message.id}", json={"text": "again"})
    await api.call("DELETE", f"/messages/{message.id}")
    assert len(await told(sim, receiver)) == 2


async def test_what_comes_too_late_is_answered_and_not_done(
    sim: Simulator, api: Caller, receiver: Receiver, chat: Chat
) -> None:
    editable, deletable, done = written(sim, chat, 14), written(sim, chat, 59), written(sim, chat, 61)
    sim.webhook(receiver.url, events=["message_edited", "message_deleted"])
    for message in (editable, deletable):
        assert (await api.call("PATCH", f"/messages/{message.id}", json={"text": "new"})).status == 200
    for message in (deletable, done):
        assert (await api.call("DELETE", f"/messages/{message.id}")).status == 200
    assert await told(sim, receiver) == [("message_edited", editable.id), ("message_deleted", deletable.id)]
    assert (done.text, done.edited, done.deleted) == ("old", False, False)


async def test_what_comes_too_late_may_be_refused(sim: Simulator, api: Caller, chat: Chat) -> None:
    sim.habits = Habits(refuses_late_changes=True)
    message = written(sim, chat, 61)
    assert await api.refused("PATCH", f"/messages/{message.id}", json={"text": "new"}) == REFUSED
    assert await api.refused("DELETE", f"/messages/{message.id}") == REFUSED
    sim.habits = Habits(edit_window_seconds=7200, delete_window_seconds=7200)
    assert (await api.call("PATCH", f"/messages/{message.id}", json={"text": "new"})).status == 200
    assert message.text == "new"


async def test_linkedin_has_no_window_for_edits(sim: Simulator, api: Caller) -> None:
    account = sim.account(LINKEDIN, "Inês", phone_number=None, username="ines")
    message = written(sim, sim.direct_chat(sim.contact(account, "Jonas", username="jonas")), 300)
    await api.call("PATCH", f"/messages/{message.id}", json={"text": "new"})
    await api.call("DELETE", f"/messages/{message.id}")
    assert (message.text, message.deleted) == ("new", False)


async def test_only_own_messages_of_a_connected_account(sim: Simulator, api: Caller, chat: Chat) -> None:
    foreign, own = sim.customer_writes(chat, "theirs"), written(sim, chat, 0)
    for method, body in (("PATCH", {"text": "x"}), ("DELETE", None)):
        refused = await api.refused(method, f"/messages/{foreign.id}", json=body)
        assert refused == (403, "errors/insufficient_permissions")
    empty = await api.refused("PATCH", f"/messages/{own.id}", json={"text": " "})
    assert empty == (400, "errors/invalid_parameters")
    sim.account_disconnects(chat.account)
    for method, path, body in (
        ("PATCH", f"/messages/{own.id}", {"text": "x"}),
        ("DELETE", f"/messages/{own.id}", None),
        ("POST", f"/messages/{foreign.id}/reaction", {"reaction": "👍"}),
        ("POST", f"/messages/{foreign.id}/forward", {"chat_id": chat.id}),
        ("PATCH", f"/chats/{chat.id}", {"action": "setReadStatus", "value": True}),
    ):
        assert await api.refused(method, path, json=body) == (401, "errors/disconnected_account")


async def test_reactions_replace_and_go(sim: Simulator, api: Caller, receiver: Receiver, chat: Chat) -> None:
    sim.webhook(receiver.url, events=["message_reaction"])
    message = sim.customer_writes(chat, "x")
    for value in ("👍", "❤️", ""):
        answer = await api.call("POST", f"/messages/{message.id}/reaction", json={"reaction": value})
        assert answer.document == {"object": "MessageReactionAdded", "success": True}
        await sim.settled()
    assert [one["reaction"] for one in receiver.bodies] == ["👍", "❤️", ""]
    own = chat.account.own.provider_id
    assert {one["reaction_sender"]["attendee_provider_id"] for one in receiver.bodies} == {own}
    assert (await api.get(f"/messages/{message.id}"))["reactions"] == []
    sim.customer_reacts(message, "😂")
    sim.phone_reacts(message, "👌")
    assert (await api.get(f"/messages/{message.id}"))["reactions"] == [
        {"value": "😂", "sender_id": chat.members[0].provider_id, "is_sender": False},
        {"value": "👌", "sender_id": own, "is_sender": True},
    ]


async def test_an_empty_reaction_may_be_refused(sim: Simulator, api: Caller, chat: Chat) -> None:
    sim.habits = Habits(empty_reaction_removes=False)
    message = sim.customer_writes(chat, "x")
    sim.phone_reacts(message, "👌")
    path = f"/messages/{message.id}/reaction"
    assert await api.refused("POST", path, json={"reaction": ""}) == (400, "errors/invalid_parameters")
    assert [one.value for one in message.reactions] == ["👌"]


async def test_a_deleted_message_is_left_alone(sim: Simulator, api: Caller, chat: Chat) -> None:
    message = sim.customer_writes(chat, "x")
    sim.customer_deletes(message)
    assert await api.refused("POST", f"/messages/{message.id}/reaction", json={"reaction": "👍"}) == REFUSED
    assert await api.refused("POST", f"/messages/{message.id}/forward", json={"chat_id": chat.id}) == REFUSED


async def test_a_forward_is_a_message_of_its_own(
    sim: Simulator, api: Caller, receiver: Receiver, chat: Chat
) -> None:
    message = sim.customer_writes(chat, "pass it on")
    other = sim.direct_chat(sim.contact(chat.account, "Eva", phone_number="+34600000119"))
    sim.webhook(receiver.url)
    path, body = f"/messages/{message.id}/forward", {"chat_id": other.id}
    answer = await api.call("POST", path, json=body)
    assert (answer.status, answer.document["object"]) == (200, "MessageForwarded")
    assert await told(sim, receiver) == [("message_received", answer.document["message_id"])]
    document = await api.get(f"/messages/{answer.document['message_id']}")
    assert (document["chat_id"], document["text"], document["is_forwarded"]) == (other.id, "pass it on", 1)
    assert [(one.forwarded, one.chat_id) for one in sim.sent] == [(True, other.id)]
    other.read_only = True
    assert await api.refused("POST", path, json=body) == (403, "errors/resource_access_restricted")


async def test_the_person_at_the_page_receives_and_reads_what_was_sent(
    sim: Simulator, api: Caller, receiver: Receiver, chat: Chat
) -> None:
    sim.webhook(receiver.url, events=["message_delivered", "message_read"])
    sent = (await api.call("POST", f"/chats/{chat.id}/messages", json={"text": "hi"})).document["message_id"]
    assert await told(sim, receiver) == []
    for act in ({"act": "deliver"}, {"act": "read", "as": chat.members[0].id}):
        await api.call("POST", f"/play/messages/{sent}", bare=True, json=act)
        await sim.settled()
    assert await told(sim, receiver) == [("message_delivered", sent), ("message_read", sent)]
    document = await api.get(f"/messages/{sent}")
    assert (document["delivered"], document["seen"]) == (1, 1)
    assert list(document["seen_by"]) == [chat.members[0].provider_id]


async def test_whoever_opens_a_chat_reads_all_that_was_sent(
    sim: Simulator, api: Caller, receiver: Receiver, chat: Chat
) -> None:
    sim.customer_reads(sim.phone_writes(chat, "read long ago"))
    sim.webhook(receiver.url, events=["message_delivered", "message_read"])
    sent = []
    for text in ("one", "two"):
        answer = await api.call("POST", f"/chats/{chat.id}/messages", json={"text": text})
        sent.append(answer.document["message_id"])
    sim.customer_writes(chat, "theirs")
    opened = {"event": "read", "as": chat.members[0].id}
    for _ in range(2):
        answer = await api.call("POST", f"/play/chats/{chat.id}/events", bare=True, json=opened)
        assert answer.status == 200
    heard = [(one.event, one.message_id) for one in sim.deliveries]
    assert heard == [(event, one) for one in sent for event in ("message_delivered", "message_read")]


async def test_chat_actions(sim: Simulator, api: Caller, chat: Chat) -> None:
    sim.customer_writes(chat, "x")
    for action, value, field, shown in (
        ("setReadStatus", True, "unread_count", 0),
        ("setReadStatus", False, "unread_count", 1),
        ("setMuteStatus", True, "muted_until", -1),
        ("setMuteStatus", False, "muted_until", None),
        ("setArchiveStatus", True, "archived", 1),
        ("setPinnedStatus", True, "pinned", 1),
    ):
        patched = await api.call("PATCH", f"/chats/{chat.id}", json={"action": action, "value": value})
        assert patched.document == {"object": "ChatPatched"}
        assert (await api.get(f"/chats/{chat.id}"))[field] == shown
    for body in ({"action": "setMuteStatus", "value": "yes"}, {"action": "explode", "value": True}, {}):
        refused = await api.refused("PATCH", f"/chats/{chat.id}", json=body)
        assert refused == (400, "errors/invalid_parameters")


async def test_reading_a_chat_is_told(sim: Simulator, api: Caller, receiver: Receiver, chat: Chat) -> None:
    sim.customer_writes(chat, "one")
    newest = sim.customer_writes(chat, "two")
    sim.webhook(receiver.url, events=["message_read"])
    for _ in range(2):
        await api.call("PATCH", f"/chats/{chat.id}", json={"action": "setReadStatus", "value": True})
    assert await told(sim, receiver) == [("message_read", newest.id)]


async def test_somebody_is_added_to_a_group(sim: Simulator, api: Caller, receiver: Receiver) -> None:
    account = sim.account()
    people = [sim.contact(account, name, phone_number=number) for name, number in _PEOPLE]
    group = sim.group_chat(account, "Plan", people[:2])
    sim.world.unreachable.add("+33639980100")
    sim.webhook(receiver.url)
    path = f"/chats/{group.id}"
    add = {"action": "addParticipant", "value": "34600000103@s.whatsapp.net"}
    assert (await api.call("PATCH", path, json=add)).document == {"object": "ChatPatched"}
    await sim.settled()
    assert [one["is_event"] for one in receiver.bodies] == [1]
    assert group.members == people
    assert await api.refused("PATCH", path, json=add) == REFUSED
    nobody = {**add, "value": "33639980100@s.whatsapp.net"}
    assert await api.refused("PATCH", path, json=nobody) == (422, "errors/invalid_recipient")


_PEOPLE = (("Ana", "+34600000101"), ("Eva", "+34600000102"), ("Luz", "+34600000103"))
