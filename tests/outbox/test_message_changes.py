"""Reactions, edits, deletions: shown as wanted, done upstream, proven by their event or one reading, else failed with words."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from communications.models import Intent, Message, Reaction, User
from communications.schemas.identifiers import uuid7
from tests.database import ScratchDatabase
from tests.inbox import (
    attendee_make,
    channel_make,
    client_of,
    conversation_make,
    message_make,
    person_make,
    recount,
)
from tests.ingest.deliveries import deliver
from tests.outbox.worker import Worker, make_due, working

UNABLE = (501, {"type": "errors/feature_not_implemented", "title": "Missing feature", "status": 501})
CHANGED: dict[str, tuple[str, str, Any, Any]] = {
    "react": ("POST", "/reaction", {"object": "MessageReactionAdded"}, {"reaction": "👍"}),
    "edit": ("PATCH", "", {"object": "MessageEdited"}, {"text": "hello!"}),
    "delete": ("DELETE", "", {"object": "MessageDeleted"}, None),
}
WANTED: dict[str, dict[str, Any]] = {"react": {"emoji": "👍"}, "edit": {"text": "hello!"}, "delete": {}}
EVERY_KIND = pytest.mark.parametrize("kind", ["react", "edit", "delete"])


class Desk:
    """A conversation with one own message, sent a minute ago."""

    def __init__(self, provider: str = "whatsapp") -> None:
        self.person: User = person_make()
        self.channel = channel_make(self.person, provider=provider)
        self.self = attendee_make(self.channel, "Us", provider_id="4900@s.whatsapp.net", is_self=True)
        self.conversation = conversation_make(self.channel)
        self.message: Message = self.say("hello")
        self.client = client_of(self.person)

    def say(self, text: str, **fields: Any) -> Message:
        fields.setdefault("direction", "outbound")
        fields.setdefault("sent_at", timezone.now() - dt.timedelta(minutes=1))
        message = message_make(self.conversation, text, **fields)
        recount(self.conversation)
        return message

    def write(self, text: str = "waiting") -> Message:
        body = {"client_id": str(uuid7()), "text": text}
        path = f"/api/v1/communications/all/chats/{self.conversation.pk}/messages/"
        document = self.client.post(path, body, content_type="application/json").json()
        return Message.objects.get(pk=document["id"])

    def change(self, kind: str, *, message: Message | None = None, key: str = "", **wanted: Any) -> Any:
        body = {"client_id": key or str(uuid7()), "kind": kind, **(wanted or WANTED[kind])}
        return self.client.post(self.path(message), body, content_type="application/json")

    def drop(self, change_id: str) -> Any:
        return self.client.delete(f"{self.path()}{change_id}/")

    def path(self, message: Message | None = None) -> str:
        shown = (message or self.message).pk
        return f"/api/v1/communications/all/chats/{self.conversation.pk}/messages/{shown}/changes/"

    def shown(self) -> list[tuple[str, str]]:
        path = f"/api/v1/communications/all/chats/{self.conversation.pk}/messages/"
        found = next(
            one for one in self.client.get(path).json()["items"] if one["id"] == str(self.message.pk)
        )
        return [(change["kind"], change["state"]) for change in found["changes"]]

    def call(self, kind: str) -> str:
        method, end, _, _ = CHANGED[kind]
        return f"{method} /messages/{self.message.external_message_id}{end}"

    def event(self, name: str, **told: Any) -> dict[str, Any]:
        return {
            "event": name,
            "account_id": self.channel.external_account_id,
            "account_type": "WHATSAPP",
            "account_info": {"type": "WHATSAPP", "phone_number": "+4900"},
            "chat_id": self.conversation.external_thread_id,
            "message_id": self.message.external_message_id,
            "timestamp": "2026-06-02T12:00:00.000Z",
            "is_sender": True,
            **told,
        }

    def proof(self, kind: str) -> dict[str, Any]:
        if kind == "react":
            us = {"attendee_id": "us", "attendee_provider_id": self.self.provider_id, "attendee_name": "Us"}
            return self.event("message_reaction", reaction="👍", reaction_sender=us)
        if kind == "edit":
            return self.event("message_edited", message="hello!")
        return self.event("message_deleted", message=None)

    def stated(self, **told: Any) -> dict[str, Any]:
        """The message as upstream's store has it."""
        return {"object": "Message", "id": self.message.external_message_id, "text": "hello", **told}


@pytest.fixture
def desk(database: ScratchDatabase) -> Desk:
    return Desk()


async def accepted(worker: Worker, kind: str, provider: str = "whatsapp") -> Desk:
    desk: Desk = await sync_to_async(Desk)(provider)
    answer = await sync_to_async(desk.change)(kind)
    assert answer.status_code == 201, answer.content
    assert [(one["kind"], one["state"]) for one in answer.json()["changes"]] == [(kind, "waiting")]
    worker.upstream.answers[desk.call(kind)] = CHANGED[kind][2]
    await worker.run()
    assert worker.calls == [(desk.call(kind), CHANGED[kind][3])]
    assert await sync_to_async(desk.shown)() == [(kind, "accepted")]
    return desk


@EVERY_KIND
async def test_the_event_proves_a_change(database: ScratchDatabase, kind: str) -> None:
    async with working() as worker:
        desk = await accepted(worker, kind)
        assert await deliver(worker.connections, desk.proof(kind)) == {"applied": 1}
    assert await sync_to_async(desk.shown)() == []
    intent = await Intent.objects.aget()
    assert (intent.state, intent.outcome, intent.evidence) == ("done", "accepted", "echo")


@EVERY_KIND
async def test_e2_an_event_before_the_answer_proves_it_too(database: ScratchDatabase, kind: str) -> None:
    desk: Desk = await sync_to_async(Desk)()
    await sync_to_async(desk.change)(kind)
    async with working() as worker:

        async def told_first(_request: Any) -> Any:
            from aiohttp import web

            await deliver(worker.connections, desk.proof(kind))
            return web.json_response(CHANGED[kind][2])

        worker.upstream.answers[desk.call(kind)] = told_first
        await worker.run()
    intent = await Intent.objects.aget()
    assert (intent.state, intent.evidence) == ("done", "echo")


@EVERY_KIND
@pytest.mark.parametrize("is_shown", [True, False])
async def test_without_an_event_one_reading_decides(
    database: ScratchDatabase, kind: str, is_shown: bool
) -> None:
    read = "GET /messages/{}"
    async with working() as worker:
        desk = await accepted(worker, kind)
        shown = {
            "react": {"reactions": [{"value": "👍", "sender_id": desk.self.provider_id, "is_sender": True}]},
            "edit": {"text": "hello!", "edited": 1},
            "delete": {"deleted": 1, "text": None},
        }[kind]
        read = read.format(desk.message.external_message_id)
        worker.upstream.answers[read] = desk.stated(**(shown if is_shown else {}))
        await worker.run()
        assert len(worker.calls) == 1, "not before its time"
        await make_due(state="accepted")
        await worker.run()
        await worker.run()
        assert [call for call, _ in worker.calls] == [desk.call(kind), read], "once"
    intent = await Intent.objects.aget()
    message = await Message.objects.aget()
    if is_shown:
        assert (intent.state, intent.evidence) == ("done", "read_back")
        assert await sync_to_async(desk.shown)() == []
    else:
        assert intent.state == "failed"
        assert intent.reason
        assert (message.text, message.edited_at, message.deleted_at) == ("hello", None, None)


@EVERY_KIND
async def test_a_message_that_upstream_no_longer_has_is_asked_for_once(
    database: ScratchDatabase, kind: str
) -> None:
    """To be gone is what a deletion wanted, and no other change is seen in what is not there."""
    async with working() as worker:
        desk = await accepted(worker, kind)
        read = f"GET /messages/{desk.message.external_message_id}"
        worker.upstream.answers[read] = (404, {"type": "errors/resource_not_found", "status": 404})
        await make_due(state="accepted")
        await worker.run()
        await worker.run()
        assert [call for call, _ in worker.calls] == [desk.call(kind), read], "once"
    intent, message = await Intent.objects.aget(), await Message.objects.aget()
    if kind == "delete":
        assert (intent.state, intent.evidence) == ("done", "read_back")
        assert message.deleted_at is not None
    else:
        assert intent.state == "failed"
        assert intent.reason
        assert message.deleted_at is None


@EVERY_KIND
async def test_e4_a_lost_answer_is_settled_by_the_event(database: ScratchDatabase, kind: str) -> None:
    desk: Desk = await sync_to_async(Desk)()
    await sync_to_async(desk.change)(kind)
    async with working() as worker:
        worker.upstream.answers[desk.call(kind)] = (500, {"type": "errors/unexpected_error", "status": 500})
        await worker.run()
        assert await sync_to_async(desk.shown)() == [(kind, "unconfirmed")]
        await deliver(worker.connections, desk.proof(kind))
        assert await sync_to_async(desk.shown)() == []
        await worker.run()
        assert len(worker.calls) == 1, "never repeated by itself"


@EVERY_KIND
async def test_e15_a_refusal_fails_it_with_words_and_nothing_else_waits(
    database: ScratchDatabase, kind: str
) -> None:
    desk: Desk = await sync_to_async(Desk)()
    await sync_to_async(desk.change)(kind)
    written = await sync_to_async(desk.write)("after it")
    async with working() as worker:
        worker.upstream.answers[desk.call(kind)] = UNABLE
        worker.upstream.answers[f"POST /chats/{desk.conversation.external_thread_id}/messages"] = {
            "object": "MessageSent",
            "message_id": "m1",
        }
        await worker.run()
    failed = await Intent.objects.aget(kind=kind)
    assert (failed.state, failed.reason) == ("failed", "This provider cannot do that.")
    assert (await Message.objects.aget(pk=written.pk)).status == "sent"
    assert (await sync_to_async(desk.drop)(str(failed.pk))).status_code == 204
    assert await sync_to_async(desk.shown)() == []


async def test_taking_a_reaction_back_is_proven_by_its_absence(database: ScratchDatabase) -> None:
    desk: Desk = await sync_to_async(Desk)()
    await Reaction.objects.acreate(
        channel=desk.channel,
        message=desk.message,
        sender=desk.self,
        sender_provider_id=desk.self.provider_id,
        emoji="👍",
        is_own=True,
        reacted_at=timezone.now() - dt.timedelta(minutes=1),
        event_key=b"1",
    )
    await sync_to_async(desk.change)("react", emoji="")
    async with working() as worker:
        worker.upstream.answers[desk.call("react")] = CHANGED["react"][2]
        worker.upstream.answers[f"GET /messages/{desk.message.external_message_id}"] = desk.stated(
            reactions=[]
        )
        await worker.run()
        assert worker.calls[0][1] == {"reaction": ""}
        await make_due(state="accepted")
        await worker.run()
    assert (await Intent.objects.aget()).state == "done"


def test_e20_of_changes_that_wait_the_newest_counts(desk: Desk) -> None:
    for emoji in ("👍", "❤️", ""):
        desk.change("react", emoji=emoji)
    desk.change("edit", text="one")
    desk.change("edit", text="two")
    assert desk.shown() == [("react", "waiting"), ("edit", "waiting")]
    assert Intent.objects.get(kind="edit", state="waiting").payload["text"] == "two"
    desk.change("delete")
    assert desk.shown() == [("delete", "waiting")]


def test_e20_a_message_that_waits_is_edited_where_it_is(desk: Desk) -> None:
    waiting = desk.write("first thought")
    answer = desk.change("edit", message=waiting, text="second thought").json()
    assert (answer["text"], answer["status"], answer["changes"], answer["edited_at"]) == (
        "second thought",
        "pending",
        [],
        None,
    )
    assert Message.objects.get(pk=waiting.pk).search_text == "second thought"


async def test_e20_an_edited_message_leaves_once_as_it_is_now(database: ScratchDatabase) -> None:
    desk: Desk = await sync_to_async(Desk)()
    waiting = await sync_to_async(desk.write)("first thought")
    await sync_to_async(desk.change)("edit", message=waiting, text="second thought")
    await sync_to_async(desk.change)("react", message=waiting, emoji="🎉")
    async with working() as worker:
        sent = {"object": "MessageSent", "message_id": "m1"}
        worker.upstream.answers[f"POST /chats/{desk.conversation.external_thread_id}/messages"] = sent
        worker.upstream.answers["POST /messages/m1/reaction"] = CHANGED["react"][2]
        await worker.run()
        await make_due(state="waiting")
        await worker.run()
        assert [call.partition(" ")[2] for call, _ in worker.calls] == [
            f"/chats/{desk.conversation.external_thread_id}/messages",
            "/messages/m1/reaction",
        ]
        assert [part[3] for part in worker.upstream.asked[0].parts if part[0] == "text"] == [
            b"second thought"
        ]


def test_e20_a_message_that_waits_is_deleted_without_a_call(desk: Desk) -> None:
    waiting = desk.write()
    key = str(uuid7())
    deleted = desk.change("delete", message=waiting, key=key)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert not Message.objects.filter(pk=waiting.pk).exists()
    assert not Intent.objects.filter(state="waiting").exists()


def test_e10_the_same_key_is_the_same_change_and_e11_no_other(desk: Desk) -> None:
    key = str(uuid7())
    assert [desk.change("react", key=key).status_code for _ in range(3)] == [201] * 3
    assert Intent.objects.count() == 1
    refused = desk.change("react", key=key, emoji="👎")
    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency_conflict")


@pytest.mark.parametrize(
    ("provider", "kind", "age", "is_taken"),
    [
        ("whatsapp", "edit", dt.timedelta(minutes=14), True),
        ("whatsapp", "edit", dt.timedelta(minutes=17), False),
        ("whatsapp", "delete", dt.timedelta(hours=59), True),
        ("whatsapp", "delete", dt.timedelta(hours=61), False),
        ("whatsapp", "react", dt.timedelta(days=900), True),
        ("linkedin", "edit", dt.timedelta(minutes=59), True),
        ("linkedin", "delete", dt.timedelta(minutes=62), False),
        ("telegram", "edit", dt.timedelta(days=3), True),
    ],
)
def test_what_is_surely_too_late_is_refused_beforehand(
    database: ScratchDatabase, provider: str, kind: str, age: dt.timedelta, is_taken: bool
) -> None:
    desk = Desk(provider)
    old = desk.say("hello", sent_at=timezone.now() - age)
    answer = desk.change(kind, message=old)
    assert answer.status_code == (201 if is_taken else 409), answer.content
    assert is_taken or (answer.json()["code"] == "too_late" and "after sending" in answer.json()["detail"])
    assert Intent.objects.count() == int(is_taken)


def test_what_cannot_be_done_is_refused_with_words(desk: Desk) -> None:
    theirs = desk.say("from them", direction="inbound")
    event = desk.say("", is_event=True, kind="event")
    deleted = desk.say("gone", deleted_at=timezone.now())
    picture = desk.say("", kind="image")
    for message, kind in (
        *((theirs, kind) for kind in ("edit", "delete")),
        *((event, kind) for kind in WANTED),
        *((deleted, kind) for kind in WANTED),
        (picture, "edit"),
    ):
        refused = desk.change(kind, message=message)
        assert (refused.status_code, refused.json()["code"]) == (409, "not_possible"), (message, kind)
    assert desk.change("react", message=theirs).status_code == 201
    desk.conversation.disabled_features = ["reactions"]
    desk.conversation.save()
    assert desk.change("react", message=theirs).status_code == 409


@pytest.mark.parametrize("body", [{"text": ""}, {"text": "  "}, {"text": "x" * 65_537}])
def test_an_edit_needs_a_text_that_can_be_sent(desk: Desk, body: dict[str, str]) -> None:
    assert desk.change("edit", **body).status_code == 400


def test_j2_a_message_of_another_conversation_or_person_is_not_there(desk: Desk) -> None:
    other = Desk()
    assert desk.change("react", message=other.message).status_code == 404
    assert other.client.post(desk.path(), {}, content_type="application/json").status_code in (400, 404)
    change = Intent.objects.filter(kind="react")
    desk.change("react")
    assert other.drop(str(change.get().pk)).status_code == 404
    assert desk.drop("999999").status_code == 404
