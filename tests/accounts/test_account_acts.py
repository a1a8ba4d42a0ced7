"""What people want done with accounts that are there, from the page to upstream and back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from asgiref.sync import sync_to_async

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
    WebhookBody,
    WebhookDelivery,
)
from communications.schemas.deliveries import Delivery
from communications.schemas.identifiers import uuid7
from communications.tasks.erasing import accounts_erase
from tests.accounts.page import CODE, ID, QR, Accounts, checkpoint
from tests.inbox import channel_make, conversation_make, message_make, person_make
from tests.ingest.deliveries import delivery_of


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
