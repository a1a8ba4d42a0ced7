"""How much of a body is taken, and of what kind."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
from pathlib import Path

import pytest

from tests.ingest.deliveries import channel_make, rows
from tests.webhooks.bodies import ACCOUNT, whatsapp_message
from tests.webhooks.wire import Wire, request_head

HUNDRED_MEGABYTES = 100_000_000
CHUNK = b"x" * 65_536


def memory_bytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


async def outcomes(connections) -> list[tuple[str, str]]:
    return await rows(connections, "SELECT outcome, reason FROM communications_webhookdelivery")


async def pour(wire: Wire, *, chunked: bool) -> int:
    """Sends until the server has had enough; how many bytes of the body left."""
    sent = 0
    piece = b"%x\r\n%b\r\n" % (len(CHUNK), CHUNK) if chunked else CHUNK
    with contextlib.suppress(ConnectionError):
        while sent < HUNDRED_MEGABYTES:
            await wire.send(piece)
            sent += len(CHUNK)
    return sent


async def test_b8_a_body_of_a_megabyte_is_taken(server, connections, webhook_secret):
    await channel_make(connections, ACCOUNT)
    text = "й" * 500_000
    async with Wire(server.port) as wire:
        raw = json.dumps(whatsapp_message(text=text), ensure_ascii=False).encode()
        assert len(raw) > 1_000_000
        assert (await wire.post(raw, webhook_secret)).status == 200
    assert await rows(connections, "SELECT text FROM communications_message") == [(text,)]


async def test_b8_a_body_of_the_largest_size_is_taken_and_one_byte_more_is_not(caller, connections):
    assert (await caller.post(b" " * 5_000_000)).status == 200
    assert (await caller.post(b" " * 5_000_001)).status == 413
    assert len(await outcomes(connections)) == 1


async def test_b9_a_hundred_announced_megabytes_are_refused_unread(server, connections, webhook_secret):
    async with Wire(server.port) as wire:
        await wire.send(
            request_head("POST", {"content-length": str(HUNDRED_MEGABYTES)}, secret=webhook_secret)
        )
        answer = await wire.answer()
        assert (answer.status, answer.headers["connection"]) == (413, "close")
        assert await wire.is_closed()
    assert await outcomes(connections) == []


async def test_b10_a_hundred_megabytes_in_chunks_are_cut_off_at_the_cap(server, connections, webhook_secret):
    before = memory_bytes(server.pid)
    async with Wire(server.port) as wire:
        await wire.send(request_head("POST", {"transfer-encoding": "chunked"}, secret=webhook_secret))
        pouring = asyncio.create_task(pour(wire, chunked=True))
        answer = await wire.answer()
        assert (answer.status, answer.headers["connection"]) == (413, "close")
        assert await wire.is_closed()
        assert await pouring < HUNDRED_MEGABYTES / 2
    assert memory_bytes(server.pid) - before < 32_000_000
    assert await outcomes(connections) == []


async def test_b10_what_follows_an_understated_length_is_not_part_of_the_body(
    server, connections, webhook_secret
):
    before = memory_bytes(server.pid)
    async with Wire(server.port) as wire:
        await wire.send(request_head("POST", {"content-length": "2"}, secret=webhook_secret) + b"{}")
        pouring = asyncio.create_task(pour(wire, chunked=False))
        # What follows is no request: the connection may be refused before the first one is answered.
        answer = await wire.answer()
        assert await wire.is_closed()
        assert await pouring < HUNDRED_MEGABYTES / 2
    assert memory_bytes(server.pid) - before < 32_000_000
    # Deliveries are saved in their order: once the next one is, a refused one before it will not be any more.
    async with Wire(server.port) as wire:
        assert (await wire.post({"event": "next"}, webhook_secret)).status == 200
    stored = [raw for (raw,) in await rows(connections, "SELECT raw FROM communications_webhookbody")]
    stored.remove(b'{"event": "next"}')
    assert stored == [b"{}"] if answer.status == 200 else (answer.status == 400 and stored in ([], [b"{}"]))


async def test_b10_a_body_shorter_than_announced_is_never_answered_200(server, connections, webhook_secret):
    async with Wire(server.port) as wire:
        await wire.send(request_head("POST", {"content-length": "100"}, secret=webhook_secret) + b"{}")
        await asyncio.sleep(0.2)
    await asyncio.sleep(0.2)
    assert await outcomes(connections) == []


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, identity", "GZIP"])
async def test_b11_a_compressed_body_is_refused_unread(server, connections, webhook_secret, encoding):
    bomb = gzip.compress(b" " * 50_000_000)
    async with Wire(server.port) as wire:
        headers = {"content-length": str(len(bomb)), "content-encoding": encoding}
        await wire.send(request_head("POST", headers, secret=webhook_secret) + bomb)
        assert (await wire.answer()).status == 415
    assert await outcomes(connections) == []


async def test_b11_an_identity_encoding_is_none(caller, connections):
    assert (await caller.post({}, headers=[(b"content-encoding", b"identity")])).status == 200


async def test_b12_a_body_of_a_million_empty_objects_takes_little_memory(server, connections, webhook_secret):
    async with Wire(server.port) as wire:
        await wire.post({}, webhook_secret)
        before = memory_bytes(server.pid)
        raw = b"[" + b",".join([b"{}"] * 1_600_000) + b"]"
        assert 4_500_000 < len(raw) < 5_000_000
        assert (await wire.post(raw, webhook_secret)).status == 200
        grown = memory_bytes(server.pid) - before
    assert grown < 32_000_000
    assert "too_many_elements" in "".join(reason for _, reason in await outcomes(connections))


async def test_b12_fifteen_megabytes_of_empty_objects_are_refused(caller, connections):
    assert (await caller.post(b"[" + b",".join([b"{}"] * 5_000_000) + b"]")).status == 413
    assert await outcomes(connections) == []
