"""An upstream that is broken, slow or hostile: E14, E16, E17, I8, J11."""

import asyncio
import gzip

import pytest
from aiohttp import web

from tests.unipile.hostile_calls import HURRY, PATIENT, SEND, client_of, failure_of, read_request, send
from tests.unipile.upstream_server import API_KEY, raw_server, upstream_server
from unipile.client import connect_client
from unipile.endpoint import endpoint_from_dsn
from unipile.errors import NotSent, Unknown
from unipile.operations.chats import ChatAction
from unipile.transport import ANSWER_MAX_BYTES, HttpTransport


@pytest.mark.parametrize("key", ["", "a b", "a\r\nX-Evil: 1", "ключ", "\x7f"])
def test_a_key_that_no_header_takes_is_refused(key):
    with pytest.raises(ValueError, match="API key"):
        HttpTransport(endpoint_from_dsn("api8.unipile.com:13443"), key)


async def hang_up(_reader, _writer):
    pass


async def hang_up_after_reading(reader, _writer):
    await read_request(reader)


async def reset_after_reading(reader, writer):
    await read_request(reader)
    writer.transport.abort()


async def say_nothing(reader, _writer):
    await read_request(reader)
    await asyncio.sleep(3600)


def saying(*pieces, pause=0.0):
    async def talk(reader, writer):
        await read_request(reader)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return talk


async def dribble(reader, writer):
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("talk", "code"),
    [
        (hang_up, "connection_lost"),
        (hang_up_after_reading, "connection_lost"),
        (reset_after_reading, "connection_lost"),
        (say_nothing, "timeout"),
        (dribble, "timeout"),
        (saying(b"SSH-2.0-OpenSSH_9\r\n\r\n"), "connection_lost"),
        (saying(b"\x16\x03\x01\x00\x05hello"), "connection_lost"),
        (saying(HEAD + b"Content-Length: 500\r\n\r\n{"), "connection_lost"),
        (saying(HEAD + b"Content-Length: -5\r\n\r\n{}"), "connection_lost"),
        (saying(HEAD + b"Content-Length: many\r\n\r\n{}"), "connection_lost"),
        (saying(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}"), "connection_lost"),
        (saying(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}"), "connection_lost"),
        (saying(HEAD + b"X: " + b"x" * 100_000 + b"\r\n\r\n{}"), "connection_lost"),
        (saying(b"HTTP/1.1 100 Continue\r\n\r\n"), "connection_lost"),
        (saying(b"HTTP/1.1 999 \r\nContent-Length: 2\r\n\r\n{}"), "server_error"),
    ],
)
async def test_e14_e17_bytes_left_and_no_readable_answer_came(talk, code):
    requests = []

    async def counted(reader, writer):
        requests.append(1)
        await talk(reader, writer)

    deadlines = HURRY if code == "timeout" else PATIENT
    async with raw_server(counted) as (port, _), client_of(port, deadlines=deadlines) as client:
        assert await failure_of(send(client)) == (Unknown, code)
    assert len(requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html><body>Maintenance</body></html>",
        b'{"object":"MessageSent","message_id":',
        b'{"object":"MessageSent"}',
        b'{"object":"ChatStarted"}',
        b'{"object":"MessageSent","message_id":{"id":1}}',
        b'{"object":"MessageSent","message_id":"' + b"k" * 600 + b'"}',
        b"[]",
        b"null",
        b'"ok"',
        b"{}",
        b'{"message_id":NaN}',
        b"\xff\xfe{\x00}\x00",
        b"[" * 100_000,
    ],
)
async def test_e16_a_2xx_that_is_no_answer_leaves_it_unknown(answer):
    async with upstream_server() as upstream, client_of(upstream.port) as client:
        upstream.answers[SEND] = (200, answer, {"Content-Type": "application/json"})
        assert await failure_of(send(client)) == (Unknown, "unreadable_answer")


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.accounts.page(reason="t"),
        lambda client: client.accounts.restart("a", reason="t"),
        lambda client: client.accounts.delete("a", reason="t"),
        lambda client: client.chats.page_stated(account_id="a", reason="t"),
        lambda client: client.chats.get("c", reason="t"),
        lambda client: client.chats.sync("c", reason="t"),
        lambda client: client.chats.start(account_id="a", attendee_ids=["x"], text="t", reason="t"),
        lambda client: client.chats.change("c", ChatAction.SET_READ, value=True, reason="t"),
        lambda client: client.messages.page_stated("c", account_id="a", reason="t"),
        lambda client: client.messages.react("m", "👍", reason="t"),
        lambda client: client.messages.delete("m", reason="t"),
        lambda client: client.messages.forward("m", to_chat_id="c", reason="t"),
        lambda client: client.attendees.page_stated(account_id="a", reason="t"),
        lambda client: client.attendees.profile("x", account_id="a", reason="t"),
        lambda client: client.webhooks.delete("w", reason="t"),
    ],
)
async def test_e16_every_operation_refuses_to_believe_an_answer_of_another_kind(call):
    async def nonsense(_request):
        return web.json_response({"object": "Nonsense", "items": {"id": 1}, "cursor": 5})

    async with upstream_server() as upstream, client_of(upstream.port) as client:
        paths = [
            "accounts/a",
            "accounts",
            "accounts/a/restart",
            "chats",
            "chats/c",
            "chats/c/sync",
            "users/x",
        ]
        paths += [
            "chats/c/messages",
            "messages/m",
            "messages/m/reaction",
            "messages/m/forward",
            "chat_attendees",
        ]
        for path in [*paths, "webhooks/w"]:
            for method in ("GET", "POST", "PATCH", "DELETE"):
                upstream.answers[f"{method} /{path}"] = nonsense
        assert await failure_of(call(client)) == (Unknown, "unreadable_answer")


async def test_e17_a_long_answer_is_cut_off():
    sent = 0

    async def endless(request):
        nonlocal sent
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        while True:
            await response.write(b" " * 65_536)
            sent += 65_536

    async with upstream_server() as upstream, client_of(upstream.port) as client:
        upstream.answers[SEND] = endless
        assert await failure_of(send(client)) == (Unknown, "answer_too_large")
    assert ANSWER_MAX_BYTES < sent < 4 * ANSWER_MAX_BYTES


async def test_e17_so_is_one_that_says_how_long_it_is():
    async with upstream_server() as upstream, client_of(upstream.port) as client:
        upstream.answers[SEND] = (200, b" " * (2 * ANSWER_MAX_BYTES))
        assert await failure_of(send(client)) == (Unknown, "answer_too_large")


async def test_a_compressed_answer_nobody_asked_for_is_not_unpacked():
    bomb = gzip.compress(b'{"object":"MessageSent","message_id":"m"}' + b" " * 50_000_000)
    async with upstream_server() as upstream, client_of(upstream.port) as client:
        upstream.answers[SEND] = (200, bomb, {"Content-Encoding": "gzip"})
        assert await failure_of(send(client)) == (Unknown, "unreadable_answer")
        assert upstream.asked[0].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_e17_i8_a_redirect_is_not_followed_and_the_key_goes_nowhere_else(status):
    async with (
        upstream_server() as elsewhere,
        upstream_server() as upstream,
        client_of(upstream.port) as client,
    ):
        for target in (f"{elsewhere.dsn}/api/v1/accounts", "/api/v1/elsewhere"):
            for request in (SEND, "GET /accounts"):
                upstream.answers[request] = (status, b"", {"Location": target})
            assert await failure_of(send(client)) == (Unknown, "redirected")
            assert await failure_of(client.accounts.page(reason="t")) == (Unknown, "redirected")
        assert elsewhere.asked == []
        assert len(upstream.asked) == 4


async def test_cookies_and_proxies_of_the_environment_are_ignored(monkeypatch):
    async with upstream_server() as trap, upstream_server() as upstream:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, trap.dsn)
        upstream.answers["GET /accounts"] = (
            200,
            {"object": "AccountList", "items": []},
            {"Set-Cookie": "a=b"},
        )
        dsn = f"http://localhost:{upstream.port}"  # a jar would keep no cookie of a bare address
        async with connect_client(dsn, API_KEY, deadlines=PATIENT) as client:
            for _ in range(2):
                await client.accounts.page(reason="t")
        assert trap.asked == []
        assert all("Cookie" not in asked.headers for asked in upstream.asked)


async def test_a_write_never_travels_on_a_used_connection_and_never_twice():
    connections = []

    async def talk(reader, writer):
        methods = []
        connections.append(methods)
        while True:
            methods.append((await read_request(reader)).split(b" ")[0])
            answer = b'{"object":"AccountList","message_id":"m","items":[]}'
            writer.write(HEAD + b"Content-Length: %d\r\n\r\n" % len(answer) + answer)

    async with raw_server(talk) as (port, _), client_of(port) as client:
        for _ in range(2):
            await client.accounts.page(reason="t")
            await send(client)
    assert sorted(map(tuple, connections)) == [(b"GET", b"GET"), (b"POST",), (b"POST",)]


async def test_a_closed_client_sends_nothing():
    async with upstream_server() as upstream:
        async with client_of(upstream.port) as client:
            pass
        assert await failure_of(send(client)) == (NotSent, "client_closed")
        assert upstream.asked == []


async def test_a_cancelled_call_is_recorded_and_stays_cancelled():
    calls = []
    async with (
        raw_server(say_nothing) as (port, _),
        client_of(port, calls=calls) as client,
    ):
        task = asyncio.create_task(send(client))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert [call.outcome for call in calls] == ["CancelledError"]


async def test_j11_neither_key_nor_words_are_in_records_and_errors():
    calls = []
    async with upstream_server() as upstream, client_of(upstream.port, calls=calls) as client:
        refusal = {"type": "errors/invalid_recipient", "title": "Invalid recipient", "detail": "secret words"}
        upstream.answers[SEND] = (422, refusal | {"status": 422})
        with pytest.raises(Exception, match="Invalid recipient") as caught:
            await send(client)
        shown = repr(caught.value) + str(vars(caught.value)) + repr(calls) + repr(vars(client))
    assert API_KEY not in shown
    assert "secret words" not in shown
