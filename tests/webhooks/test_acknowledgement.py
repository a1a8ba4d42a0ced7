"""What a sender hears: exactly 200 once its bytes are committed."""

from __future__ import annotations

import hashlib
import json
import time

import pytest

from tests.ingest.deliveries import channel_make, rows
from tests.webhooks.bodies import ACCOUNT, whatsapp_message
from tests.webhooks.wire import Wire, patience, request_head


@pytest.mark.alone
async def test_a1_a_delivery_is_in_the_ledger_and_on_record_when_it_is_answered(connections, caller):
    await channel_make(connections, ACCOUNT)
    raw = json.dumps(whatsapp_message(), ensure_ascii=False, indent=1).encode()
    started = time.monotonic()
    answer = await caller.post(raw)
    assert time.monotonic() - started < patience(3)
    assert (answer.status, answer.body) == (200, b"{}")
    [(outcome, digest, stored, conversation, message)] = await rows(
        connections,
        "SELECT outcome, sha256, body.raw, conversation_id, message_id FROM communications_webhookdelivery AS delivery "
        "JOIN communications_webhookbody AS body ON body.delivery_id = delivery.id WHERE delivery.id = %s",
        answer.delivery_id,
    )
    assert (outcome, digest, stored) == ("applied", hashlib.sha256(raw).digest(), raw)
    [(text, unread, last)] = await rows(
        connections,
        "SELECT text, unread_count, last_message_id FROM communications_message AS message "
        "JOIN communications_conversation AS conversation ON conversation.id = conversation_id "
        "WHERE message.id = %s AND conversation.id = %s AND message.version > '0' AND conversation.version > '0'",
        message,
        conversation,
    )
    assert (text, unread, last) == ("Is the blue one still there?", 1, message)


async def test_a2_the_same_delivery_twice_is_two_deliveries_and_one_message(connections, caller):
    await channel_make(connections, ACCOUNT)
    first = await caller.post(whatsapp_message())
    version_before = await rows(
        connections, "SELECT id, version, unread_count FROM communications_conversation"
    )
    second = await caller.post(whatsapp_message())
    assert (first.status, second.status) == (200, 200)
    assert await rows(connections, "SELECT id, outcome FROM communications_webhookdelivery ORDER BY id") == [
        (first.delivery_id, "applied"),
        (second.delivery_id, "duplicate"),
    ]
    assert await rows(connections, "SELECT count(*) FROM communications_message") == [(1,)]
    # Nothing a reader sees has changed, so no reader hears of it.
    assert (
        await rows(connections, "SELECT id, version, unread_count FROM communications_conversation")
        == version_before
    )


@pytest.mark.parametrize("path", ["/api/v1/webhooks/unipile/", "/api/v1/webhooks/unipile"])
@pytest.mark.parametrize(
    "content_type",
    [None, "application/x-www-form-urlencoded", "multipart/form-data", "text/plain; charset=utf-16"],
)
async def test_a22_the_content_type_is_not_believed(server, connections, webhook_secret, path, content_type):
    await channel_make(connections, ACCOUNT)
    raw = json.dumps(whatsapp_message()).encode()
    head = request_head("POST", {"content-length": str(len(raw))}, secret=webhook_secret, path=path)
    said = b"" if content_type is None else f"content-type: {content_type}\r\n".encode()
    head = head.replace(b"content-type: application/x-www-form-urlencoded\r\n", said)
    async with Wire(server.port) as wire:
        await wire.send(head + raw)
        assert (await wire.answer()).status == 200
    assert await rows(connections, "SELECT outcome FROM communications_webhookdelivery") == [("applied",)]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_a23_only_post_is_taken(server, connections, webhook_secret, method):
    async with Wire(server.port) as wire:
        await wire.send(request_head(method, {"content-length": "0"}, secret=webhook_secret))
        if method == "HEAD":
            assert await wire.is_closed()
        else:
            answer = await wire.answer()
            assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert await rows(connections, "SELECT count(*) FROM communications_webhookdelivery") == [(0,)]
