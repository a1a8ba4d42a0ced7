"""Accounts are connected: by a code, by what is typed, by a link; each act once, and nothing typed is kept."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from structlog.testing import capture_logs

from communications.ingest.record import record
from communications.models import (
    AccountAct,
    ChannelAccess,
)
from communications.outbox.account_acts import account_acts_tidy
from communications.schemas.deliveries import Delivery
from communications.schemas.identifiers import uuid7
from tests.accounts.page import CODE, ID, QR, Accounts, checkpoint
from tests.inbox import person_make
from tests.ingest.deliveries import delivery_of


async def test_a_code_is_shown_to_who_asked_until_the_account_works(accounts: Accounts) -> None:
    accounts.upstream.answers["POST /accounts"] = checkpoint("QRCODE", qrcode=QR)
    act = await accounts.connect()
    assert (await accounts.shown(act))["state"] == "waiting"
    with capture_logs() as logs:
        assert await accounts.work() == 1
    asking = await accounts.shown(act)
    assert (asking["state"], asking["asks"], asking["qr_text"]) == ("asking", "QRCODE", QR)
    assert asking["expires_at"] is not None
    assert QR not in str(logs)
    other = await sync_to_async(person_make)(is_superuser=True)
    refused = await accounts.ask("GET", f"accounts/acts/{act}/", person=other)
    assert refused.status_code == 404

    await accounts.known("OK")
    done = await accounts.shown(act)
    assert (done["state"], done["qr_text"], done["asks"]) == ("done", None, None)
    assert (await accounts.ask("POST", f"accounts/acts/{act}/renew/")).status_code == 400
    await AccountAct.objects.aupdate(expires_at="2026-01-01T00:00:00Z")
    async with accounts.connections.connection() as connection:
        await account_acts_tidy(connection)
    settled = await accounts.shown(act)
    assert (settled["state"], settled["reason"]) == ("done", None)
    assert (await AccountAct.objects.aget(pk=act)).qr_text == ""
    mine = await ChannelAccess.objects.aget(user=accounts.person, channel__external_account_id=ID)
    assert mine.role == "owner"
    assert accounts.calls == [("POST /accounts", {"provider": "WHATSAPP"})]


async def test_an_expired_code_gives_way_to_a_new_one(accounts: Accounts) -> None:
    accounts.upstream.answers["POST /accounts"] = [
        checkpoint("QRCODE", qrcode=QR),
        checkpoint("QRCODE", qrcode="second"),
    ]
    act = await accounts.connect()
    await accounts.work()
    await AccountAct.objects.aupdate(expires_at="2026-01-01T00:00:00Z")
    expired = await accounts.shown(act)
    assert (expired["state"], expired["qr_text"]) == ("expired", None)
    async with accounts.connections.connection() as connection:
        assert not await account_acts_tidy(connection)
    assert (await AccountAct.objects.aget(pk=act)).qr_text == ""
    assert (await accounts.shown(act))["state"] == "expired"
    assert (await accounts.ask("POST", f"accounts/acts/{act}/renew/")).status_code == 200
    await accounts.work()
    assert (await accounts.shown(act))["qr_text"] == "second"


async def test_a_pairing_code_where_a_phone_is_given(accounts: Accounts) -> None:
    accounts.upstream.answers["POST /accounts"] = checkpoint("QRCODE", pairing_code="ABCD-1234")
    act = await accounts.connect(phone="+49 151 23456789")
    await accounts.work()
    assert (await accounts.shown(act))["pairing_code"] == "ABCD-1234"
    assert accounts.calls[0][1] == {"provider": "WHATSAPP", "pairing_phone_number": "4915123456789"}


async def test_what_is_typed_is_sent_once_and_kept_nowhere(accounts: Accounts) -> None:
    accounts.upstream.answers["POST /accounts"] = checkpoint("2FA", source="SMS")
    accounts.upstream.answers["POST /accounts/checkpoint"] = [
        (401, {"type": "errors/invalid_checkpoint_solution", "title": "No", "status": 401}),
    ]
    act = await accounts.connect(account_type="telegram")
    await accounts.work()
    answered = await accounts.ask("POST", f"accounts/acts/{act}/answer/", code=CODE)
    assert (answered.status_code, CODE in answered.content.decode()) == (200, False)
    with capture_logs() as logs:
        await accounts.work()
    assert accounts.calls[-1] == (
        "POST /accounts/checkpoint",
        {"provider": "TELEGRAM", "account_id": ID, "code": CODE},
    )
    failed = await accounts.shown(act)
    assert (failed["state"], failed["reason_code"]) == ("failed", "invalid_checkpoint_solution")
    assert "try again" in failed["reason"]
    assert CODE not in str(logs)
    assert (await AccountAct.objects.aget(pk=act)).answer == ""


@pytest.mark.parametrize(
    ("kind", "asks", "is_typed"),
    [
        ("2FA", "2FA", True),
        ("OTP", "OTP", True),
        ("PHONE_REGISTER", "PHONE_REGISTER", True),
        ("IN_APP_VALIDATION", "IN_APP_VALIDATION", True),
        ("CONTRACT_CHOOSER", "CONTRACT_CHOOSER", True),
        ("CAPTCHA", "CAPTCHA", False),
        ("RETINA_SCAN", "UNKNOWN", False),
        ("QRCODE", "QRCODE", False),
    ],
)
async def test_every_kind_of_checkpoint_is_named(
    accounts: Accounts, kind: str, asks: str, is_typed: bool
) -> None:
    accounts.upstream.answers["POST /accounts"] = checkpoint(kind, qrcode=QR)
    act = await accounts.connect()
    await accounts.work()
    assert (await accounts.shown(act))["asks"] == asks
    answered = await accounts.ask("POST", f"accounts/acts/{act}/answer/", code=CODE)
    assert answered.status_code == (200 if is_typed else 400)


async def test_other_providers_are_connected_by_a_link(accounts: Accounts, settings: Any) -> None:
    settings.LANDLINE_HOSTED_TOKEN = "canary-token"
    settings.LANDLINE_DELIVERIES_ORIGIN = "https://inbox.example"
    url = "https://account.unipile.com/canary"
    accounts.upstream.answers["POST /hosted/accounts/link"] = {"object": "HostedAuthURL", "url": url}
    refused = await accounts.ask(
        "POST", "accounts/", client_id=str(uuid7()), way="page", account_type="linkedin"
    )
    assert refused.status_code == 400
    act = await accounts.connect("link", "linkedin")
    await accounts.work()
    shown = await accounts.shown(act)
    assert (shown["state"], shown["asks"], shown["url"]) == ("asking", "LINK", url)
    ((_, asked),) = accounts.calls
    assert asked["providers"] == ["LINKEDIN"]
    assert asked["type"] == "create"
    assert asked["notify_url"] == "https://inbox.example/api/v1/webhooks/unipile/hosted/canary-token/"


@pytest.mark.parametrize(
    ("status", "kind", "code", "words"),
    [
        (425, "errors/auth_in_progress", "auth_in_progress", "five minutes"),
        (401, "errors/missing_credentials", "missing_credentials", "key"),
        (501, "errors/feature_not_implemented", "feature_not_implemented", "link"),
        (500, "errors/unexpected_error", "server_error", "look whether"),
    ],
)
async def test_a_refusal_says_what_to_do_and_nothing_is_repeated(
    accounts: Accounts, status: int, kind: str, code: str, words: str
) -> None:
    accounts.upstream.answers["POST /accounts"] = (status, {"type": kind, "title": "x", "status": status})
    act = await accounts.connect()
    await accounts.work()
    assert await accounts.work() == 0
    failed = await accounts.shown(act)
    assert (failed["state"], failed["reason_code"]) == ("failed", code)
    assert words in failed["reason"]
    assert len(accounts.calls) == 1


async def test_an_act_of_a_killed_worker_is_told_and_not_repeated(accounts: Accounts) -> None:
    act = await accounts.connect()
    await AccountAct.objects.aupdate(state="working", attempts=1, attempted_at="2026-01-01T00:00:00Z")
    async with accounts.connections.connection() as connection:
        assert not await account_acts_tidy(connection)
    assert await accounts.work() == 0
    assert (await accounts.shown(act))["reason_code"] == "interrupted"
    assert accounts.calls == []


async def test_the_same_key_connects_once(accounts: Accounts) -> None:
    asked: dict[str, Any] = {"client_id": str(uuid7()), "way": "page", "account_type": "whatsapp"}
    first = await accounts.ask("POST", "accounts/", **asked)
    again = await accounts.ask("POST", "accounts/", **asked)
    assert first.json()["id"] == again.json()["id"]
    other = await accounts.ask("POST", "accounts/", **{**asked, "account_type": "telegram"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")


def callback(status: str, name: str) -> Delivery:
    """What Unipile's page tells when somebody is done with it."""
    return delivery_of({"status": status, "account_id": ID, "name": name}, source="hosted")


async def linked(accounts: Accounts, settings: Any, **more: Any) -> AccountAct:
    settings.LANDLINE_HOSTED_TOKEN = "canary-token"
    url = "https://account.unipile.com/canary"
    accounts.upstream.answers["POST /hosted/accounts/link"] = {"object": "HostedAuthURL", "url": url}
    act = await accounts.connect("link", "instagram", **more)
    await accounts.work()
    return await AccountAct.objects.aget(pk=act)


async def test_a_link_is_done_once_its_own_callback_has_come(accounts: Accounts, settings: Any) -> None:
    """And the account belongs to whoever had asked for the link, though it was not known then."""
    act, other = await linked(accounts, settings), await linked(accounts, settings)
    await record(accounts.connections, [callback("CREATION_SUCCESS", "not one of ours")])
    assert (await accounts.shown(str(act.pk)))["state"] == "asking"
    told = [callback("CREATION_SUCCESS", str(act.client_id)), callback("CREATION_FAIL", str(other.client_id))]
    await record(accounts.connections, told)
    done = await accounts.shown(str(act.pk))
    assert (done["state"], done["url"]) == ("done", None)
    failed = await accounts.shown(str(other.pk))
    assert (failed["state"], failed["reason_code"]) == ("failed", "not_connected")
    await accounts.known("OK")
    mine = await ChannelAccess.objects.aget(user=accounts.person, channel__external_account_id=ID)
    assert mine.role == "owner"


async def test_a_sync_limit_goes_with_the_link_where_upstream_takes_one(
    accounts: Accounts, settings: Any
) -> None:
    await linked(accounts, settings, sync_limit={"chats": 20, "messages": 0})
    assert accounts.calls[-1][1]["sync_limit"] == {"MESSAGING": {"chats": 20, "messages": 0}}
    wanted: dict[str, Any] = {"client_id": str(uuid7()), "way": "link", "sync_limit": {"chats": 5}}
    refused = await accounts.ask("POST", "accounts/", account_type="whatsapp", **wanted)
    assert refused.status_code == 400


@pytest.mark.parametrize(
    ("answered", "reason_code"),
    [
        ({"object": "CheckpointResend", "account_id": ID, "success": True}, None),
        ({"object": "CheckpointResend", "account_id": ID, "success": False}, "not_resent"),
        ((400, {"type": "errors/invalid_parameters", "title": "No", "status": 400}), "invalid_parameters"),
    ],
)
async def test_a_code_is_asked_for_again_and_the_first_may_still_be_typed(
    accounts: Accounts, answered: Any, reason_code: str | None
) -> None:
    accounts.upstream.answers["POST /accounts"] = checkpoint("OTP")
    accounts.upstream.answers["POST /accounts/checkpoint/resend"] = answered
    accounts.upstream.answers["POST /accounts/checkpoint"] = {"object": "AccountCreated", "account_id": ID}
    act = await accounts.connect(account_type="telegram")
    await accounts.work()
    assert (await accounts.ask("POST", f"accounts/acts/{act}/resend/")).status_code == 200
    await accounts.work()
    assert accounts.calls[-1] == (
        "POST /accounts/checkpoint/resend",
        {"provider": "TELEGRAM", "account_id": ID},
    )
    asking = await accounts.shown(act)
    assert (asking["state"], asking["asks"], asking["reason_code"]) == ("asking", "OTP", reason_code)
    await accounts.ask("POST", f"accounts/acts/{act}/answer/", code=CODE)
    await accounts.work()
    assert (await accounts.shown(act))["state"] == "done"
    assert (await accounts.ask("POST", f"accounts/acts/{act}/resend/")).status_code == 400


async def test_a_proxy_goes_with_the_link_and_its_password_is_kept_nowhere(
    accounts: Accounts, settings: Any
) -> None:
    proxy = {"host": "proxy.example", "port": 8080, "password": CODE}
    act = await linked(accounts, settings, proxy=proxy)
    assert accounts.calls[-1][1]["proxy"] == {"protocol": "http", **proxy}
    assert CODE not in str(await AccountAct.objects.values().aget())
    shown = await accounts.shown(str(act.pk))
    assert (shown["state"], CODE in str(shown)) == ("asking", False)
    assert (await accounts.ask("POST", f"accounts/acts/{act.pk}/renew/")).status_code == 400
    wanted: dict[str, Any] = {"client_id": str(uuid7()), "way": "page", "proxy": proxy}
    refused = await accounts.ask("POST", "accounts/", account_type="whatsapp", **wanted)
    assert refused.status_code == 400
