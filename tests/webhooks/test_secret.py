"""The secret header: who may deliver."""

from __future__ import annotations

import pytest
from django.test import Client
from structlog.testing import capture_logs

from tests.ingest.deliveries import channel_make, rows
from tests.webhooks.asgi import Caller
from tests.webhooks.bodies import ACCOUNT, whatsapp_message
from tests.webhooks.wire import PATH, Wire, request_head


async def ledger_size(connections) -> int:
    [(count,)] = await rows(connections, "SELECT count(*) FROM communications_webhookdelivery")
    return count


async def test_c1_without_the_secret_header_nothing_is_stored(connections, caller):
    with capture_logs() as logs:
        answers = [await caller.request("POST", [], [b"{}"]) for _ in range(5)]
    assert [answer.status for answer in answers] == [401] * 5
    assert await ledger_size(connections) == 0
    assert [entry["event"] for entry in logs] == ["webhook_secret_refused"]


def near_misses(secret: str) -> dict[str, list[tuple[bytes, bytes]]]:
    raw = secret.encode()
    other = b"0" if raw[-1:] != b"0" else b"1"
    values = {
        "wrong": b"a" * len(raw),
        "last character": raw[:-1] + other,
        "first half": raw[: len(raw) // 2],
        "with more behind": raw + b"0",
        "in capitals": raw.upper(),
        "empty": b"",
        "in quotes": b'"' + raw + b'"',
        "as a bearer token": b"Bearer " + raw,
        "letters of other scripts": "ѕесгет".encode(),
        "no text": b"\xff\xfe",
    }
    headers = {name: [(b"unipile-auth", value)] for name, value in values.items()}
    return headers | {
        "twice": [(b"unipile-auth", raw), (b"unipile-auth", raw)],
        "wrong then right": [(b"unipile-auth", b"x"), (b"unipile-auth", raw)],
        "in another header": [(b"authorization", raw), (b"x-unipile-auth", raw)],
    }


@pytest.mark.parametrize("kind", near_misses("a" * 64))
async def test_c2_a_wrong_secret_is_refused(connections, caller, webhook_secret, kind):
    answer = await caller.request("POST", near_misses(webhook_secret)[kind], [b"{}"])
    assert (answer.status, answer.headers["connection"]) == (401, "close")
    assert await ledger_size(connections) == 0


@pytest.mark.parametrize("name", ["Unipile-Auth", "unipile-auth", "UNIPILE-AUTH"])
async def test_c2_the_headers_name_is_written_in_any_case(server, connections, webhook_secret, name):
    async with Wire(server.port) as wire:
        await wire.send(request_head("POST", {"content-length": "2", name: webhook_secret}) + b"{}")
        assert (await wire.answer()).status == 200


def test_c3_a_receiver_without_a_secret_is_not_made(webhook_secret):
    from communications.webhooks.receiver import WebhookReceiver
    from communications.webhooks.refusals import RefusalCounter

    with pytest.raises(ValueError, match="without a secret"):
        WebhookReceiver(None, secrets=[], refusals=RefusalCounter([]))


def test_c3_the_server_does_not_start_without_a_secret(processes, tmp_path):
    server = processes.start("web", LANDLINE_WEBHOOK_SECRET="", LANDLINE_DATA_DIR=str(tmp_path / "empty"))
    assert server.wait() != 0
    assert "LANDLINE_WEBHOOK_SECRET" in server.output
    assert "Traceback" not in server.output


@pytest.mark.parametrize("path", [PATH, PATH.rstrip("/")])
def test_c3_where_there_is_no_receiver_nobody_is_let_in(database, webhook_secret, path):
    """Under Django alone, as `runserver` runs it."""
    answer = Client().post(
        path, b"{}", content_type="application/json", headers={"unipile-auth": webhook_secret}
    )
    assert answer.status_code == 503
    assert "landline web" in answer.content.decode()


@pytest.mark.parametrize("query", ["unipile-auth={}", "secret={}", "token={}"])
async def test_c4_the_secret_in_the_query_string_is_not_looked_at(server, connections, webhook_secret, query):
    async with Wire(server.port) as wire:
        path = f"{PATH}?{query.format(webhook_secret)}"
        await wire.send(request_head("POST", {"content-length": "2"}, path=path) + b"{}")
        assert (await wire.answer()).status == 401
    assert await ledger_size(connections) == 0


async def test_c5_while_the_secret_is_replaced_both_are_valid_and_then_only_the_new_one(
    processes, connections, webhook_secret
):
    old = "0123456789abcdef" * 4
    during = processes.web(LANDLINE_WEBHOOK_SECRET_PREVIOUS=old)
    for secret in (webhook_secret, old):
        async with Wire(during.port) as wire:
            assert (await wire.post({}, secret)).status == 200
    during.stop()
    after = processes.web()
    async with Wire(after.port) as wire:
        assert (await wire.post({}, old)).status == 401
    async with Wire(after.port) as wire:
        assert (await wire.post({}, webhook_secret)).status == 200
    assert await ledger_size(connections) == 3


async def test_c9_who_guesses_is_slowed_down_and_who_knows_never_is(connections, caller):
    await channel_make(connections, ACCOUNT)
    guesses = [await caller.post({}, secret="guess", address="203.0.113.9") for _ in range(100)]
    assert [answer.status for answer in guesses] == [401] * 30 + [429] * 70
    assert guesses[-1].headers["retry-after"] == "60"
    assert (await caller.post(whatsapp_message(), address="203.0.113.9")).status == 200
    assert (await caller.post({}, secret="guess", address="203.0.113.10")).status == 401


@pytest.mark.parametrize(
    ("peer", "forwarded", "counted"),
    [
        ("10.0.0.1", b"203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", b"198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", b"", "10.0.0.1"),
        ("10.0.0.1", b"<script>, not-an-address", "not-an-address"),
        ("192.0.2.1", b"203.0.113.9", "192.0.2.1"),
        ("testclient", b"203.0.113.9", "testclient"),
    ],
)
def test_c9_a_forwarded_address_is_believed_from_a_trusted_proxy_only(peer, forwarded, counted):
    from communications.webhooks.refusals import RefusalCounter

    counter = RefusalCounter(["10.0.0.0/8"])
    assert counter.address_of({"client": (peer, 1), "headers": [(b"x-forwarded-for", forwarded)]}) == counted


def test_c9_counting_guesses_takes_bounded_room():
    from communications.webhooks.refusals import ADDRESSES_MAX, RefusalCounter

    counter = RefusalCounter([])
    assert not any(counter.count(f"address {number}") for number in range(2 * ADDRESSES_MAX))
    assert len(counter._tries) == ADDRESSES_MAX


async def test_c10_refusals_say_the_same_whatever_was_sent(caller: Caller, webhook_secret):
    canary = "canary-7c1f"
    refused = {
        401: [
            await caller.request("POST", [(b"unipile-auth", canary.encode())], [canary.encode()]),
            await caller.request("POST", [], [b"Traceback"]),
        ],
        405: [
            await caller.request("PUT", [(b"unipile-auth", webhook_secret.encode())], [canary.encode()]),
            await caller.request("GET", []),
        ],
        413: [
            await caller.post(canary.encode(), headers=[(b"content-length", b"6000000")]),
            await caller.post(b" " * 5_000_001),
        ],
        415: [
            await caller.post(canary.encode(), headers=[(b"content-encoding", b"gzip")]),
            await caller.post(b"", headers=[(b"content-encoding", b"br")]),
        ],
    }
    for status, answers in refused.items():
        assert [answer.status for answer in answers] == [status, status]
        first, second = answers
        assert (first.body, first.headers) == (second.body, second.headers)
        assert canary.encode() not in first.body
        assert webhook_secret not in f"{first.headers} {first.body!r}"
        assert first.headers["cache-control"] == "no-store"
