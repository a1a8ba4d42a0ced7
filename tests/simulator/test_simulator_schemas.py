"""Every answer of the API validates against the vendor's specification.

The specification of August 2025 is older than what the service sends. Known differences, which the loosened
schemas here allow: WhatsApp's ``specifics`` of a person, accounts of any provider and fields of any name in
a listed webhook.
"""

from __future__ import annotations

import copy
import json
from functools import cache
from typing import Any

import aiohttp
import jsonschema
import pytest

from simulator import FaultKind, FaultOrder, Simulator, creation, fault_of
from simulator.connecting import CheckpointKind
from tests.simulator.caller import Caller
from tests.simulator.samples import FOLDER, needs_samples

pytestmark = needs_samples


@cache
def specification(name: str) -> Any:
    return json.loads((FOLDER / "openapi" / name).read_text(encoding="utf-8"))["paths"]


@cache
def validator_of(method: str, path: str, status: int) -> jsonschema.Draft202012Validator:
    """The schema of an answer, with OpenAPI 3.0's ``nullable`` said in JSON Schema."""
    for name in ("v1-messaging-2025-08.json", "v1-delta-2026.json"):
        operation = specification(name).get(path, {}).get(method.lower(), {})
        content = operation.get("responses", {}).get(str(status), {}).get("content", {})
        if "application/json" in content:
            schema = loosened(content["application/json"]["schema"])
            jsonschema.Draft202012Validator.check_schema(schema)
            return jsonschema.Draft202012Validator(schema)
    raise AssertionError(f"{method} {path} {status} is not specified")


def loosened(schema: Any) -> Any:
    if isinstance(schema, list):
        return [loosened(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: loosened(one) for key, one in schema.items()}
    if result.pop("nullable", False):
        result = {"anyOf": [result, {"type": "null"}]} if "type" in result else {"type": "null"}
    properties = result.get("properties", {})
    if "specifics" in properties:
        whatsapp = {
            "type": "object",
            "properties": {"provider": {"enum": ["WHATSAPP"]}, "phone_number": {"type": "string"}},
            "required": ["provider", "phone_number"],
        }
        properties["specifics"] = {"anyOf": [*copy.deepcopy(properties["specifics"]["anyOf"]), whatsapp]}
    if {"key", "name"} == set(properties):
        properties["key"] = {"type": "string"}
    if "account_ids" in properties:
        properties["account_ids"]["items"]["properties"]["type"] = {"type": "string"}
    return result


def template_of(endpoint: str) -> tuple[str, str]:
    """The specification's own name of a path that the simulator calls otherwise."""
    method, path = endpoint.split(" ", 1)
    names = {
        "/chat_attendees/{id}/chats": "/chat_attendees/{attendee_id}/chats",
        "/chat_attendees/{id}/messages": "/chat_attendees/{sender_id}/messages",
    }
    return method, f"/api/v1{names.get(path, path)}"


class Checked:
    """A caller that validates each answer under the endpoint the simulator recorded for it."""

    def __init__(self, sim: Simulator, api: Caller) -> None:
        self._sim, self._api = sim, api
        self.endpoints: set[str] = set()

    async def __call__(self, method: str, path: str, **options: Any) -> Any:
        answer = await self._api.call(method, path, **options)
        call = list(self._sim.calls)[-1]
        method, template = template_of(call.endpoint)
        validator_of(method, template, answer.status).validate(answer.document)
        self.endpoints.add(call.endpoint)
        return answer.document


@pytest.fixture
async def checked(demo: Simulator, demo_api: Caller) -> Checked:
    return Checked(demo, demo_api)


async def test_every_read_of_the_demo(checked: Checked, demo: Simulator) -> None:
    demo.webhook("https://hooks.example.test/hook", "s", account_ids=list(demo.world.accounts))
    demo.webhook("https://hooks.example.test/hook", "s", source="account_status")
    for path in ("/accounts", "/chats", "/messages", "/chat_attendees", "/webhooks"):
        await checked("GET", path, params={"limit": 250})
    for account in demo.world.accounts.values():
        await checked("GET", f"/accounts/{account.id}")
    one_of_each = {(one.account.id, one.kind): one for one in demo.world.chats.values()}
    for chat in one_of_each.values():
        await checked("GET", f"/chats/{chat.id}")
        await checked("GET", f"/chats/{chat.id}/messages")
        await checked("GET", f"/chats/{chat.id}/attendees")
        for member in chat.members[:2]:
            await checked("GET", f"/chat_attendees/{member.id}")
            await checked("GET", f"/chat_attendees/{member.id}/chats")
            await checked("GET", f"/chat_attendees/{member.id}/messages")
            user = await checked(
                "GET", f"/users/{member.provider_id}", params={"account_id": chat.account.id}
            )
            assert user["provider"] == chat.account.type
        for message in demo.world.chat_messages(chat):
            await checked("GET", f"/messages/{message.id}")
    for account in demo.world.accounts.values():
        if account.type in {"LINKEDIN", "TELEGRAM"}:
            me = await checked("GET", "/users/me", params={"account_id": account.id})
            assert me["provider"] == account.type
    await checked("GET", f"/chats/{chat.id}/sync")
    assert len(checked.endpoints) == 16


async def test_every_kind_of_message(checked: Checked, demo: Simulator) -> None:
    chat = next(one for one in demo.world.chats.values() if one.is_group)
    world = demo.world
    message = demo.customer_writes(
        chat, "a", attachments=[creation.photo(world, 1), creation.voice_note(world, 2)]
    )
    demo.customer_writes(chat, attachments=[creation.document(world, "a.pdf"), creation.gone_video(world)])
    demo.customer_writes(chat, attachments=[creation.sticker(world)], quoting=message, forwarded=True)
    demo.customer_reacts(message, "👍")
    demo.customer_edits(message, "b")
    demo.customer_reads(demo.phone_writes(chat, "c"))
    demo.customer_deletes(demo.customer_writes(chat, "d"))
    demo.events.member_add(chat, demo.contact(chat.account, "Neu", phone_number="+4915228895499"))
    page = await checked("GET", f"/chats/{chat.id}/messages")
    newest = page["items"][:7]
    assert {key for one in newest for key in ("quoted", "event_type", "is_forwarded") if key in one} == {
        "quoted",
        "event_type",
        "is_forwarded",
    }
    assert any(one["deleted"] for one in newest)
    assert any(one["seen_by"] for one in newest)


async def test_every_write(checked: Checked, demo: Simulator) -> None:
    chat = next(one for one in demo.world.chats.values() if one.is_group)
    account = chat.account
    await checked("POST", "/webhooks", json={"request_url": "https://x.test/", "source": "messaging"})
    webhook = next(iter(demo.world.webhooks))
    await checked("DELETE", f"/webhooks/{webhook}")
    sent = await checked("POST", f"/chats/{chat.id}/messages", data={"text": "hi"})
    own = sent["message_id"]
    await checked("POST", f"/messages/{own}/forward", json={"chat_id": chat.id})
    await checked("POST", f"/messages/{own}/reaction", json={"reaction": "👍"})
    await checked("PATCH", f"/messages/{own}", json={"text": "ho"})
    await checked("DELETE", f"/messages/{own}")
    await checked("POST", "/chats", json={"account_id": account.id, "attendees_ids": ["33639980199"]})
    for action, value in (
        ("setReadStatus", True),
        ("setMuteStatus", True),
        ("setArchiveStatus", True),
        ("setPinnedStatus", True),
        ("addParticipant", "33639980198@s.whatsapp.net"),
    ):
        await checked("PATCH", f"/chats/{chat.id}", json={"action": action, "value": value})
    await checked(
        "POST",
        "/hosted/accounts/link",
        json={
            "type": "create",
            "providers": ["WHATSAPP"],
            "api_url": demo.url,
            "expiresOn": "2026-12-31T23:59:59.000Z",
        },
    )
    await checked("DELETE", f"/chats/{chat.id}")
    await checked("POST", f"/accounts/{account.id}/restart")
    await checked("DELETE", f"/accounts/{account.id}")
    assert len(checked.endpoints) == 13


async def test_every_answer_about_connecting(checked: Checked, demo: Simulator) -> None:
    await checked("POST", "/accounts", json={"provider": "WHATSAPP"})
    await checked("POST", "/accounts", json={"provider": "WHATSAPP", "pairing_phone_number": "351910000222"})
    linkedin = {"provider": "LINKEDIN", "username": "ana", "password": "x"}
    await checked("POST", "/accounts", json=linkedin)
    await checked("POST", "/accounts", json={**linkedin, "password": "wrong"})
    await checked("POST", "/accounts", json={"provider": "MAIL"})
    for kind in list(CheckpointKind)[1:]:
        demo.connecting.wanted["LINKEDIN"] = [kind]
        pending = await checked("POST", "/accounts", json=linkedin)
    solution = {"provider": "LINKEDIN", "account_id": pending["account_id"], "code": "contract-1"}
    await checked("POST", "/accounts/checkpoint/resend", json=solution)
    await checked("POST", "/accounts/checkpoint", json={**solution, "code": "000000"})
    created = await checked("POST", "/accounts/checkpoint", json=solution)
    demo.connecting.wanted["LINKEDIN"] = []
    await checked("POST", f"/accounts/{created['account_id']}", json=linkedin)
    await checked("GET", f"/accounts/{created['account_id']}/sync")
    await checked("GET", f"/accounts/{created['account_id']}")
    await checked("POST", "/accounts/nothing", json=linkedin)
    assert len(checked.endpoints) == 6


async def test_every_error(checked: Checked, demo: Simulator) -> None:
    account = next(iter(demo.world.accounts.values()))
    chat = next(one for one in demo.world.chats.values() if one.account is account and not one.is_group)
    nobody = {"account_id": account.id, "attendees_ids": ["not-a-number"], "text": "x"}
    await checked("GET", "/chats", headers={"X-API-KEY": ""})
    await checked("GET", "/chats/nothing")
    await checked("GET", "/chat_attendees/nothing")
    await checked("GET", "/accounts/nothing")
    await checked("POST", "/chats", json={})
    await checked("POST", "/chats", json=nobody)
    await checked("POST", f"/chats/{chat.id}/messages", data={"text": ""})
    await checked("POST", f"/chats/{chat.id}/messages", data={"text": "x", "account_id": "other"})
    await checked("GET", "/users/not-a-number", params={"account_id": account.id})
    form = aiohttp.FormData()
    form.add_field("voice_message", b"%PDF", filename="a.pdf", content_type="application/pdf")
    await checked("POST", f"/chats/{chat.id}/messages", data=form)
    own = (await checked("POST", f"/chats/{chat.id}/messages", data={"text": "x"}))["message_id"]
    demo.account_disconnects(account)
    await checked("POST", f"/chats/{chat.id}/messages", data={"text": "x"})
    await checked("GET", f"/chats/{chat.id}/sync")
    await checked("POST", f"/messages/{own}/forward", json={"chat_id": chat.id})


@pytest.mark.parametrize("status", [401, 403, 404, 415, 422, 429, 500, 503, 504])
async def test_every_refusal_of_a_send_that_is_specified(
    checked: Checked, demo: Simulator, status: int
) -> None:
    """Each type that the specification lists under a status can be had on demand, in the form it lists."""
    chat = next(iter(demo.world.chats.values()))
    operation = specification("v1-messaging-2025-08.json")["/api/v1/chats/{chat_id}/messages"]["post"]
    schema = operation["responses"][str(status)]["content"]["application/json"]["schema"]
    words = types_of(schema)
    assert words
    for word in words:
        demo.faults.add(fault_of(FaultOrder(kind=FaultKind.REFUSED, type=word, status=status)))
        refused = await checked("POST", f"/chats/{chat.id}/messages", data={"text": "x"})
        assert (refused["type"], refused["status"]) == (word, status)


def types_of(schema: Any) -> set[str]:
    """Every `errors/…` that a schema names."""
    if isinstance(schema, dict):
        schema = list(schema.values())
    if isinstance(schema, list):
        return {word for one in schema for word in types_of(one)}
    return {schema} if isinstance(schema, str) and schema.startswith("errors/") else set()


def test_the_loosening_keeps_what_is_required() -> None:
    validator = validator_of("GET", "/api/v1/chats", 200)
    good = {"object": "ChatList", "items": [], "cursor": None}
    validator.validate(good)
    for broken in ({**good, "object": "Chats"}, {"object": "ChatList", "items": []}, {**good, "items": [{}]}):
        with pytest.raises(jsonschema.ValidationError):
            validator.validate(broken)
