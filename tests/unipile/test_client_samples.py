"""Every captured and documented REST body, read by the client: see `test_payload_samples` for the folder."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from unipile.errors import DisconnectedAccount, Rejected, Unauthorised
from unipile.payloads.identity import own_identity_keys
from unipile.payloads.refusals import MissingField
from unipile.refusal_mapping import error_from_answer
from unipile.resources.account import parse_account
from unipile.resources.attendee import parse_attendee, parse_profile
from unipile.resources.chat import parse_chat
from unipile.resources.message import parse_message
from unipile.resources.sent import parse_chat_started, parse_message_sent, parse_sync_status
from unipile.resources.webhook import parse_webhook

pytestmark = pytest.mark.skipif(
    "LANDLINE_SAMPLES" not in os.environ, reason="LANDLINE_SAMPLES names no folder of captured bodies"
)

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def read_sample(name):
    return json.loads((Path(os.environ["LANDLINE_SAMPLES"]) / "rest" / f"{name}.json").read_text())


def only_item(name):
    (item,) = read_sample(name)["items"]
    return item


@pytest.mark.parametrize(
    ("stated", "aliases", "kind", "partner"),
    [
        ("001-ChatList", ["id", "provider"], "direct", "ACoAAFictRust0001"),
        ("009-ChatList", ["id", "provider"], "direct", "ACoAAFictSender0001"),
        ("024-ChatList", ["id", "lid", "phone"], "direct", "140871122334455@lid"),
        ("039-ChatList", ["id"], None, None),
    ],
)
def test_chats_in_lists(stated, aliases, kind, partner):
    chat = parse_chat(only_item(stated))
    assert ([alias for alias, _ in chat.aliases], chat.kind) == (aliases, kind)
    assert (chat.partner.provider_id if chat.partner else None) == partner
    assert chat.name is None


def test_a_chat_with_placeholders_for_values():
    chat = parse_chat(read_sample("038-Chat"))
    assert (chat.timestamp, chat.muted, chat.disabled_features) == (None, "forever", ("reactions", "reply"))
    assert parse_chat(read_sample("047-Chat")).provider_chat_id == "x@s.whatsapp.net"


def test_messages():
    inbound, outbound = parse_message(only_item("002-MessageList")), parse_message(read_sample("011-Message"))
    assert (inbound.is_sender, outbound.is_sender) == (False, True)
    assert inbound.timestamp is not None
    assert inbound.timestamp.moment == datetime(2026, 5, 19, 11, 41, 45, 871_000, tzinfo=UTC)
    assert outbound.sender is not None
    assert outbound.sender.provider_id == "ACoAAFictOwner0001"
    assert parse_message(only_item("005-MessageList")).id == "legacy1"
    (reaction,) = parse_message(only_item("042-MessageList")).reactions
    assert (reaction.value, reaction.is_sender) == ("👍", False)


def test_attendees():
    hidden, own = (parse_attendee(item) for item in read_sample("023-ChatAttendeeList")["items"])
    assert (hidden.person.name, hidden.person.phone, hidden.person.is_self) == (None, "919900000338", False)
    assert (own.person.phone, own.person.lid, own.person.is_self) == (
        "33639980135",
        "140871122334455@lid",
        True,
    )
    assert parse_attendee(read_sample("003-ChatAttendee")).person.is_self is None
    assert parse_attendee(read_sample("022-ChatAttendee")).person.phone == "27820000147"
    assert parse_attendee(only_item("040-ChatAttendeeList")).provider == "linkedin"


@pytest.mark.parametrize(
    ("name", "provider", "own_keys", "status"),
    [
        ("020-Account", "mail", ("id:owner@example.com",), "OK"),
        ("034-Account", "whatsapp", ("phone:15555550190",), "UNKNOWN"),
    ],
)
def test_accounts(name, provider, own_keys, status):
    account = parse_account(read_sample(name))
    assert (account.provider, account.status) == (provider, status)
    assert own_identity_keys(account.own, account.provider) == own_keys


def test_an_account_in_a_list():
    account = parse_account(only_item("013-AccountList"))
    assert own_identity_keys(account.own, account.provider) == ("id:ACoAAFictOwner0001",)


def test_profiles_webhooks_and_answers_to_writes():
    assert parse_profile(read_sample("012-UserProfile")).name == "Ines Okoro"
    webhook = parse_webhook(only_item("016-WebhookList"))
    assert (webhook.source, webhook.events) == ("messaging", ("message_received",))
    assert [name for name, _ in webhook.headers] == ["unipile-auth"]
    assert parse_chat_started(read_sample("025-ChatStarted")).message_id == "LDfkh-dYsr6Kddx1Jz4ptw"
    assert parse_message_sent(read_sample("028-MessageSent")) == "msg_12345"
    assert parse_message_sent(read_sample("029-MessageSent")) is None
    assert parse_message_sent(read_sample("033-MessageForwarded")) == "fwd_abc123xyz"
    with pytest.raises(MissingField):
        parse_message_sent(read_sample("032-ChatPatched"))
    assert parse_sync_status(read_sample("031-ChatHistorySync")) == "SYNC_RUNNING"


@pytest.mark.parametrize(
    ("name", "status", "outcome"),
    [
        ("053-Error401", 401, Unauthorised),
        ("055-Error401", 401, DisconnectedAccount),
        ("056-Error403", 403, Rejected),
        ("057-Error400", 400, Rejected),
        ("059-Error422", 422, Rejected),
    ],
)
def test_errors(name, status, outcome):
    body = json.dumps(read_sample(name)).encode()
    assert type(error_from_answer(status, {}, body, had_cursor=False, now=NOW)) is outcome
