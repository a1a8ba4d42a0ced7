"""The OpenAPI document: complete, kept beside the frontend, and true of the answers the server gives."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import schemathesis
from asgiref.sync import sync_to_async
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from communications.api.reference import openapi_document
from communications.models import (
    Alarm,
    Attachment,
    AttendeeIdentity,
    AttendeeName,
    CallPause,
    ChannelStatus,
    Draft,
    GivenName,
    MessageEdit,
    PersonDecision,
    ReachabilityTest,
    Reaction,
    ReplayOrder,
    UpstreamWebhook,
    WebhooksChecked,
)
from communications.schemas.frames import ChangesFrame, ResetFrame
from landline.asgi import application
from tests.access.routes import Call, calls_of_the_api, whole
from tests.api.asgi import Answer, ask
from tests.database import ScratchDatabase
from tests.inbox import (
    NOON,
    account_act_make,
    attendee_make,
    channel_make,
    client_of,
    comparison_make,
    conversation_make,
    failed_message_make,
    history_run_make,
    intent_make,
    message_make,
    minutes,
    person_make,
    recount,
)
from tests.ledger_rows import delivery_keep, happening
from tests.media.library import attachment_keep, picture_keep, upload_keep

ROOT = Path(__file__).parents[2]
DOCUMENT: dict[str, Any] = json.loads(openapi_document())
ANY_FILE = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
CHANGES = "/api/v1/communications/changes/"
OPERATIONS = [
    (method.upper(), path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]


def check(method: str, path: str, status: int, content_type: str, content: bytes) -> None:
    """Fails unless the document describes this answer of this call."""
    described = DOCUMENT["paths"][path][method.lower()]["responses"]
    assert str(status) in described, f"{method} {path} answered {status}: {content!r}"
    media = described[str(status)].get("content")
    if media is None:
        assert content == b""
        return
    if media == ANY_FILE:
        assert content_type
        assert content
        return
    schema = {**media[content_type]["schema"], "components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(schema).validate(json.loads(content))


def check_response(method: str, path: str, response: HttpResponse) -> None:
    check(method, path, response.status_code, response.get("Content-Type", ""), response.content)


class FullInbox:
    """At least one of everything that an answer can hold."""

    def __init__(self) -> None:
        self.reader = person_make()
        channel = channel_make(self.reader, role="owner")
        contact = attendee_make(channel, "Ada", phone="4917", public_identifier="ada")
        self.run = history_run_make(
            channel,
            title="Ada",
            since=NOON,
            refused={"unreadable": 1},
            held_until=minutes(9),
            started_at=NOON,
        )
        self.conversation = conversation_make(
            channel, contact=contact, members=[contact], muted_until=minutes(3), disabled_features=["reply"]
        )
        history_run_make(channel, conversation=self.conversation)
        for number in range(3):
            message = message_make(
                self.conversation,
                sender=contact,
                sender_name="Ada",
                sent_at=minutes(number),
                edited_at=minutes(4),
                quoted_external_id="q",
                quoted_text="?",
                search_text="hello",
            )
            Attachment.objects.create(
                channel=channel,
                message=message,
                external_attachment_id="a",
                kind="voice",
                size_bytes=2**40,
                duration_seconds=0.5,
            )
            Reaction.objects.create(
                channel=channel,
                message=message,
                sender_provider_id="x",
                sender=contact,
                emoji="👍",
                reacted_at=NOON,
            )
        message_make(
            self.conversation, sent_at=minutes(9), direction="outbound", status="read", deleted_at=NOON
        )
        recount(self.conversation)
        WebhooksChecked.objects.create(checked_at=NOON)
        UpstreamWebhook.objects.create(
            external_webhook_id="w1",
            source="messaging",
            problems=["events_missing"],
            events_missing=["message_read"],
        )
        ReachabilityTest.objects.create(asked_at=NOON, tested_at=NOON, code="no_address")
        conversation_make(channel, kind="group")
        self.part = conversation_make(channel, continues=self.conversation, members=[contact])
        self.apart = attendee_make(channel, "Bea")
        twin = attendee_make(channel, "Ada", same_as=contact)
        attendee_make(channel, "Ada", phone="4917")
        for known, key in ((contact, "id:a"), (twin, "id:b"), (twin, "id:a")):
            AttendeeIdentity.objects.create(
                channel=channel, attendee=known, own_key=f"id:{known.pk}", key=key, told_by=uuid.uuid4()
            )
        AttendeeName.objects.create(
            channel=channel, attendee=twin, rank=2, name="Ada", since=NOON, told_by=uuid.uuid4()
        )
        GivenName.objects.create(channel=channel, attendee=twin, name="Ada L.", given_by=self.reader)
        PersonDecision.objects.create(channel=channel, one=contact, other=self.apart, verdict="different")
        PersonDecision.objects.create(
            channel=channel, one=contact, other=twin, verdict="same", decided_by=self.reader
        )
        stored = attachment_keep(self.conversation, b"the bytes of a file", message=message)
        picture = picture_keep(contact, b"the bytes of a picture")
        key = happening()
        delivery = delivery_keep(channel, {"text": "hello"}, message=message, event_key=key, outcome="failed")
        MessageEdit.objects.create(
            channel=channel, message=message, event_key=key, text="hello there", edited_at=minutes(4)
        )
        ReplayOrder.objects.create(author=self.reader, selection={}, expected=3, totals={"applied": 3})
        delivery_keep(channel, message=message, event_key=key, outcome="duplicate", reason="repeats")
        delivery_keep(None, b"\xff", outcome="quarantined", reason="no JSON", event="")
        CallPause.objects.create(
            external_account_id=channel.external_account_id,
            until="2199-01-01T00:00:00Z",
            refusals=1,
        )
        ChannelStatus.objects.create(
            channel=channel, event_key=key, at=NOON, status="credentials", status_word="CREDENTIALS"
        )
        Draft.objects.create(
            user=self.reader, channel=channel, conversation=self.conversation, text="What I was about to say"
        )
        self.values: dict[str, Any] = {
            "provider": "whatsapp",
            "delivery_id": str(delivery.pk),
            "channel_id": str(channel.pk),
            "conversation_id": str(self.conversation.pk),
            "message_id": str(message.pk),
            "attendee_id": str(contact.pk),
            "other_attendee_id": str(self.apart.pk),
            "other_conversation_id": str(self.part.pk),
            "verdict": "different",
            "confirmation": "erase",
            "name": "Ada L.",
            "attachment_id": str(stored.pk),
            "picture_id": str(picture.pk),
            "upload_id": str(upload_keep(self.reader, b"the bytes of an upload").pk),
            "comparison_id": str(comparison_make(channel).pk),
            "read_receipts": "on_open",
            "paused": True,
            "alarm_id": str(
                Alarm.objects.create(kind="account_down", channel=channel, reason="credentials").pk
            ),
            "lookup_id": str(
                intent_make(
                    channel,
                    self.reader,
                    "look_up",
                    payload={"phone": "491"},
                    state="failed",
                    reason="Nobody has it.",
                ).pk
            ),
            "change_id": str(
                intent_make(
                    channel,
                    self.reader,
                    "react",
                    conversation=self.conversation,
                    message=message,
                    payload={"emoji": "👎"},
                ).pk
            ),
            "act_id": str(account_act_make(channel, self.reader, pairing_code="ABCD-1234").pk),
            "run_id": str(self.run.pk),
            "media": "all",
            "account_type": "whatsapp",
            "way": "page",
            "act": "restart",
            "code": "123456",
            "phone": "+49 151 23456789",
            "kind": "react",
            "emoji": "👍",
            "archived": True,
            "usual_message_id": str(message.pk),
            "failed_message_id": str(failed_message_make(self.conversation, self.reader).pk),
            "decision": "skip",
            "to_conversation_id": str(self.conversation.pk),
            "text": "hello",
            "conversation_ids": [str(self.conversation.pk)],
            "attendee_ids": [str(contact.pk)],
            "q": "hello",
        }


@pytest.fixture
def inbox(database: ScratchDatabase, media_folder: Path) -> FullInbox:
    return FullInbox()


def test_the_document_beside_the_frontend_is_the_servers(tmp_path: Path) -> None:
    call_command("openapi_write", tmp_path / "openapi.json")
    assert (tmp_path / "openapi.json").read_bytes() == openapi_document()
    assert (ROOT / "frontend" / "openapi.json").read_bytes() == openapi_document(), (
        "run `python manage.py openapi_write`"
    )


def test_the_document_is_valid_openapi_with_no_loose_ends() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    references = set(re.findall(r'"#/components/schemas/(\w+)"', openapi_document().decode()))
    assert references <= DOCUMENT["components"]["schemas"].keys()
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    operation_ids = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(operation_ids)) == len(operation_ids)


def test_the_document_describes_every_call_and_no_other() -> None:
    served = {call.described_as for call in calls_of_the_api()} | {("GET", CHANGES)}
    assert {(method, path) for method, path, _ in OPERATIONS} == served


def test_the_document_and_the_protocol_name_the_same_calls() -> None:
    table = re.findall(
        r"^\| `(GET|POST|PUT|PATCH|DELETE)(`, `HEAD)? ([\w/{}]+)",
        (ROOT / "docs" / "protocol.md").read_text(),
        re.MULTILINE,
    )
    named = {
        (
            method,
            f"/api/v1/{path}".replace("channels/{id}", "channels/{channel_id}").replace(
                "{id}", "{conversation_id}"
            ),
        )
        for first, also_head, path in table
        for method in ([first, "HEAD"] if also_head else [first])
    }
    served_heads = {(call.method, call.template) for call in calls_of_the_api() if call.method == "HEAD"}
    assert named == {(method, path) for method, path, _ in OPERATIONS} | served_heads


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=lambda part: str(part)[:60])
def test_every_call_says_who_may_make_it_and_how_it_refuses(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    is_open = path == "/api/v1/session/"
    assert bool(operation.get("security")) != is_open
    assert ("401" in operation["responses"]) or is_open
    assert ("403" in operation["responses"]) == (method != "GET")
    for status, response in operation["responses"].items():
        if int(status) >= 400:
            assert list(response["content"]) == ["application/problem+json"]


@pytest.mark.parametrize(
    "call",
    [
        call
        for call in calls_of_the_api()
        # The credentials' answer is in tests/health/test_connecting.py: it needs an upstream.
        if "session" not in call.template and not call.template.endswith("/credentials/")
    ],
    ids=str,
)
def test_full_answers_are_as_described(inbox: FullInbox, call: Call) -> None:
    answer = call.made_by(client_of(inbox.reader), inbox.values)
    assert answer.status_code == call.succeeds_with
    method, template = call.described_as
    if call.method == "HEAD":
        with_content = Call(method, template).made_by(client_of(inbox.reader), inbox.values)
        assert answer.content == b""
        assert int(answer["Content-Length"]) == len(with_content.content) > 0
        assert answer["Content-Type"] == with_content["Content-Type"]
        return
    check_response(method, template, answer)
    if answer.get("Content-Type") == "application/json":
        assert len(answer.content) > 100


@pytest.mark.parametrize(
    "call", [call for call in calls_of_the_api() if call.method == "HEAD"], ids=lambda call: call.template
)
def test_other_answers_with_a_file_are_as_described(inbox: FullInbox, call: Call) -> None:
    reader, get = client_of(inbox.reader), Call(*call.described_as)
    etag = get.made_by(reader, inbox.values)["ETag"]
    asked = {206: {"Range": "bytes=0-3"}, 304: {"If-None-Match": etag}, 416: {"Range": "bytes=99999-"}}
    for status, headers in asked.items():
        answer = get.made_by(reader, inbox.values, headers=headers)
        assert answer.status_code == status
        check_response(*call.described_as, answer)


def test_answers_of_the_session_are_as_described(database: ScratchDatabase) -> None:
    path = "/api/v1/session/"
    client = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    first = client.get(path)
    check_response("GET", path, first)
    token = {"X-CSRFToken": first.json()["csrf_token"]}
    wrong = {"username": "nobody", "password": "wrong"}
    refused = [
        client.post(path, wrong, content_type="application/json", headers=headers)
        for headers in ({}, *[token] * 6)
    ]
    refused.append(client.post(path, {}, content_type="application/json", headers=token))
    assert {answer.status_code for answer in refused} == {400, 401, 403, 429}
    for answer in refused:
        check_response("POST", path, answer)
    for headers in ({}, token):
        check_response("DELETE", path, client.delete(path, headers=headers))


FROM_THE_DOCUMENT = schemathesis.openapi.from_dict(DOCUMENT)
GENERATED = [(path, method) for method, path, _ in OPERATIONS if path != CHANGES]


@pytest.mark.parametrize(("path", "method"), GENERATED)
def test_generated_calls_are_answered_as_described(inbox: FullInbox, path: str, method: str) -> None:
    client = client_of(inbox.reader)

    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(case=FROM_THE_DOCUMENT[path][method].as_strategy(), is_real=st.booleans())
    def holds(case: Any, is_real: bool) -> None:
        parameters = {**case.path_parameters, **(inbox.values if is_real else {})}
        body = json.dumps(case.body).encode() if isinstance(case.body, dict) else b""
        answer = whole(
            client.generic(
                method,
                path.format(**parameters),
                body,
                "application/json",
                query_params={name: str(value) for name, value in (case.query or {}).items()},
            )
        )
        check_response(method, path, answer)

    holds()


@pytest.fixture
async def running(database: ScratchDatabase) -> AsyncIterator[Any]:
    """The server's application, started and stopped as a server does."""
    events = iter(["lifespan.startup", "lifespan.shutdown"])
    may_stop, has_started = asyncio.Event(), asyncio.Event()

    async def receive() -> dict[str, Any]:
        event = next(events)
        if event == "lifespan.shutdown":
            await may_stop.wait()
        return {"type": event}

    async def send(message: Any) -> None:
        assert message["type"] in ("lifespan.startup.complete", "lifespan.shutdown.complete"), message
        has_started.set()

    lifespan = asyncio.create_task(application({"type": "lifespan"}, receive, send))
    await asyncio.wait(
        [lifespan, asyncio.create_task(has_started.wait())], return_when=asyncio.FIRST_COMPLETED
    )
    yield application
    may_stop.set()
    await lifespan


async def test_answers_of_the_feed_are_as_described(running: Any, media_folder: Path) -> None:
    reader = await sync_to_async(person_make)()
    client = await sync_to_async(client_of)(reader)
    headers = {"cookie": f"sessionid={client.cookies['sessionid'].value}"}

    async def changes(query: str, headers: dict[str, str] = headers) -> Answer:
        answer = await ask(running, f"{CHANGES}{query}", headers=headers)
        check("GET", CHANGES, answer.status, answer.header("content-type"), answer.content)
        return answer

    start = msgspec.json.decode((await changes("")).content, type=ChangesFrame)
    inbox = await sync_to_async(FullInbox)()
    await sync_to_async(inbox.conversation.channel.channelaccess_set.create)(user=reader)
    frame = msgspec.json.decode((await changes(f"?cursor={start.cursor}")).content, type=ChangesFrame)
    assert frame.granted == (str(inbox.conversation.channel_id),)
    later = await sync_to_async(message_make)(inbox.conversation, sent_at=minutes(20))
    news = msgspec.json.decode((await changes(f"?cursor={frame.cursor}")).content, type=ChangesFrame)
    assert isinstance(news.rows.message, tuple)
    assert str(later.pk) in {message.id for message in news.rows.message}
    reset = msgspec.json.decode((await changes("?cursor=nonsense")).content, type=ResetFrame)
    assert reset.reason
    assert (await changes("?wait=26")).status == 400
    assert (await changes("", headers={})).status == 401
