"""B21: two hundred senders that drip a byte a second, and one in a hurry."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from tests.ingest.deliveries import channel_make, rows
from tests.webhooks.bodies import ACCOUNT, whatsapp_message
from tests.webhooks.wire import Wire, patience, request_head

pytestmark = pytest.mark.alone

DRIPPING = 200
HEADER_SECONDS = 10


async def worst_answer_seconds(port: int, secret: str, *, prefix: str) -> float:
    """Of fifty deliveries one after another over one connection, all but the slowest."""
    taken = []
    async with Wire(port) as wire:
        for number in range(50):
            started = time.monotonic()
            answer = await wire.post(whatsapp_message(f"{prefix}-{number}"), secret)
            taken.append(time.monotonic() - started)
            assert answer.status == 200
    return sorted(taken)[-2]


async def drip(wire: Wire, raw: bytes) -> None:
    for position in range(len(raw)):
        await wire.send(raw[position : position + 1])
        await asyncio.sleep(1)


async def test_b21_dripping_senders_hold_nobody_up(server, connections, webhook_secret):
    await channel_make(connections, ACCOUNT)
    alone = await worst_answer_seconds(server.port, webhook_secret, prefix="alone")
    head = request_head("POST", {"content-length": "500"}, secret=webhook_secret)
    async with AsyncExitStack() as open_wires, asyncio.TaskGroup() as dripping:
        tasks = []
        for number in range(DRIPPING):
            wire = await open_wires.enter_async_context(Wire(server.port))
            if number % 2:
                await wire.send(head)
            tasks.append(dripping.create_task(drip(wire, b"x" * 500 if number % 2 else head)))
        beside = await worst_answer_seconds(server.port, webhook_secret, prefix="beside")
        for task in tasks:
            task.cancel()
    assert beside < patience(max(2 * alone, 0.25))
    assert await rows(connections, "SELECT count(*) FROM communications_webhookdelivery") == [(100,)]


async def test_b21_headers_that_do_not_end_in_ten_seconds_are_cut_off(server, connections, webhook_secret):
    async with Wire(server.port) as wire:
        head = request_head("POST", {"content-length": "2"}, secret=webhook_secret)
        await wire.send(head[:40])
        started = time.monotonic()
        dripping = asyncio.create_task(drip(wire, head[40:]))
        assert await wire.is_closed(seconds=HEADER_SECONDS + 20)
        assert time.monotonic() - started > HEADER_SECONDS - 1
        dripping.cancel()


async def test_b21_a_body_that_does_not_end_in_time_is_answered_408(connections, caller, monkeypatch):
    from communications.webhooks import receiver

    monkeypatch.setattr(receiver, "BODY_WITHIN_SECONDS", 0.2)
    answer = await caller.stalled()
    assert (answer.status, answer.headers["connection"]) == (408, "close")
    assert await rows(connections, "SELECT count(*) FROM communications_webhookdelivery") == [(0,)]
