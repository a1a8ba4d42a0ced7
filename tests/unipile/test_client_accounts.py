"""Accounts and webhooks: what is asked for, and the typed answer."""

from datetime import timedelta, timezone

import msgspec
import pytest

from tests.unipile.upstream_objects import ACCOUNT, JUNE_2, WHY, collected, listing
from tests.unipile.upstream_server import API_KEY
from unipile.errors import Unknown
from unipile.resources.account import SourceStatus
from unipile.resources.webhook import WebhookSource, value_mark


async def test_accounts_and_the_own_identity(upstream, client, calls):
    upstream.answers["GET /accounts"] = listing("AccountList", ACCOUNT)
    (account,) = await collected(client.accounts.pages(reason="start"))
    assert (account.id, account.provider, account.name) == ("acc-wa", "whatsapp", "+420600000001")
    assert (account.own.phone, account.own.user_id) == ("420600000001", None)
    assert account.status is SourceStatus.CREDENTIALS
    (asked,) = upstream.asked
    assert asked.headers["X-API-KEY"] == API_KEY
    assert asked.query == {"limit": "250"}
    (call,) = calls
    assert (call.reason, call.method, call.route, call.status, call.outcome) == (
        "start",
        "GET",
        "/accounts",
        200,
        "ok",
    )
    assert call.duration_seconds > 0


@pytest.mark.parametrize(
    ("params", "user_id", "username"),
    [
        ({"im": {"id": "ACoAAOwn", "publicIdentifier": "ola", "username": "Ola"}}, "ACoAAOwn", "ola"),
        ({"im": {"user_id": 777, "username": "ola"}}, "777", "ola"),
        (
            {"mail": {"id": "ola@example.com", "username": "ola@example.com"}},
            "ola@example.com",
            "ola@example.com",
        ),
        ({}, None, None),
        (None, None, None),
    ],
)
async def test_own_identities_of_other_providers(upstream, client, params, user_id, username):
    told = {"id": "a", "type": "LINKEDIN", "connection_params": params}
    upstream.answers["GET /accounts"] = listing("AccountList", told)
    (account,) = await collected(client.accounts.pages(reason=WHY))
    assert (account.own.user_id, account.own.username) == (user_id, username)
    assert account.status is SourceStatus.UNKNOWN


async def test_restarting_and_deleting_an_account(upstream, client):
    upstream.answers["POST /accounts/a/restart"] = [
        {"object": "AccountRestarted"},
        {"object": "AccountFailedToRestart"},
    ]
    upstream.answers["DELETE /accounts/a"] = {"object": "AccountDeleted"}
    assert await client.accounts.restart("a", reason=WHY) is True
    assert await client.accounts.restart("a", reason=WHY) is False
    await client.accounts.delete("a", reason=WHY)
    assert [(asked.method, asked.path) for asked in upstream.asked][-1] == ("DELETE", "/api/v1/accounts/a")


async def test_a_link_to_connect_an_account(upstream, client):
    upstream.answers["POST /hosted/accounts/link"] = {
        "object": "HostedAuthURL",
        "url": "https://account.example/x",
    }
    link = await client.accounts.hosted_link(
        providers=["WHATSAPP"],
        expires_at=JUNE_2.astimezone(timezone(timedelta(hours=2))),
        notify_url="https://inbox.example/n?token=t",
        correlation="connect-1",
        reason=WHY,
    )
    assert link == "https://account.example/x"
    assert msgspec.json.decode(upstream.asked[0].body) == {
        "type": "create",
        "providers": ["WHATSAPP"],
        "api_url": upstream.dsn,
        "expiresOn": "2026-06-02T08:15:30.250Z",
        "name": "connect-1",
        "notify_url": "https://inbox.example/n?token=t",
    }


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "http://account.example/x", 5])
async def test_a_link_that_is_none_is_not_handed_on(upstream, client, url):
    upstream.answers["POST /hosted/accounts/link"] = {"object": "HostedAuthUrl", "url": url}
    with pytest.raises(Unknown):
        await client.accounts.hosted_link(
            providers="*", expires_at=JUNE_2, notify_url="https://n", correlation="c", reason=WHY
        )


async def test_webhooks(upstream, client):
    upstream.answers["GET /webhooks"] = listing(
        "WebhookList",
        {
            "object": "Webhook",
            "id": "w1",
            "name": "landline",
            "source": "messaging",
            "enabled": True,
            "request_url": "https://inbox.example/w",
            "account_ids": [{"id": "acc-wa", "type": "WHATSAPP"}],
            "events": ["message_received"],
            "headers": [{"key": "Unipile-Auth", "value": "secret-of-ours"}],
        },
    )
    upstream.answers["POST /webhooks"] = (201, {"object": "WebhookCreated", "webhook_id": "w2"})
    upstream.answers["DELETE /webhooks/w1"] = {"object": "WebhookDeleted"}
    (webhook,) = await collected(client.webhooks.pages(reason=WHY))
    assert (webhook.id, webhook.source, webhook.account_ids) == ("w1", "messaging", ("acc-wa",))
    assert webhook.headers == (("unipile-auth", value_mark("secret-of-ours")),)
    assert "secret-of-ours" not in repr(webhook)
    created = await client.webhooks.create(
        source=WebhookSource.MESSAGING,
        request_url="https://inbox.example/w",
        name="landline",
        events=["message_received", "message_read"],
        headers={"Unipile-Auth": "s"},
        reason=WHY,
    )
    assert created == "w2"
    assert msgspec.json.decode(upstream.asked[1].body) == {
        "request_url": "https://inbox.example/w",
        "source": "messaging",
        "name": "landline",
        "format": "json",
        "events": ["message_received", "message_read"],
        "headers": [
            {"key": "Content-Type", "value": "application/json"},
            {"key": "Unipile-Auth", "value": "s"},
        ],
    }
    await client.webhooks.delete("w1", reason=WHY)


@pytest.mark.parametrize("answered", ["AccountCreated", "AccountReconnected"])
async def test_an_account_is_connected_without_a_checkpoint(upstream, client, answered):
    upstream.answers["POST /accounts"] = (201, {"object": answered, "account_id": "acc-1"})
    connecting = await client.accounts.connect("WHATSAPP", reason=WHY)
    assert (connecting.account_id, connecting.checkpoint) == ("acc-1", None)


@pytest.mark.parametrize("status", [201, 202])
async def test_a_checkpoint_is_told_by_its_object_and_not_by_the_status(upstream, client, status):
    asked = {"object": "Checkpoint", "account_id": "acc-1", "checkpoint": {"type": "2FA", "source": "APP"}}
    upstream.answers["POST /accounts/checkpoint"] = (status, asked)
    connecting = await client.accounts.answer_checkpoint("acc-1", "LINKEDIN", "123456", reason=WHY)
    assert connecting.checkpoint.kind == "2FA"


async def test_an_answer_without_an_account_leaves_open_what_became_of_it(upstream, client):
    upstream.answers["POST /accounts"] = (201, {"object": "AccountCreated"})
    with pytest.raises(Unknown):
        await client.accounts.connect("WHATSAPP", reason=WHY)
