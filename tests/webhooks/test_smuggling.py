"""B24: requests whose end two readers could see in two places, and headers without measure."""

from __future__ import annotations

import pytest

from tests.ingest.deliveries import rows
from tests.webhooks.wire import PATH, ConnectionLost, Wire, request_head


async def refused(wire: Wire, statuses: set[int]) -> None:
    """Answered with one of these, or not at all, and closed."""
    try:
        assert (await wire.answer()).status in statuses
    except ConnectionLost:
        return
    assert await wire.is_closed()


CHUNKED = "2\r\n{}\r\n0\r\n\r\n"
AMBIGUOUS = {
    "both lengths": ("content-length: 2\r\ntransfer-encoding: chunked\r\n", CHUNKED),
    "chunked and a longer length": ("transfer-encoding: chunked\r\ncontent-length: 200\r\n", CHUNKED),
    "two different lengths": ("content-length: 2\r\ncontent-length: 30\r\n", "{}"),
    "a list of lengths": ("content-length: 2, 30\r\n", "{}"),
    "a negative length": ("content-length: -2\r\n", "{}"),
    "a signed length": ("content-length: +2\r\n", "{}"),
    "a length in hexadecimal": ("content-length: 0x2\r\n", "{}"),
    "chunked twice": ("transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n", CHUNKED),
    "an unknown coding": ("transfer-encoding: xchunked\r\n", CHUNKED),
    "chunk size no number": ("transfer-encoding: chunked\r\n", "zz\r\n{}\r\n0\r\n\r\n"),
    "chunk size too large": ("transfer-encoding: chunked\r\n", "ffffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
    "chunk without its end": ("transfer-encoding: chunked\r\n", "2\r\n{}XX0\r\n\r\n"),
    "a blank before the colon": ("content-length : 2\r\n", "{}"),
    "a folded header": ("x-folded: a\r\n b\r\ncontent-length: 2\r\nx: \x00\r\n", "{}"),
}


@pytest.mark.parametrize("kind", AMBIGUOUS)
async def test_b24_a_request_with_two_possible_ends_is_refused_and_hides_no_second_one(
    server, connections, webhook_secret, kind
):
    headers, body = AMBIGUOUS[kind]
    hidden = request_head("POST", {"content-length": "9"}, secret=webhook_secret) + b'"smuggled'
    head = f"POST {PATH} HTTP/1.1\r\nhost: localhost\r\nunipile-auth: {webhook_secret}\r\n{headers}\r\n{body}"
    async with Wire(server.port) as wire:
        await wire.send(head.encode("latin-1") + hidden)
        await refused(wire, {400})
    stored = await rows(connections, "SELECT convert_from(raw, 'UTF8') FROM communications_webhookbody")
    assert stored in ([], [("{}",)])


async def test_b24_a_hundred_thousand_headers_are_refused(server, connections, webhook_secret):
    many = "".join(f"x-{number}: y\r\n" for number in range(100_000))
    head = f"POST {PATH} HTTP/1.1\r\nhost: localhost\r\nunipile-auth: {webhook_secret}\r\n{many}"
    async with Wire(server.port) as wire:
        try:
            await wire.send(head.encode() + b"content-length: 2\r\n\r\n{}")
        except ConnectionError:
            return
        await refused(wire, {400, 431})
    assert await rows(connections, "SELECT count(*) FROM communications_webhookdelivery") == [(0,)]


@pytest.mark.parametrize("where", ["value", "name", "target"])
async def test_b24_a_megabyte_before_the_body_is_refused(server, connections, webhook_secret, where):
    long = "a" * 1_000_000
    path = f"{PATH}?{long}" if where == "target" else PATH
    extra = {"value": {"x": long}, "name": {long: "x"}, "target": {}}[where]
    async with Wire(server.port) as wire:
        try:
            await wire.send(
                request_head("POST", {"content-length": "2", **extra}, secret=webhook_secret, path=path)
            )
        except ConnectionError:
            return
        await refused(wire, {400, 431})
    assert await rows(connections, "SELECT count(*) FROM communications_webhookdelivery") == [(0,)]


async def test_b24_two_requests_in_one_piece_are_two_deliveries(server, connections, webhook_secret):
    request = request_head("POST", {"content-length": "2"}, secret=webhook_secret) + b"{}"
    async with Wire(server.port) as wire:
        await wire.send(request + request)
        first, second = await wire.answer(), await wire.answer()
    assert (first.status, second.status) == (200, 200)
    assert first.delivery_id != second.delivery_id
    assert await rows(connections, "SELECT count(*) FROM communications_webhookdelivery") == [(2,)]
