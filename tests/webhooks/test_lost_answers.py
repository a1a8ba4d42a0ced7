"""The sender did not hear us, or not in time, and sends again."""

from __future__ import annotations

import asyncio

from tests.ingest.deliveries import channel_make, rows
from tests.webhooks.bodies import ACCOUNT, whatsapp_message
from tests.webhooks.wire import Wire, delivery_request


async def outcomes(connections) -> list[str]:
    found = await rows(connections, "SELECT outcome FROM communications_webhookdelivery ORDER BY id")
    return [outcome for (outcome,) in found]


async def until_stored(connections, deliveries: int) -> None:
    async with asyncio.timeout(60):
        while len(await outcomes(connections)) < deliveries:
            await asyncio.sleep(0.02)


async def test_a5_the_answer_is_lost_and_the_sender_comes_again(server, connections, webhook_secret):
    await channel_make(connections, ACCOUNT)
    async with Wire(server.port) as wire:
        await wire.send(delivery_request(whatsapp_message(), webhook_secret))
    # Leaving resets the connection; what was sent is saved all the same.
    await until_stored(connections, 1)
    async with Wire(server.port) as wire:
        assert (await wire.post(whatsapp_message(), webhook_secret)).status == 200
    assert await outcomes(connections) == ["applied", "duplicate"]
    assert await rows(connections, "SELECT unread_count FROM communications_conversation") == [(1,)]


async def test_a6_the_sender_comes_again_while_the_first_is_still_waiting(
    server, connections, owner, webhook_secret
):
    await channel_make(connections, ACCOUNT)
    async with Wire(server.port) as first, Wire(server.port) as again:
        with owner.transaction():
            owner.execute("LOCK TABLE communications_webhookdelivery IN ACCESS EXCLUSIVE MODE")
            await first.send(delivery_request(whatsapp_message(), webhook_secret))
            await asyncio.sleep(0.1)
            await again.send(delivery_request(whatsapp_message(), webhook_secret))
            await asyncio.sleep(0.1)
        assert (await first.answer()).status == 200
        assert (await again.answer()).status == 200
    assert sorted(await outcomes(connections)) == ["applied", "duplicate"]
    assert await rows(connections, "SELECT unread_count FROM communications_conversation") == [(1,)]
