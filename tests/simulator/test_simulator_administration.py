"""Keys, webhooks, hosted links and accounts: what is asked of the service beside messages."""

from __future__ import annotations

from typing import Any

import pytest

from simulator import Simulator
from tests.simulator.caller import Caller

INVALID, MISSING = (400, "errors/invalid_parameters"), (400, "errors/missing_parameters")
NOT_FOUND = (404, "errors/resource_not_found")


@pytest.mark.parametrize("key", ["", "wrong", "simulator-key ", "SIMULATOR-KEY", "ключ"])
async def test_only_the_key_opens(api: Caller, key: str) -> None:
    for method, path in (
        ("GET", "/accounts"),
        ("POST", "/chats"),
        ("DELETE", "/webhooks/x"),
        ("GET", "/unknown"),
    ):
        answer = await api.call(method, path, headers={"X-API-KEY": key})
        assert answer.status == 401
        assert answer.document == {
            "status": 401,
            "type": "errors/missing_credentials",
            "title": "Missing credentials",
        }


async def test_what_does_not_exist(sim: Simulator, api: Caller) -> None:
    for method, path in (
        ("GET", "/unknown"),
        ("PUT", "/chats"),
        ("POST", "/webhooks/x/test"),
        ("GET", "/webhooks/x"),
        ("GET", "/accounts/x"),
        ("DELETE", "/accounts/x"),
        ("DELETE", "/webhooks/x"),
        ("GET", "/chats/x/messages"),
        ("GET", "/messages/x"),
        ("GET", "/messages/x/attachments/y"),
        ("GET", "/chat_attendees/x/picture"),
    ):
        assert await api.refused(method, path) == NOT_FOUND


async def test_a_webhook_is_registered_listed_and_removed(sim: Simulator, api: Caller) -> None:
    account = sim.account()
    body = {
        "request_url": "https://inbox.example.test/hook?x=1",
        "source": "messaging",
        "name": "inbox",
        "account_ids": [account.id],
        "headers": [
            {"key": "Unipile-Auth", "value": "s"},
            {"key": "Content-Type", "value": "application/json"},
        ],
        "events": ["message_received", "message_edited"],
    }
    created = await api.call("POST", "/webhooks", json=body)
    assert created.status == 201
    (listed,) = (await api.get("/webhooks"))["items"]
    for name in ("request_url", "source", "name", "headers", "events"):
        assert listed[name] == body[name]
    assert listed["id"] == created.document["webhook_id"]
    assert listed["account_ids"] == [{"id": account.id, "name": account.name, "type": "WHATSAPP"}]
    assert (listed["enabled"], listed["format"], listed["type"]) == (True, "json", "AUTO")
    await api.call("DELETE", f"/webhooks/{listed['id']}")
    assert (await api.get("/webhooks"))["items"] == []


@pytest.mark.parametrize(
    ("source", "events"),
    [
        ("messaging", ["message_received"]),
        (
            "account_status",
            [
                "creation_success",
                "creation_fail",
                "deleted",
                "reconnected",
                "sync_success",
                "error",
                "credentials",
                "permissions",
            ],
        ),
        ("users", ["new_relation"]),
        ("email", ["mail_received"]),
        ("email_tracking", ["mail_opened"]),
    ],
)
async def test_events_that_are_not_named(sim: Simulator, api: Caller, source: str, events: list[str]) -> None:
    await api.call("POST", "/webhooks", json={"request_url": "https://x.test/", "source": source})
    (listed,) = (await api.get("/webhooks"))["items"]
    assert listed["events"] == events


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, MISSING),
        ({"request_url": "https://x.test/"}, MISSING),
        ({"request_url": "https://x.test/", "source": "smoke"}, INVALID),
        ({"request_url": "ftp://x.test/", "source": "messaging"}, INVALID),
        ({"request_url": 5, "source": "messaging"}, INVALID),
        ({"request_url": "https://x.test/", "source": "messaging", "events": ["message_sent"]}, INVALID),
        ({"request_url": "https://x.test/", "source": "messaging", "events": "message_received"}, INVALID),
        ({"request_url": "https://x.test/", "source": "messaging", "headers": [{"key": "a"}]}, INVALID),
        ([], (400, "errors/malformed_request")),
    ],
)
async def test_a_webhook_that_cannot_be(
    sim: Simulator, api: Caller, body: Any, refusal: tuple[int, str]
) -> None:
    assert await api.refused("POST", "/webhooks", json=body) == refusal
    assert sim.world.webhooks == {}


async def test_hosted_links(sim: Simulator, api: Caller) -> None:
    account = sim.account()
    create = {
        "type": "create",
        "providers": "*:MESSAGING",
        "api_url": sim.url,
        "expiresOn": "2026-12-31T23:59:59.000Z",
    }
    reconnect = {**create, "type": "reconnect", "reconnect_account": account.id}
    urls = set()
    for body in (create, {**create, "providers": ["WHATSAPP", "LINKEDIN"]}, reconnect):
        answer = await api.call("POST", "/hosted/accounts/link", json=body)
        assert (answer.status, answer.document["object"]) == (200, "HostedAuthUrl")
        urls.add(answer.document["url"])
    assert len(urls) == 3
    for wrong in (
        {"expiresOn": "2026-12-31T23:59:59Z"},
        {"providers": ["FAX"]},
        {"providers": []},
        {"type": "destroy"},
    ):
        assert await api.refused("POST", "/hosted/accounts/link", json={**create, **wrong}) == INVALID
    nobody = {**reconnect, "reconnect_account": "x"}
    assert await api.refused("POST", "/hosted/accounts/link", json=nobody) == NOT_FOUND


async def test_accounts_of_each_provider(demo: Simulator, demo_api: Caller) -> None:
    accounts = {one["type"]: one for one in (await demo_api.get("/accounts"))["items"]}
    assert accounts["WHATSAPP"]["connection_params"] == {"im": {"phone_number": "+351910000111"}}
    own = {one.account.type: one.provider_id for one in demo.world.attendees.values() if one.is_self}
    assert accounts["LINKEDIN"]["connection_params"]["im"]["id"] == own["LINKEDIN"]
    assert accounts["INSTAGRAM"]["connection_params"]["im"] == {
        "id": own["INSTAGRAM"],
        "username": "casa.lume",
    }
    me = await demo_api.get("/users/me", account_id=accounts["LINKEDIN"]["id"])
    assert (me["provider_id"], me["first_name"], me["last_name"]) == (own["LINKEDIN"], "Inês", "Leitão")
    assert await demo_api.refused("GET", "/users/me") == MISSING
