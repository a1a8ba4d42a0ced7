"""What people want done with accounts, from the page to upstream and back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from structlog.testing import capture_logs

from communications.ingest.channels import channel_upsert
from communications.ingest.erase_account import account_erase, account_erasure_begin
from communications.ingest.record import record
from communications.ingest.restored import erased_again
from communications.models import (
    AccountAct,
    AuditEntry,
    Channel,
    ChannelAccess,
    ChatAttendee,
    Conversation,
    Erasure,
    Message,
    User,
    WebhookBody,
    WebhookDelivery,
)
from communications.outbox.account_acts import account_acts_tidy
from communications.schemas.deliveries import Delivery
from communications.schemas.identifiers import uuid7
from communications.tasks.account_acts import account_acts_work
from communications.tasks.accounts import account_fact
from communications.tasks.erasing import accounts_erase
from tests.inbox import channel_make, client_of, conversation_make, message_make, person_make
from tests.ingest.deliveries import delivery_of
from tests.unipile.upstream_objects import ACCOUNT
from tests.unipile.upstream_server import API_KEY, UpstreamServer, upstream_server
from unipile.client import connect_client
from unipile.resources.account import parse_account
from unipile.transport import Deadlines

API = "/api/v1/communications/"
QR = "2@canary-qr-text,of,a,live,session"
CODE = "canary-code-918273"
ID = ACCOUNT["id"]


def checkpoint(kind: str, **more: str) -> tuple[int, dict[str, Any]]:
    return 202, {"object": "Checkpoint", "account_id": ID, "checkpoint": {"type": kind, **more}}


class Accounts:
    """Somebody at the page, the worker's part, and an upstream that is told what to answer."""

    def __init__(self, upstream: UpstreamServer, client: Any, connections: Any) -> None:
        self.upstream, self._client, self.connections = upstream, client, connections
        self.person: User

    async def ask(self, method: str, path: str, *, person: User | None = None, **body: Any) -> Any:
        browser = await sync_to_async(client_of)(person or self.person)
        return await sync_to_async(browser.generic)(
            method, f"{API}{path}", json.dumps(body), content_type="application/json"
        )

    async def connect(self, way: str = "page", account_type: str = "whatsapp", **more: Any) -> str:
        asked: dict[str, Any] = {"client_id": str(uuid7()), "way": way, "account_type": account_type, **more}
        made = await self.ask("POST", "accounts/", **asked)
        assert made.status_code == 201, made.content
        return str(made.json()["id"])

    async def act_on(self, channel: Channel, act: str, **more: Any) -> Any:
        return await self.ask("POST", f"channels/{channel.pk}/acts/", client_id=str(uuid7()), act=act, **more)

    async def work(self) -> int:
        return await account_acts_work(self._client, self.connections)

    async def shown(self, act_id: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.ask("GET", f"accounts/acts/{act_id}/")).json()
        return found

    async def known(self, status: str) -> None:
        """Upstream's list of accounts shows it."""
        listed = {**ACCOUNT, "sources": [{"id": "messaging", "status": status}]}
        async with self.connections.connection() as connection:
            await channel_upsert(connection, account_fact(parse_account(listed)))

    @property
    def calls(self) -> list[tuple[str, Any]]:
        return [
            (f"{one.method} {one.path.removeprefix('/api/v1')}", json.loads(one.body) if one.body else None)
            for one in self.upstream.asked
        ]


@asynccontextmanager
async def accounts_open(connections: Any) -> AsyncIterator[Accounts]:
    patience = Deadlines(connect=5, answer=30, download=30, silence=30)
    async with (
        upstream_server() as upstream,
        connect_client(upstream.dsn, API_KEY, deadlines=patience) as client,
    ):
        accounts = Accounts(upstream, client, connections)
        accounts.person = await sync_to_async(person_make)()
        await sync_to_async(channel_make)(accounts.person, role="owner")
        yield accounts


@pytest.fixture
async def accounts(connections: Any) -> AsyncIterator[Accounts]:
    async with accounts_open(connections) as opened:
        yield opened


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


async def test_a_lost_session_is_connected_again_under_its_own_id(accounts: Accounts) -> None:
    await accounts.known("CREDENTIALS")
    channel = await Channel.objects.aget(external_account_id=ID)
    await ChannelAccess.objects.acreate(user=accounts.person, channel=channel, role="admin")
    accounts.upstream.answers[f"POST /accounts/{ID}"] = checkpoint("QRCODE", qrcode=QR)
    made = await accounts.act_on(channel, "reconnect")
    assert made.status_code == 201, made.content
    act = made.json()["id"]
    await accounts.work()
    assert (await accounts.shown(act))["state"] == "asking"
    await accounts.known("OK")
    assert (await accounts.shown(act))["state"] == "done"


@pytest.mark.parametrize("restarted", [True, False])
async def test_a_restart_says_whether_it_worked(accounts: Accounts, restarted: bool) -> None:
    channel = await Channel.objects.afirst()
    assert channel is not None
    told = {"object": "AccountRestarted" if restarted else "AccountFailedToRestart"}
    accounts.upstream.answers[f"POST /accounts/{channel.external_account_id}/restart"] = told
    act = (await accounts.act_on(channel, "restart")).json()["id"]
    await accounts.work()
    shown = await accounts.shown(act)
    assert (shown["state"], shown["reason_code"]) == (
        ("done", None) if restarted else ("failed", "did_not_restart")
    )


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


@pytest.mark.parametrize("is_gone_already", [False, True])
async def test_f8_a_removed_account_is_a_fact_of_the_ledger_and_its_data_stays(
    accounts: Accounts, is_gone_already: bool
) -> None:
    channel = await Channel.objects.afirst()
    assert channel is not None
    if not is_gone_already:
        path = f"DELETE /accounts/{channel.external_account_id}"
        accounts.upstream.answers[path] = {"object": "AccountDeleted"}
    assert (await accounts.act_on(channel, "remove")).status_code == 400
    made = await accounts.act_on(channel, "remove", confirmation="remove")
    await accounts.work()
    assert (await accounts.shown(made.json()["id"]))["state"] == "done"
    await channel.arefresh_from_db()
    assert channel.status == "deleted"
    body = await WebhookBody.objects.aget()
    assert b"api_account_removed" in bytes(body.raw)
    noted = await AuditEntry.objects.aget(action="account_act")
    assert (noted.channel_id, noted.result) == (channel.pk, "remove")


async def test_who_may_do_what(accounts: Accounts) -> None:
    channel = await Channel.objects.afirst()
    assert channel is not None
    people = {}
    for role in ("admin", "member"):
        people[role] = await sync_to_async(person_make)()
        await ChannelAccess.objects.acreate(user=people[role], channel=channel, role=role)
    answered = {}
    for role, person in people.items():
        for act in ("restart", "remove"):
            asked: dict[str, Any] = {"client_id": str(uuid7()), "act": act, "confirmation": "remove"}
            made = await accounts.ask("POST", f"channels/{channel.pk}/acts/", person=person, **asked)
            answered[role, act] = made.status_code
        wanted: dict[str, Any] = {"client_id": str(uuid7()), "way": "page", "account_type": "whatsapp"}
        answered[role, "connect"] = (
            await accounts.ask("POST", "accounts/", person=person, **wanted)
        ).status_code
    assert answered == {
        ("admin", "restart"): 201,
        ("admin", "remove"): 403,
        ("admin", "connect"): 403,
        ("member", "restart"): 403,
        ("member", "remove"): 403,
        ("member", "connect"): 403,
    }


async def test_who_is_no_owner_any_more_sees_no_code(accounts: Accounts) -> None:
    accounts.upstream.answers["POST /accounts"] = checkpoint("QRCODE", qrcode=QR)
    act = await accounts.connect()
    await accounts.work()
    await ChannelAccess.objects.filter(user=accounts.person).adelete()
    assert (await accounts.ask("GET", f"accounts/acts/{act}/")).status_code == 404


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


async def test_a_proxy_is_set_and_its_password_is_kept_nowhere(accounts: Accounts) -> None:
    channel = await Channel.objects.afirst()
    assert channel is not None
    path = f"PATCH /accounts/{channel.external_account_id}"
    accounts.upstream.answers[path] = {"object": "AccountUpdated"}
    proxy = {"host": "proxy.example", "port": 8080, "username": "me", "password": CODE}
    made = await accounts.act_on(channel, "proxy", proxy=proxy)
    assert (made.status_code, CODE in made.content.decode()) == (201, False)
    await accounts.work()
    assert accounts.calls[-1] == (path, {"proxy": {"protocol": "http", **proxy}})
    assert CODE not in str(await AccountAct.objects.values().aget())
    await accounts.act_on(channel, "proxy", proxy=None)
    await accounts.work()
    assert accounts.calls[-1] == (path, {"proxy": None})


@pytest.mark.parametrize("is_removed_already", [False, True])
async def test_f8_a_removed_account_is_erased_where_its_owner_says_so(
    accounts: Accounts, is_removed_already: bool
) -> None:
    """With everything that is stored of it, and what still comes of it is not kept."""
    channel = await Channel.objects.afirst()
    assert channel is not None
    kept = await sync_to_async(channel_make)(accounts.person)
    for one in (channel, kept):
        await record(accounts.connections, [received(one, "a secret of theirs")])
    held = [Message, Conversation, ChatAttendee, WebhookBody]
    assert [await model.objects.acount() for model in held] == [2, 2, 2, 2]
    if is_removed_already:
        await accounts.act_on(channel, "remove", confirmation="remove")
        await accounts.work()
    else:
        path = f"DELETE /accounts/{channel.external_account_id}"
        accounts.upstream.answers[path] = {"object": "AccountDeleted"}
    refused = await accounts.act_on(channel, "remove", confirmation="remove", erases=True)
    assert refused.status_code == 400
    made = await accounts.act_on(channel, "remove", confirmation="erase", erases=True)
    await accounts.work()
    assert (await accounts.shown(made.json()["id"]))["state"] == "done"
    await accounts_erase()
    assert [await model.objects.acount() for model in held] == [1, 1, 1, 1]
    assert not await Channel.objects.filter(pk=channel.pk).aexists()
    erasure = await Erasure.objects.aget()
    assert (erasure.kind, erasure.messages, erasure.erased_by) == ("account", 1, accounts.person.username)
    assert erasure.ended_at is not None
    assert await AuditEntry.objects.filter(action="account_act", result="remove, and erase").acount() == 1

    await record(accounts.connections, [received(channel, "a late secret"), received(kept, "another")])
    late = await WebhookDelivery.objects.filter(external_account_id=channel.external_account_id).alatest("id")
    assert (late.outcome, late.reason) == ("ignored", "erased")
    assert not await WebhookBody.objects.filter(delivery=late).aexists()
    assert [await model.objects.acount() for model in held] == [2, 2, 2, 2]


async def test_an_erased_account_is_erased_again_after_a_restore(accounts: Accounts) -> None:
    """Whatever a backup from before still holds of it; of others nothing."""
    before = dt.datetime.now(dt.UTC)

    def erase_and_restore() -> tuple[int, list[int]]:
        gone, kept = channel_make(), channel_make()
        account_erase(account_erasure_begin(gone, erased_by="an owner"))
        restored = Channel.objects.create(
            provider="whatsapp", external_account_id=gone.external_account_id, own_identities=[]
        )
        for channel in (restored, kept):
            message_make(conversation_make(channel))
        erased = erased_again(before)
        return erased, list(
            Channel.objects.filter(pk__in=(restored.pk, kept.pk)).values_list("pk", flat=True)
        )

    erased, left = await sync_to_async(erase_and_restore)()
    assert (erased, len(left)) == (1, 1)
    assert await Message.objects.filter(channel__in=left).acount() == 1


def received(channel: Channel, text: str) -> Delivery:
    key = str(uuid7())
    person = {"attendee_id": f"a{key}", "attendee_provider_id": f"{key}@lid", "attendee_name": "Ana"}
    return delivery_of(
        {
            "event": "message_received",
            "account_id": channel.external_account_id,
            "account_type": "WHATSAPP",
            "account_info": {"type": "WHATSAPP", "phone_number": "+351910000111"},
            "chat_id": f"c{key}",
            "provider_chat_id": f"{key}@lid",
            "message_id": f"m{key}",
            "provider_message_id": f"p{key}",
            "message": text,
            "sender": person,
            "attendees": [person],
            "attachments": [],
            "is_sender": False,
            "is_group": False,
            "timestamp": "2026-06-02T12:00:00.000Z",
        }
    )
