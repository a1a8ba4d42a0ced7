"""A conversation is at once as people want it, upstream hears of it, and what it cannot be told is marked as held here only."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from communications.models import Channel, Conversation, Intent, User
from communications.schemas.identifiers import uuid7
from tests.database import ScratchDatabase
from tests.inbox import (
    channel_make,
    client_of,
    conversation_make,
    message_make,
    minutes,
    person_make,
    recount,
)
from tests.outbox.worker import make_due, working

FOR_EVER = "9999-12-31T00:00:00.000Z"
DISCONNECTED = (401, {"type": "errors/disconnected_account", "title": "Disconnected", "status": 401})
UNABLE = (501, {"type": "errors/feature_not_implemented", "title": "Missing feature", "status": 501})
PATCHED = {"object": "ChatPatched"}


class Desk:
    def __init__(self, read_receipts: str = "on_answer") -> None:
        self.person: User = person_make()
        self.channel: Channel = channel_make(self.person)
        Channel.objects.filter(pk=self.channel.pk).update(read_receipts=read_receipts)
        self.conversation: Conversation = conversation_make(self.channel)
        self.messages = [message_make(self.conversation, sent_at=minutes(number)) for number in range(2)]
        recount(self.conversation)
        self.client = client_of(self.person)

    @property
    def path(self) -> str:
        return f"/api/v1/communications/all/chats/{self.conversation.pk}/"

    @property
    def chat(self) -> str:
        return f"PATCH /chats/{self.conversation.external_thread_id}"

    def patch(self, *, key: str = "", **wanted: Any) -> Any:
        body = {"client_id": key or str(uuid7()), **wanted}
        return self.client.patch(self.path, body, content_type="application/json")

    def read(self) -> Any:
        body = {"message_id": str(self.messages[-1].pk)}
        return self.client.post(f"{self.path}read/", body, content_type="application/json")

    def answer(self, text: str = "hello") -> Any:
        body = {"client_id": str(uuid7()), "text": text}
        return self.client.post(f"{self.path}messages/", body, content_type="application/json")

    def held(self) -> Conversation:
        return Conversation.objects.get(pk=self.conversation.pk)

    def described(self, *, archived: bool, pinned: bool) -> None:
        """An answer of upstream about the chat is folded."""
        told = {"chat": 1, "described_at": "2030-01-01T00:00:00Z", "archived": archived, "pinned": pinned}
        told |= {"muted_until": None, "read_only": 0, "disabled_features": []}
        Conversation.objects.update(described_at=None)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT landline_conversations_describe(%s::json, ARRAY[%s]::bigint[])",
                [json.dumps([told]), self.conversation.pk],
            )


@pytest.fixture
def desk(database: ScratchDatabase) -> Desk:
    return Desk()


def states(kind: str) -> list[str]:
    return list(Intent.objects.filter(kind=kind).order_by("id").values_list("state", flat=True))


async def test_what_is_wanted_is_written_at_once_and_told_upstream(database: ScratchDatabase) -> None:
    desk = await sync_to_async(Desk)()
    answer = await sync_to_async(desk.patch)(archived=True, pinned=True, muted_until=FOR_EVER)
    document = answer.json()
    assert answer.status_code == 200
    assert (document["archived"], document["pinned"], document["muted_until"]) == (True, True, FOR_EVER)
    assert document["here_only"] == []
    async with working() as worker:
        worker.upstream.answers[desk.chat] = PATCHED
        await worker.run()
        assert worker.calls == [
            (desk.chat, {"action": action, "value": True})
            for action in ("setArchiveStatus", "setPinnedStatus", "setMuteStatus")
        ]
    held = await sync_to_async(desk.held)()
    assert (held.archived, held.pinned, held.here_only) == (True, True, [])
    assert {one.state async for one in Intent.objects.all()} == {"done"}


async def test_what_upstream_cannot_be_told_holds_here_only_and_nothing_undoes_it(
    database: ScratchDatabase,
) -> None:
    desk = await sync_to_async(Desk)()
    await sync_to_async(desk.patch)(pinned=True)
    async with working() as worker:
        worker.upstream.answers[desk.chat] = UNABLE
        await worker.run()
        assert (await sync_to_async(desk.held)()).here_only == ["pinned"]
        await sync_to_async(desk.described)(archived=True, pinned=False)
        held = await sync_to_async(desk.held)()
        assert (held.pinned, held.archived) == (True, True), "only what was set here stands above upstream"
        worker.upstream.answers[desk.chat] = PATCHED
        await sync_to_async(desk.patch)(pinned=True)
        await worker.run()
    assert (await sync_to_async(desk.held)()).here_only == []
    await sync_to_async(desk.described)(archived=True, pinned=False)
    assert (await sync_to_async(desk.held)()).pinned is False, "once upstream knows, its word counts again"


def test_a_description_from_before_does_not_undo_what_is_on_its_way(desk: Desk) -> None:
    desk.patch(archived=True, muted_until=FOR_EVER)
    desk.described(archived=False, pinned=True)
    held = desk.held()
    assert (held.archived, held.pinned) == (True, True)
    assert held.muted_until is not None


@pytest.mark.parametrize("answer", [(500, {"type": "errors/unexpected_error", "status": 500}), b"<html>", {}])
async def test_a_setting_of_which_nobody_knows_holds_here_only_and_nothing_waits_behind_it(
    database: ScratchDatabase, answer: Any
) -> None:
    desk = await sync_to_async(Desk)()
    await sync_to_async(desk.patch)(archived=True)
    await sync_to_async(desk.answer)()
    async with working() as worker:
        worker.upstream.answers[desk.chat] = answer
        worker.upstream.answers[f"POST /chats/{desk.conversation.external_thread_id}/messages"] = {
            "object": "MessageSent",
            "message_id": "m1",
        }
        await worker.run()
    assert (await sync_to_async(desk.held)()).here_only == ["archived"]
    assert await sync_to_async(states)("send") == ["accepted"]


async def test_e19_a_channel_that_is_down_keeps_what_is_wanted(database: ScratchDatabase) -> None:
    desk = await sync_to_async(Desk)()
    await sync_to_async(desk.patch)(archived=True)
    async with working() as worker:
        worker.upstream.answers[desk.chat] = DISCONNECTED
        await worker.run()
    intent = await Intent.objects.aget()
    assert (intent.state, intent.reason_code) == ("waiting", "disconnected")
    assert (await sync_to_async(desk.held)()).here_only == []


def test_repeated_toggles_leave_one_to_be_told(desk: Desk) -> None:
    for archived in (True, False, True, False, True):
        desk.patch(archived=archived)
    assert states("archive") == [*["cancelled"] * 4, "waiting"]
    assert Intent.objects.get(state="waiting").payload == {"value": True}
    desk.patch(archived=True)
    assert len(states("archive")) == 5, "what changes nothing is no news"


def test_a_time_upstream_cannot_be_told_is_kept_here(desk: Desk) -> None:
    until = dt.datetime(2030, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    document = desk.patch(muted_until=until.isoformat()).json()
    assert (document["muted_until"], document["here_only"]) == ("2030-01-02T03:04:05.000Z", ["muted"])
    assert states("mute") == []
    desk.described(archived=False, pinned=False)
    assert desk.held().muted_until == until
    assert desk.patch(muted_until=None).json()["muted_until"] is None
    assert Intent.objects.get(kind="mute").payload == {"value": False}


def test_e10_the_same_key_is_the_same_request_and_e11_no_other(desk: Desk) -> None:
    key = str(uuid7())
    first = desk.patch(key=key, archived=True, pinned=True)
    assert desk.patch(key=key, archived=True, pinned=True).json() == first.json()
    assert Intent.objects.count() == 2
    refused = desk.patch(key=key, archived=False)
    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency_conflict")
    assert desk.held().archived is True


def test_a_key_in_the_header_is_that_of_the_body(desk: Desk) -> None:
    body = {"client_id": str(uuid7()), "pinned": True}
    headers = {"Idempotency-Key": str(uuid7())}
    refused = desk.client.patch(desk.path, body, content_type="application/json", headers=headers)
    assert refused.status_code == 400
    assert desk.held().pinned is False


def test_a_mark_as_unread_stays_until_somebody_reads_or_answers(desk: Desk) -> None:
    for clear in (desk.read, desk.read, desk.answer):
        assert desk.patch(marked_unread=True).json()["marked_unread"] is True
        assert clear().status_code in (200, 201)
        assert desk.held().marked_unread is False
    assert [one.payload["value"] for one in Intent.objects.filter(kind="read").order_by("id")] == [False] * 3


@pytest.mark.parametrize(
    ("policy", "on_open", "on_answer"),
    [("never", 0, 0), ("on_answer", 0, 1), ("on_open", 1, 1)],
)
def test_others_learn_that_they_were_read_only_as_the_channel_says(
    database: ScratchDatabase, policy: str, on_open: int, on_answer: int
) -> None:
    opened = Desk(policy)
    opened.read()
    opened.read()
    assert len(states("read")) == on_open
    Intent.objects.all().delete()
    answered = Desk(policy)
    answered.answer()
    answered.answer("again")
    assert len(states("read")) == on_answer


async def test_the_receipt_follows_the_answer(database: ScratchDatabase) -> None:
    desk = await sync_to_async(Desk)()
    await sync_to_async(desk.answer)()
    send = f"POST /chats/{desk.conversation.external_thread_id}/messages"
    async with working() as worker:
        worker.upstream.answers |= {send: {"object": "MessageSent", "message_id": "m1"}, desk.chat: PATCHED}
        await worker.run()
        await make_due(state="waiting")
        await worker.run()
        assert worker.calls == [(send, None), (desk.chat, {"action": "setReadStatus", "value": True})]


@pytest.mark.parametrize(
    "body",
    [
        {"archived": "maybe"},
        {"muted_until": "tomorrow"},
        {"muted_until": "2030-01-01T00:00:00"},
        {"pinned": None},
    ],
)
def test_odd_values_are_refused_and_nothing_changes(desk: Desk, body: dict[str, Any]) -> None:
    before = desk.held().version
    assert desk.patch(**body).status_code == 400
    assert desk.held().version == before
