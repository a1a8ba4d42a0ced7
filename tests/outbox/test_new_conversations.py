"""A conversation is here with its first words, leaves once, and is one whatever order upstream tells of it in."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from communications.models import Attachment, ChatAttendee, Conversation, Intent, Message
from communications.schemas.identifiers import uuid7
from simulator.habits import Echo, Habits
from tests.database import ScratchDatabase
from tests.inbox import channel_make, client_of, person_make
from tests.outbox.desk import Desk
from tests.outbox.test_binding import upload_make
from tests.outbox.worker import working

CHATS = "/api/v1/communications/whatsapp/chats/"
PHONE = "+49 151 2345-6789"
DIGITS = "4915123456789"
FILES = {"a.png": ("image", b"\x89PNG\r\n\x1a\n" + b"1" * 40), "b.pdf": ("file", b"%PDF-1.4 two")}


async def begin(desk: Desk, *, client_id: uuid.UUID | None = None, **wanted: Any) -> Any:
    body = {
        "client_id": str(client_id or uuid7()),
        "channel_id": str(desk.channel.pk),
        "text": "Bom dia",
        **wanted,
    }
    client = await sync_to_async(client_of)(desk.reader)
    return await sync_to_async(client.post)(CHATS, body, content_type="application/json")


async def look_up(desk: Desk, phone: str) -> dict[str, Any]:
    """What is known once the worker has asked."""
    path = f"/api/v1/communications/channels/{desk.channel.pk}/lookups/"
    client = await sync_to_async(client_of)(desk.reader)
    asked = await sync_to_async(client.post)(
        path, {"client_id": str(uuid7()), "phone": phone}, content_type="application/json"
    )
    assert (asked.status_code, asked.json()["exists"]) == (201, None), asked.content
    await desk.run()
    found: dict[str, Any] = (await sync_to_async(client.get)(f"{path}{asked.json()['id']}/")).json()
    return found


def known_there(desk: Desk, digits: str = DIGITS) -> None:
    """Somebody whom the provider knows, and nobody here."""
    desk.sim.contact(desk.chat.account, "Bruno", phone_number=f"+{digits}")


async def roots() -> list[Conversation]:
    return [one async for one in Conversation.objects.filter(continues=None).order_by("id")]


async def test_an_existing_conversation_with_that_person_is_used(desk: Desk) -> None:
    contact = await ChatAttendee.objects.aget(pk=desk.conversation.contact_id)
    for wanted in ({"attendee_ids": [str(contact.pk)]}, {"phones": ["0034 600 000 118"]}):
        answer = await begin(desk, **wanted)
        assert answer.status_code == 201, answer.content
        assert answer.json()["conversation"]["id"] == str(desk.conversation.pk)
        assert answer.json()["message"]["status"] == "pending"
    await desk.settle()
    assert desk.sent == ["Bom dia", "Bom dia"]
    assert await Conversation.objects.acount() == 1


@pytest.mark.parametrize("echo", [Echo.BEFORE, Echo.AFTER, Echo.NEVER])
async def test_e1_to_e3_a_conversation_with_a_number_is_one_in_any_order(desk: Desk, echo: Echo) -> None:
    known_there(desk)
    desk.sim.habits = Habits(echo=echo)
    answer = await begin(desk, phones=[PHONE])
    document = answer.json()
    assert answer.status_code == 201, answer.content
    assert (document["conversation"]["kind"], document["conversation"]["name"]) == ("direct", f"+{DIGITS}")
    assert document["conversation"]["last_message"]["id"] == document["message"]["id"]
    await desk.settle()
    assert desk.sent == ["Bom dia"]
    began = await Conversation.objects.aget(pk=document["conversation"]["id"])
    assert not began.external_thread_id.startswith("new:")
    assert [one.pk for one in await roots()] == [desk.conversation.pk, began.pk]
    (row,) = await desk.own()
    assert (row.pk, row.status) == (int(document["message"]["id"]), "sent")


@pytest.mark.parametrize("people", ["one", "several"])
@pytest.mark.parametrize("what", ["files", "a voice note"])
@pytest.mark.parametrize("kind", [None, "cut_after"])
async def test_a_conversation_is_begun_with_files(
    desk: Desk, media_folder: Path, tmp_path: Path, people: str, what: str, kind: str | None
) -> None:
    known_there(desk)
    if kind is not None:
        desk.fault(kind, endpoint="POST /chats", echo="after")
    given = {"v.ogg": ("audio", b"OggS1")} if what == "a voice note" else FILES
    uploads = [
        await sync_to_async(upload_make)(desk, tmp_path / "given", content, kind=of, name=name)
        for name, (of, content) in given.items()
    ]
    wanted: dict[str, Any] = {
        "phones": [PHONE],
        "text": "",
        "upload_ids": [str(upload.pk) for upload in uploads],
        "voice": what == "a voice note",
    }
    if people == "several":
        wanted |= {"attendee_ids": [str(desk.conversation.contact_id)], "title": "Jantar"}
    key = uuid7()
    begun = (await begin(desk, client_id=key, **wanted)).json()
    kinds = ["voice"] if what == "a voice note" else ["image", "file"]
    assert [part["kind"] for part in begun["message"]["attachments"]] == kinds
    again = await begin(desk, client_id=key, **wanted)
    assert (again.status_code, again.json()["message"]["id"]) == (200, begun["message"]["id"])
    assert (await begin(desk, client_id=key, **{**wanted, "voice": not wanted["voice"]})).status_code == 409
    await desk.settle()
    (sent,) = desk.sim.sent
    assert [file.name for file in sent.files] == list(given)
    upstream = desk.sim.world.message_find(sent.message_id)
    assert upstream is not None
    assert [one.voice_note for one in upstream.attachments] == [what == "a voice note"] * len(given)
    (row,) = await desk.own()
    assert (row.pk, row.status) == (int(begun["message"]["id"]), "sent")
    after = [part async for part in Attachment.objects.filter(message=row).order_by("position")]
    assert [(part.kind, part.file_id) for part in after] == [
        (kind, upload.file_id) for kind, upload in zip(kinds, uploads, strict=True)
    ]
    assert len(await roots()) == 2


async def test_what_is_written_after_it_waits_and_follows(desk: Desk) -> None:
    known_there(desk)
    begun = (await begin(desk, phones=[PHONE])).json()
    again = (await begin(desk, phones=[PHONE], text="E mais")).json()
    assert again["conversation"]["id"] == begun["conversation"]["id"]
    await desk.settle()
    assert desk.sent == ["Bom dia", "E mais"]
    assert len(await roots()) == 2


async def test_an_answer_comes_into_the_conversation_that_was_begun(desk: Desk) -> None:
    known_there(desk)
    begun = (await begin(desk, phones=[PHONE])).json()
    await desk.settle()
    chat = next(chat for chat in desk.sim.world.chats.values() if chat is not desk.chat)
    desk.sim.customer_writes(chat, "Bom dia!")
    await desk.settle()
    inbound = await Message.objects.select_related("conversation").aget(text="Bom dia!")
    assert inbound.conversation is not None
    root = inbound.conversation.continues_id or inbound.conversation_id
    assert str(root) == begun["conversation"]["id"]


@pytest.mark.parametrize("kind", ["cut_after", "error_after", "html"])
async def test_e4_a_lost_answer_is_made_up_for_by_the_echo(desk: Desk, kind: str) -> None:
    known_there(desk)
    desk.fault(kind, echo="after")
    begun = (await begin(desk, phones=[PHONE])).json()
    await desk.settle()
    assert desk.sent == ["Bom dia"]
    (row,) = await desk.own()
    assert (row.pk, row.status) == (int(begun["message"]["id"]), "sent")
    assert len(await roots()) == 2


@pytest.mark.parametrize("echo", [Echo.BEFORE, Echo.AFTER])
async def test_a_group_is_begun_with_several_and_a_title(desk: Desk, echo: Echo) -> None:
    known_there(desk)
    desk.sim.habits = Habits(echo=echo)
    contact = str(desk.conversation.contact_id)
    answer = await begin(desk, attendee_ids=[contact], phones=[PHONE], title="Jantar")
    begun = answer.json()
    assert answer.status_code == 201, answer.content
    assert (begun["conversation"]["kind"], begun["conversation"]["name"]) == ("group", "Jantar")
    await desk.settle()
    assert desk.sent == ["Bom dia"]
    (row,) = await desk.own()
    assert (row.pk, row.status) == (int(begun["message"]["id"]), "sent")
    assert len(await roots()) == 2
    root = (await roots())[1]
    assert (str(root.pk), root.external_thread_id.startswith("new:")) == (begun["conversation"]["id"], False)


@pytest.mark.parametrize("echo", ["never", "after"])
async def test_e4_e5_a_group_whose_answer_was_lost_is_found_by_reading(desk: Desk, echo: str) -> None:
    known_there(desk)
    desk.fault("cut_after", endpoint="POST /chats", echo=echo)
    contact = str(desk.conversation.contact_id)
    begun = (await begin(desk, attendee_ids=[contact], phones=[PHONE], title="Jantar")).json()
    await desk.settle()
    assert desk.sent == ["Bom dia"]
    (row,) = await desk.own()
    assert (row.pk, row.status) == (int(begun["message"]["id"]), "sent")
    (intent,) = [one async for one in Intent.objects.all()]
    assert (intent.state, intent.attempts) == ("done", 1)
    root = (await roots())[1]
    assert (str(root.pk), root.external_thread_id.startswith("new:")) == (begun["conversation"]["id"], False)
    assert len(await roots()) == 2


@pytest.mark.parametrize("what", ["another title", "an older group", "twice"])
async def test_e6_a_group_that_may_be_another_is_left_to_a_person(desk: Desk, what: str) -> None:
    known_there(desk)
    account = desk.chat.account
    other = desk.sim.contact(account, "Carla", phone_number="+351910000444")
    title = "Almoço" if what == "another title" else "Jantar"
    chat = desk.sim.group_chat(account, title, [other])
    if what == "an older group":
        desk.sim.customer_writes(chat, "Quem vem?", at=dt.datetime.now(dt.UTC) - dt.timedelta(hours=1))
    desk.fault("cut_before", endpoint="POST /chats")
    contact = str(desk.conversation.contact_id)
    begun = (await begin(desk, attendee_ids=[contact], phones=[PHONE], title="Jantar")).json()
    await desk.run()
    for _ in range(2 if what == "twice" else 1):
        desk.sim.phone_writes(chat, "Bom dia")
    await desk.settle()
    intent = await Intent.objects.aget(message_id=int(begun["message"]["id"]))
    assert (intent.state, intent.attempts) == ("unconfirmed", 1)


async def test_e10_e11_one_key_begins_one_conversation(desk: Desk) -> None:
    known_there(desk)
    key = uuid7()
    answers = [await begin(desk, client_id=key, phones=[PHONE]) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert len({answer.json()["message"]["id"] for answer in answers}) == 1
    refused = await begin(desk, client_id=key, phones=[PHONE], text="other")
    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency_conflict")
    await desk.settle()
    assert desk.sent == ["Bom dia"]


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({}, 400),
        ({"phones": ["12"]}, 400),
        ({"phones": ["call me"]}, 400),
        ({"phones": [PHONE], "title": "One"}, 400),
        ({"phones": [PHONE], "text": "  "}, 400),
        ({"phones": [PHONE], "text": "x" * 65_537}, 400),
        ({"phones": [PHONE], "voice": True}, 400),
        ({"phones": [PHONE], "upload_ids": ["99"]}, 400),
        ({"phones": [PHONE], "channel_id": "999999"}, 404),
        ({"attendee_ids": ["999999"]}, 404),
    ],
)
async def test_what_cannot_be_begun_is_refused_and_leaves_nothing(
    desk: Desk, wanted: dict[str, Any], status: int
) -> None:
    refused = await begin(desk, **wanted)
    assert refused.status_code == status, refused.content
    assert (await Conversation.objects.acount(), await Intent.objects.acount()) == (1, 0)


async def test_j2_neither_channel_nor_attendee_of_somebody_else(desk: Desk) -> None:
    stranger = await sync_to_async(person_make)()
    theirs = await sync_to_async(channel_make)(stranger)
    assert (await begin(desk, channel_id=str(theirs.pk), phones=[PHONE])).status_code == 404
    foreign = await ChatAttendee.objects.acreate(channel=theirs, provider_id="1@s.whatsapp.net")
    assert (await begin(desk, attendee_ids=[str(foreign.pk)])).status_code == 404
    assert await Intent.objects.acount() == 0


async def test_a_number_is_looked_up_first(desk: Desk) -> None:
    known_there(desk)
    found = await look_up(desk, PHONE)
    assert (found["phone"], found["state"], found["exists"]) == (f"+{DIGITS}", "done", True)


async def test_a_number_that_nobody_has_is_told_in_words(desk: Desk) -> None:
    desk.sim.world.unreachable.add("+49999000000")
    found = await look_up(desk, "+49 999 000000")
    assert (found["exists"], found["reason"]) == (False, "Nobody has that number at the provider.")


async def test_a_question_without_an_answer_says_so_and_is_not_repeated(database: ScratchDatabase) -> None:
    person = await sync_to_async(person_make)()
    channel = await sync_to_async(channel_make)(person)
    client = await sync_to_async(client_of)(person)
    path = f"/api/v1/communications/channels/{channel.pk}/lookups/"
    body = {"client_id": str(uuid7()), "phone": PHONE}
    asked = await sync_to_async(client.post)(path, body, content_type="application/json")
    async with working() as worker:
        question = f"GET /users/{DIGITS}"
        worker.upstream.answers[question] = (500, {"type": "errors/unexpected_error", "status": 500})
        await worker.run()
        await worker.run()
        assert [call for call, _ in worker.calls] == [question]
    found = (await sync_to_async(client.get)(f"{path}{asked.json()['id']}/")).json()
    assert (found["state"], found["exists"]) == ("failed", None)
    assert found["reason"]


async def test_j1_a_question_is_answered_to_whoever_reads_the_channel(database: ScratchDatabase) -> None:
    person, stranger = [await sync_to_async(person_make)() for _ in range(2)]
    channel = await sync_to_async(channel_make)(person)
    path = f"/api/v1/communications/channels/{channel.pk}/lookups/"
    body = {"client_id": str(uuid7()), "phone": PHONE}
    theirs, mine = [await sync_to_async(client_of)(one) for one in (stranger, person)]
    assert (await sync_to_async(theirs.post)(path, body, content_type="application/json")).status_code == 404
    lookup = (await sync_to_async(mine.post)(path, body, content_type="application/json")).json()
    again = (await sync_to_async(mine.post)(path, body, content_type="application/json")).json()
    assert lookup["id"] == again["id"]
    assert (await sync_to_async(theirs.get)(f"{path}{lookup['id']}/")).status_code == 404
    odd = await sync_to_async(mine.post)(path, {**body, "phone": "nobody"}, content_type="application/json")
    assert odd.status_code == 400
