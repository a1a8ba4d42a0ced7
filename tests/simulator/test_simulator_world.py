"""What people do shows in the API and in webhooks; equal seeds give equal worlds."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec

from simulator import Simulator, creation
from simulator.api.documents import account_document, attendee_document, chat_detail, message_document
from simulator.identifiers import Series
from simulator.model import Chat
from tests.simulator.caller import Caller
from tests.simulator.receiver import Receiver

NOON = datetime(2026, 5, 18, 12, 0, tzinfo=UTC)


def a_chat(sim: Simulator) -> Chat:
    return sim.direct_chat(sim.contact(sim.account(), "Ana", phone_number="+34600000118"))


def snapshot(sim: Simulator) -> bytes:
    """Everything the API could say."""
    world = sim.world
    return msgspec.json.encode(
        [
            [account_document(one) for one in world.accounts.values()],
            [attendee_document(one) for one in world.attendees.values()],
            [chat_detail(world, one) for one in world.chats.values()],
            [message_document(one) for one in world.messages()],
        ]
    )


async def began(seed: int, scenario: str, born: datetime | None = None, start: datetime = NOON) -> bytes:
    async with Simulator(seed=seed, scenario=scenario, clock=lambda: start, born=born, pace=0.0001) as sim:
        return snapshot(sim)


async def test_equal_seeds_give_equal_worlds() -> None:
    for scenario in ("demo", "day"):
        first = await began(1, scenario)
        assert first == await began(1, scenario)
        assert first != await began(2, scenario)


async def test_a_later_run_has_the_same_past_and_new_ids() -> None:
    later = NOON + timedelta(days=1)
    assert await began(1, "demo", born=NOON) == await began(1, "demo", born=NOON, start=later)
    ids = []
    for start in (NOON, later):
        async with Simulator(scenario="demo", born=NOON, clock=lambda start=start: start, pace=0.0001) as sim:
            ids.append(sim.customer_writes(next(iter(sim.world.chats.values())), "new").id)
            past = {one.id for one in sim.world.messages()[:-1]}
        assert ids[-1] not in past
    assert ids[0] != ids[1]


async def test_the_day_is_a_working_day_of_a_small_team() -> None:
    async with Simulator(scenario="day", clock=lambda: NOON) as sim:
        messages = sim.world.messages()
        assert {one.account.type for one in messages} == {"WHATSAPP", "LINKEDIN", "INSTAGRAM"}
        assert len(sim.world.accounts) == 4
        assert 30 <= len({one.chat.id for one in messages}) <= 80
        assert len(messages) > 150
        assert messages[0].timestamp >= NOON - timedelta(hours=10)
        assert messages[-1].timestamp <= NOON


async def test_the_demo_arrives_as_a_burst_of_the_past_hours() -> None:
    async with (
        Receiver() as receiver,
        Simulator(scenario="demo", webhook_url=receiver.url, webhook_secret="s", pace=0.0001) as sim,
    ):
        await sim.settled()
        told = [one for one in receiver.bodies if one.get("event") == "message_received"]
        assert {one["message_id"] for one in told} == {one.id for one in sim.world.messages()}
        assert 100 <= len(told) <= 150
        assert len({one["chat_id"] for one in told}) == 18
        assert {one["account_type"] for one in told} == {"WHATSAPP", "LINKEDIN", "INSTAGRAM", "TELEGRAM"}
        oldest, newest = sim.world.messages()[0], sim.world.messages()[-1]
        assert timedelta(hours=2) < newest.timestamp - oldest.timestamp < timedelta(hours=24)
        assert any(one["is_sender"] for one in told)
        assert any(one["is_group"] and one["subject"] for one in told)
        assert any(one["quoted"] for one in told)
        assert {kind["attachment_type"] for one in told for kind in one["attachments"]} == {
            "img",
            "audio",
            "file",
            "video",
        }
        statuses = [one["AccountStatus"] for one in receiver.bodies if "AccountStatus" in one]
        for account in sim.world.accounts:
            words = [one["message"] for one in statuses if one["account_id"] == account]
            assert words == ["CREATION_SUCCESS", "SYNC_SUCCESS"]
        events = {one["event"] for one in receiver.bodies if "event" in one}
        assert events >= {"message_received", "message_reaction", "message_edited", "message_deleted"}


async def test_what_became_of_the_demo_is_the_same_in_both_ways(demo: Simulator, demo_api: Caller) -> None:
    """REST shows the outcome of what the webhooks told."""
    told = [one for one in demo.changes.record if one.message is not None]
    shown = {one["id"]: one for one in (await demo_api.get("/messages", limit=250))["items"]}
    last = {one.message.id: one.message for one in told if one.message is not None}
    assert set(shown) == set(last)
    for happening in told:
        assert happening.message is not None
        message = shown[happening.message.id]
        match happening.event:
            case "message_edited":
                assert message["edited"] == 1
            case "message_deleted":
                assert (message["deleted"], message["text"]) == (1, None)
            case "message_reaction":
                assert happening.reaction is not None
                assert happening.reaction.value in {one["value"] for one in message["reactions"]}
    renamed = next(one for one in demo.world.chats.values() if one.name == "Lisbon office move 🚚")
    people = (await demo_api.get(f"/chats/{renamed.id}/attendees"))["items"]
    assert "Tomás Electricista" in {one["name"] for one in people}
    assert any("{{" in (one["text"] or "") and not one["is_event"] for one in shown.values())
    assert {one["event_type"] for one in shown.values() if one["is_event"]} == {0, 3, 4, 5, 8}


async def test_the_demo_goes_on() -> None:
    async with Receiver() as receiver, Simulator(scenario="demo", pace=2000) as sim:
        sim.webhook(receiver.url, events=["message_received", "message_read", "message_delivered"])
        before = len(sim.world.messages())
        while len(sim.world.messages()) < before + 120:
            await sim.settled()
            await asyncio.sleep(0.01)
        lively = sim.world.messages()[before:]
        changed = {one.event for one in sim.changes.record}
        assert changed >= {"message_reaction", "credentials", "reconnected"}
        assert any(one.is_sender for one in lively)
        assert not all(one.is_sender for one in lively)
        assert any(one.attachments for one in lively)
        assert len({one.chat.id for one in lively}) > 4
        events = {one["event"] for one in receiver.bodies}
        assert events == {"message_received", "message_read", "message_delivered"}


async def test_whatsapp_keeps_whole_seconds_and_linkedin_milliseconds(sim: Simulator, api: Caller) -> None:
    moment = NOON + timedelta(milliseconds=871)
    whatsapp = a_chat(sim)
    network = sim.account("LINKEDIN", "Inês", phone_number=None, username="ines")
    linkedin = sim.direct_chat(sim.contact(network, "Jonas", username="jonas"))
    stamps = []
    for chat in (whatsapp, linkedin):
        sim.customer_writes(chat, "x", at=moment)
        detail = await api.get(f"/chats/{chat.id}")
        stamps.append((detail["timestamp"][-5:], detail["lastMessage"]["timestamp"][-5:]))
    assert stamps == [(".000Z", ".000Z"), (".000Z", ".871Z")]


async def test_late_messages_go_between_older_ones(sim: Simulator, api: Caller) -> None:
    chat = a_chat(sim)
    newest = sim.customer_writes(chat, "now", at=NOON)
    sim.customer_writes(chat, "late", at=NOON - timedelta(hours=1))
    texts = [one["text"] for one in (await api.get(f"/chats/{chat.id}/messages"))["items"]]
    assert texts == ["now", "late"]
    detail = await api.get(f"/chats/{chat.id}")
    assert detail["timestamp"] == "2026-05-18T12:00:00.000Z"
    assert detail["lastMessage"]["id"] == newest.id


async def test_unread_counts_follow_the_phone(sim: Simulator, api: Caller, receiver: Receiver) -> None:
    sim.webhook(receiver.url, events=["message_read"])
    chat = a_chat(sim)
    for text in ("one", "two"):
        sim.customer_writes(chat, text)
    assert (await api.get(f"/chats/{chat.id}"))["unread_count"] == 2
    sim.phone_reads(chat)
    assert (await api.get(f"/chats/{chat.id}"))["unread_count"] == 0
    assert {one["seen"] for one in (await api.get(f"/chats/{chat.id}/messages"))["items"]} == {1}
    await sim.settled()
    assert [one["message"] for one in receiver.bodies] == ["two"]
    sim.customer_writes(chat, "three")
    sim.phone_writes(chat, "answer")
    assert (await api.get(f"/chats/{chat.id}"))["unread_count"] == 0


async def test_receipts_of_own_messages(sim: Simulator, api: Caller, receiver: Receiver) -> None:
    sim.webhook(receiver.url, events=["message_delivered", "message_read"])
    chat = a_chat(sim)
    message = sim.phone_writes(chat, "hi")
    sim.customer_receives(message)
    sim.customer_receives(message)
    sim.customer_reads(message)
    sim.customer_reads(message)
    await sim.settled()
    assert sorted(one["event"] for one in receiver.bodies) == ["message_delivered", "message_read"]
    assert {one["message_id"] for one in receiver.bodies} == {message.id}
    shown = await api.get(f"/messages/{message.id}")
    assert (shown["delivered"], shown["seen"]) == (1, 1)
    assert list(shown["seen_by"]) == [chat.members[0].provider_id]


async def test_edits_and_deletions(sim: Simulator, api: Caller, receiver: Receiver) -> None:
    sim.webhook(receiver.url, events=["message_edited", "message_deleted"])
    message = sim.customer_writes(a_chat(sim), "first", attachments=[creation.photo(sim.world, 0)])
    sim.customer_edits(message, "second")
    await sim.settled()
    sim.customer_deletes(message)
    await sim.settled()
    assert [(one["event"], one["message"]) for one in receiver.bodies] == [
        ("message_edited", "second"),
        ("message_deleted", None),
    ]
    shown = await api.get(f"/messages/{message.id}")
    assert (shown["text"], shown["edited"], shown["deleted"], shown["attachments"]) == (None, 1, 1, [])


async def test_while_disconnected_nothing_is_told_and_all_of_it_afterwards(
    sim: Simulator, api: Caller, receiver: Receiver
) -> None:
    chat = a_chat(sim)
    before = sim.customer_writes(chat, "before")
    sim.webhook(receiver.url, events=["message_received", "message_edited"])
    sim.webhook(receiver.url, source="account_status")
    sim.account_disconnects(chat.account)
    sim.customer_writes(chat, "meanwhile 1")
    sim.customer_writes(chat, "meanwhile 2")
    sim.customer_edits(before, "edited meanwhile")
    await sim.settled()
    assert receiver.bodies == [
        {
            "AccountStatus": {
                "account_id": chat.account.id,
                "message": "CREDENTIALS",
                "account_type": "WHATSAPP",
            }
        }
    ]
    stale = await api.get(f"/chats/{chat.id}/messages")
    assert [one["text"] for one in stale["items"]] == ["before"]
    (account,) = (await api.get("/accounts"))["items"]
    assert account["sources"][0]["status"] == "CREDENTIALS"
    restarted = await api.call("POST", f"/accounts/{chat.account.id}/restart")
    assert restarted.document == {"object": "AccountFailedToRestart"}
    sim.account_reconnects(chat.account)
    await sim.settled()
    told = receiver.bodies[1:]
    assert sorted(one.get("message") or one["AccountStatus"]["message"] for one in told) == [
        "RECONNECTED",
        "edited meanwhile",
        "meanwhile 1",
        "meanwhile 2",
    ]
    assert len((await api.get(f"/chats/{chat.id}/messages"))["items"]) == 3


async def test_a_stopped_account_is_restarted(sim: Simulator, api: Caller, receiver: Receiver) -> None:
    account = sim.account()
    sim.account_disconnects(account, "STOPPED")
    sim.webhook(receiver.url, source="account_status", events=["ok"])
    assert (await api.call("POST", f"/accounts/{account.id}/restart")).document == {
        "object": "AccountRestarted"
    }
    assert (await api.call("POST", f"/accounts/{account.id}/restart")).document == {
        "object": "AccountRestarted"
    }
    await sim.settled()
    assert [one["AccountStatus"]["message"] for one in receiver.bodies] == ["OK"]


async def test_a_deleted_account_is_gone_with_everything(
    sim: Simulator, api: Caller, receiver: Receiver
) -> None:
    message = sim.customer_writes(a_chat(sim), "x")
    account = message.account
    sim.webhook(receiver.url, source="account_status")
    await api.call("DELETE", f"/accounts/{account.id}")
    for path in (f"/accounts/{account.id}", f"/chats/{message.chat.id}", f"/messages/{message.id}"):
        assert await api.refused("GET", path) == (404, "errors/resource_not_found")
    for path in ("/accounts", "/chats", "/messages", "/chat_attendees"):
        assert (await api.get(path))["items"] == []
    await sim.settled()
    assert [one["AccountStatus"]["message"] for one in receiver.bodies] == ["DELETED"]


async def test_group_members_and_their_event_message(sim: Simulator, api: Caller, receiver: Receiver) -> None:
    account = sim.account()
    members = [sim.contact(account, name) for name in ("Rui", "Grace")]
    chat = sim.group_chat(account, "Lisbon office move", members)
    sim.webhook(receiver.url)
    sim.customer_writes(chat, "hello", sender=members[1])
    body = {"action": "addParticipant", "value": "33639980177@s.whatsapp.net"}
    assert (await api.call("PATCH", f"/chats/{chat.id}", json=body)).status == 200
    assert await api.refused("PATCH", f"/chats/{chat.id}", json=body) == (422, "errors/unprocessable_entity")
    await sim.settled()
    said, added = receiver.bodies
    assert said["sender"]["attendee_id"] == members[1].id
    assert said["subject"] == "Lisbon office move"
    assert len(said["attendees"]) == 2
    assert added["is_event"] == 1
    people = (await api.get(f"/chats/{chat.id}/attendees"))["items"]
    assert [one["is_self"] for one in people] == [0, 0, 0, 1]
    assert (await api.get(f"/chats/{chat.id}"))["unread_count"] == 1


async def test_provider_ids_find_chats_and_people(sim: Simulator, api: Caller) -> None:
    chat = a_chat(sim)
    account, other = chat.account, chat.members[0]
    sim.customer_writes(chat, "x")
    found = await api.get(f"/chats/{chat.provider_id}", account_id=account.id)
    assert found["id"] == chat.id
    assert await api.refused("GET", f"/chats/{chat.provider_id}") == (404, "errors/resource_not_found")
    for identity in (other.id, other.provider_id):
        assert (await api.get(f"/chat_attendees/{identity}"))["id"] == other.id
        listed = await api.get(f"/chat_attendees/{identity}/chats", account_id=account.id)
        assert [one["id"] for one in listed["items"]] == [chat.id]


async def test_media_and_pictures_have_real_bytes(demo: Simulator, demo_api: Caller) -> None:
    starts = {
        "image/png": b"\x89PNG",
        "image/jpeg": b"\xff\xd8\xff",
        "audio/ogg": b"OggS",
        "application/pdf": b"%PDF-1.4",
        "video/mp4": b"\0\0\0",
    }
    met = set()
    for message in demo.world.messages():
        for attachment in message.attachments:
            path = f"/messages/{message.id}/attachments/{attachment.id}"
            if attachment.unavailable:
                assert await demo_api.refused("GET", path) == (404, "errors/resource_not_found")
                continue
            answer = await demo_api.call("GET", path)
            assert answer.headers["content-type"] == attachment.mimetype
            assert answer.raw.startswith(starts[attachment.mimetype])
            assert len(answer.raw) == attachment.file_size
            met.add(attachment.mimetype)
    assert met == set(starts)
    statuses = set()
    for attendee in demo.world.attendees.values():
        answer = await demo_api.call("GET", f"/chat_attendees/{attendee.id}/picture")
        statuses.add(answer.status)
        assert (answer.status == 200) == (attendee.picture is not None)
        assert answer.status == 404 or answer.raw.startswith(b"\x89PNG")
    assert statuses == {200, 404}
    group = next(one for one in demo.world.chats.values() if one.is_group and one.picture is not None)
    assert (await demo_api.call("GET", f"/chat_attendees/{group.id}/picture")).status == 200


def test_identifiers_lead_back_to_their_number() -> None:
    series = Series(7, "message")
    numbers = [*range(1000), 2**32, 2**63, 2**64 - 1]
    identifiers = [series.identifier(number) for number in numbers]
    assert len(set(identifiers)) == len(numbers)
    assert {len(one) for one in identifiers} == {22}
    assert [series.number(one) for one in identifiers] == numbers
    for foreign in (
        Series(7, "chat").identifier(1),
        Series(8, "message").identifier(1),
        "",
        "x" * 22,
        "é" * 22,
    ):
        assert series.number(foreign) is None


async def test_calls_are_counted_by_endpoint(sim: Simulator, api: Caller) -> None:
    chat = a_chat(sim)
    await api.get("/chats", limit=5)
    await api.get(f"/chats/{chat.id}")
    await api.call("POST", f"/chats/{chat.id}/messages", data={"text": "x"})
    await api.call("GET", "/nowhere")
    assert dict(sim.calls.counts) == {
        "GET /chats": 1,
        "GET /chats/{chat_id}": 1,
        "POST /chats/{chat_id}/messages": 1,
        "GET unknown": 1,
    }
    assert sim.calls.reads == 3
    assert next(iter(sim.calls)).query == {"limit": "5"}
    assert [one.status for one in sim.calls] == [200, 200, 201, 404]
    sim.calls.forget()
    assert len(sim.calls) == 0
