"""The OpenAPI document: complete, kept beside the frontend, and true of the answers the server gives."""

from __future__ import annotations

import asyncio
import json
import re
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
from communications.schemas.frames import ChangesFrame, ResetFrame
from landline.asgi import application
from tests.access.routes import Call, calls_of_the_api, whole
from tests.api.asgi import Answer, ask
from tests.api.full_inbox import FullInbox
from tests.database import ScratchDatabase
from tests.inbox import (
    client_of,
    message_make,
    minutes,
    person_make,
)

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
