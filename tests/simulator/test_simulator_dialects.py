"""Each dialect has the keys and types of the bodies it was taken from, and says the same things."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from simulator import Simulator, creation
from simulator.dialects import DIALECTS, Dialect, ReactionForm, dialect_named
from simulator.model import LINKEDIN, Account, Chat
from tests.simulator.receiver import Receiver
from tests.simulator.samples import needs_samples, sample, shape

DELIVERED = ["message_received", "message_read", "message_reaction", "message_edited", "message_deleted"]


def whatsapp(sim: Simulator) -> Chat:
    return sim.direct_chat(sim.contact(sim.account(), "Karim", phone_number="+33639980136"))


def linkedin(sim: Simulator) -> Account:
    return sim.account(LINKEDIN, "Kim", phone_number=None, username="kim")


async def told(sim: Simulator, receiver: Receiver) -> dict[str, Any]:
    await sim.settled()
    return receiver.received[-1].body


@needs_samples
@pytest.mark.parametrize(
    ("dialect", "number", "own"), [("phone", "044", True), ("sparse", "072", False), ("echo", "058", True)]
)
async def test_whatsapp_text(
    sim: Simulator, receiver: Receiver, dialect: str, number: str, own: bool
) -> None:
    sim.webhook(receiver.url)
    chat = whatsapp(sim)
    with sim.speaking(chat.account, dialect):
        (sim.phone_writes if own else sim.customer_writes)(chat, "Oi")
    body, captured = await told(sim, receiver), sample("webhooks", number)
    extra = {"provider_chat_id", "is_group"} if dialect == "sparse" else set()
    assert set(body) == set(captured) | extra
    assert shape({key: body[key] for key in captured}) == shape(captured)
    datetime.fromisoformat(body.get("timestamp", "2026-01-01"))


@needs_samples
async def test_files_and_nothing_in_few_words(sim: Simulator, receiver: Receiver) -> None:
    sim.webhook(receiver.url)
    chat = whatsapp(sim)
    with sim.speaking(chat.account, "phone"):
        picture = creation.upload(sim.world, "test_image.jpg", "image/jpeg", b"\xff\xd8")
        sim.customer_writes(chat, "Testing", attachments=[picture])
    body, captured = await told(sim, receiver), sample("webhooks", "047")
    assert shape(body["attachments"]) == shape(captured["attachments"])
    assert body["attachments"][0]["type"] == captured["attachments"][0]["type"]
    group = sim.group_chat(chat.account, "Team", [sim.contact(chat.account, name) for name in "abcde"])
    with sim.speaking(chat.account, "sparse"):
        sim.customer_writes(group, None)
    body, captured = await told(sim, receiver), sample("webhooks", "070")
    assert body["attendees"] == captured["attendees"]
    assert (body["subject"], body["is_group"]) == ("Team", True)
    assert body["message"] is sample("webhooks", "074")["message"] is None


@needs_samples
@pytest.mark.parametrize("number", ["009", "010", "012", "013", "014", "015"])
async def test_the_documented_form(sim: Simulator, receiver: Receiver, number: str) -> None:
    sim.webhook(receiver.url, events=[*DELIVERED, "message_delivered"])
    account = linkedin(sim)
    chat = sim.direct_chat(sim.contact(account, "Bastien", username="bastien"))
    captured = sample("webhooks", number)
    with sim.speaking(account, "documented"):
        media = [creation.photo(sim.world, 0)] if "attachments" in captured else []
        message = sim.phone_writes(chat, "Hello World !", attachments=media)
        match captured["event"]:
            case "message_reaction":
                sim.customer_reacts(message, "😄")
            case "message_read":
                sim.customer_reads(message)
            case "message_edited":
                sim.customer_edits(message, "Hello World (edited) !")
            case "message_deleted":
                sim.customer_deletes(message)
            case "message_delivered":
                message.delivered = False
                sim.customer_receives(message)
    await sim.settled()
    body = next(one for one in reversed(receiver.bodies) if one["event"] == captured["event"])
    assert set(body) == set(captured)
    assert shape(body) == shape(captured)
    assert body["sender"]["attendee_provider_id"] == body["account_info"]["user_id"]


@needs_samples
async def test_status_in_each_form(sim: Simulator, receiver: Receiver) -> None:
    sim.webhook(receiver.url, source="account_status")
    account = sim.account()
    for dialect, number in (("live", "005"), ("phone", "027"), ("numbers", "029")):
        with sim.speaking(account, dialect):
            sim.account_disconnects(account)
        assert shape(await told(sim, receiver)) == shape(sample("webhooks", number))


@needs_samples
async def test_what_is_no_message(sim: Simulator, receiver: Receiver) -> None:
    account = sim.account()
    captured = {
        "new_relation": ("users", "035"),
        "mail_received": ("email", "006"),
        "mail_sent": ("email", "006"),
        "mail_moved": ("email", "006"),
        "mail_opened": ("email_tracking", "040"),
        "mail_link_clicked": ("email_tracking", "041"),
    }
    for event, (source, number) in captured.items():
        sim.webhook(receiver.url, source=source, events=[event], name="inbox")
        sim.elsewhere(account, event)
        body, known = await told(sim, receiver), sample("webhooks", number)
        assert body["event"] == event
        assert set(body) == set(known)
        assert all(body[key] in ([], None) or shape(body[key]) == shape(known[key]) for key in known)
    for event in ("calendar_event_created", "calendar_event_updated", "calendar_event_deleted"):
        sim.webhook(receiver.url, source="calendar_event", events=[event], name="inbox")
        sim.elsewhere(account, event)
        body = await told(sim, receiver)
        assert (body["event"], body["webhook_name"], body["account_id"]) == (event, "inbox", account.id)


@needs_samples
async def test_version_2_and_what_nobody_can_read(sim: Simulator, receiver: Receiver) -> None:
    sim.webhook(receiver.url)
    account = sim.account()
    for kind, number in (("v2_message", "098"), ("v2_read", "100"), ("nested", "054")):
        sim.oddity(account, kind)
        body, known = await told(sim, receiver), sample("webhooks", number)
        assert set(body) == set(known)
        assert set(body.get("payload", ())) == set(known.get("payload", ()))
    for kind in ("broken_json", "nothing"):
        sim.oddity(account, kind)
        await sim.settled()
        with pytest.raises(json.JSONDecodeError):
            json.loads(receiver.received[-1].raw)


@pytest.mark.parametrize("name", DIALECTS)
async def test_every_dialect_tells_of_everything(sim: Simulator, receiver: Receiver, name: str) -> None:
    sim.webhook(receiver.url, events=[*DELIVERED, "message_delivered"])
    chat = whatsapp(sim)
    group = sim.group_chat(chat.account, "Move", [chat.members[0], sim.contact(chat.account, "Rui")])
    chat.account.dialect = dialect_named(name)
    first = sim.customer_writes(chat, f"ask {{{{{chat.members[0].provider_id}}}}}")
    for media in (creation.photo(sim.world, 0), creation.voice_note(sim.world, 3), creation.gif(sim.world)):
        sim.customer_writes(chat, attachments=[media, creation.gone_video(sim.world)], quoting=first)
    own = sim.phone_writes(chat, "answer", quoting=first)
    sim.customer_reads(own)
    sim.customer_reacts(own, "👍")
    sim.customer_reacts(own, "")
    sim.customer_edits(first, "asked")
    sim.customer_deletes(first)
    sim.customer_sends_unsupported(chat)
    sim.events.group_rename(group, "Moved")
    await sim.settled()
    assert len(receiver.received) == len(list(sim.deliveries)) >= 11
    for one in receiver.bodies:
        assert one["account_id"] == chat.account.id
        assert one["message_id"] in {known.id for known in sim.world.messages()}
        assert isinstance(one.get("event") or one["event_type"], str)
        number = one["sender"]["attendee_provider_id"].removesuffix("@s.whatsapp.net")
        assert number in {"33639980136", "351910000111"} or number.endswith("@lid")


async def test_people_are_named_by_what_the_dialect_knows(sim: Simulator, receiver: Receiver) -> None:
    sim.webhook(receiver.url)
    chat = whatsapp(sim)
    lid = chat.members[0].provider_id
    spelt = {"live": lid, "documented": "33639980136@s.whatsapp.net", "numbers": "33639980136"}
    for name, provider_id in spelt.items():
        with sim.speaking(chat.account, name):
            sim.customer_writes(chat, f"hi {{{{{lid}}}}}")
        body = await told(sim, receiver)
        assert body["sender"]["attendee_provider_id"] == provider_id
        assert body["message"] == f"hi {{{{{provider_id}}}}}"
        assert body.get("provider_chat_id", provider_id) == provider_id
    assert body["sender"]["attendee_name"] == "33639980136"
    assert len(body["attendees"]) == 2
    stranger = sim.direct_chat(sim.contact(chat.account, ""))
    with sim.speaking(chat.account, "numbers"):
        sim.customer_writes(stranger, "no number")
    assert (await told(sim, receiver))["provider_chat_id"] == stranger.provider_id


async def test_reactions_as_messages(sim: Simulator, receiver: Receiver) -> None:
    sim.webhook(receiver.url, events=["message_received", "message_reaction"])
    chat = whatsapp(sim)
    message = sim.customer_writes(chat, "look")
    with sim.speaking(chat.account, Dialect(reactions=ReactionForm.BOTH, event_types=True)):
        sim.customer_reacts(message, "👍")
    await sim.settled()
    (reaction,) = [one for one in receiver.bodies if one["event"] == "message_reaction"]
    (event,) = [one for one in receiver.bodies if one["is_event"]]
    assert (reaction["message_id"], reaction["reaction"]) == (message.id, "👍")
    assert event["message"] == f"{{{{{chat.members[0].provider_id}}}}} reacted 👍"
    assert event["event_type"] == 1
    assert event["quoted"]["provider_id"] == message.provider_id
    assert chat.unread_count == 1


async def test_a_mirror_tells_everything_again(sim: Simulator, receiver: Receiver) -> None:
    sim.webhook(receiver.url)
    chat = whatsapp(sim)
    mirror = sim.mirror(chat.account)
    message = sim.customer_writes(chat, "twice")
    await sim.settled()
    assert {one["account_id"] for one in receiver.bodies} == {chat.account.id, mirror}
    assert {(one["message_id"], one["chat_id"]) for one in receiver.bodies} == {(message.id, chat.id)}
    assert mirror not in sim.world.accounts


async def test_a_mixed_dialect_is_drawn_from_the_seed() -> None:
    async def bodies(seed: int) -> list[bytes]:
        moment = datetime.fromisoformat("2026-05-18T12:00:00+00:00")
        async with Receiver() as receiver, Simulator(seed=seed, clock=lambda: moment) as sim:
            sim.webhook(receiver.url)
            chat = whatsapp(sim)
            chat.account.dialect = dialect_named("mixed")
            for number in range(12):
                sim.customer_writes(chat, str(number))
            await sim.settled()
            return sorted(one.body for one in sim.deliveries)

    first = await bodies(1)
    assert first == await bodies(1)
    told = [json.loads(one) for one in first]
    assert len({one.get("event") or one["event_type"] for one in told}) > 2
    assert len({str(one.get("is_sender")) for one in told}) > 2


def test_an_unknown_dialect_names_those_there_are() -> None:
    with pytest.raises(ValueError, match="there are live, documented"):
        dialect_named("klingon")
