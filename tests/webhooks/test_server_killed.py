"""The server is killed (kill -9) at any moment under load: between receiving, committing, answering and telling readers."""

from __future__ import annotations

import asyncio
import random

import pytest

from tests.ingest.deliveries import channel_make, rows
from tests.webhooks.bodies import ACCOUNT, message_of_chat
from tests.webhooks.loader import Loader
from tests.webhooks.retries import busy_ones_folded

REPEATED = """
SELECT count(*) FROM (
    SELECT event_key FROM communications_webhookdelivery WHERE outcome = 'applied' GROUP BY 1 HAVING count(*) > 1
) AS twice
"""


async def killed_again_and_again(processes, connections, secret: str, *, kills: int, messages: int) -> Loader:
    """Kills the server at random moments and starts it again until everything is delivered."""
    await channel_make(connections, ACCOUNT)
    server = processes.web()
    loader = Loader(server.port, secret, connections=30)
    bodies = (message_of_chat(number, chat=number % 40) for number in range(messages))
    sending = asyncio.create_task(loader.send_all(bodies))
    for _ in range(kills):
        heard = len(loader.log.acknowledged)
        while len(loader.log.acknowledged) == heard and not sending.done():
            await asyncio.sleep(0.001)
        await asyncio.sleep(random.uniform(0, 0.15))
        await asyncio.to_thread(server.kill)
        server = await asyncio.to_thread(processes.web, LANDLINE_BIND=f"127.0.0.1:{server.port}")
    await sending
    await busy_ones_folded(connections)
    return loader


async def check_nothing_lost_or_doubled(connections, loader: Loader, *, messages: int) -> None:
    stored = dict(await rows(connections, "SELECT id, sha256 FROM communications_webhookdelivery"))
    assert loader.log.acknowledged.items() <= stored.items()
    assert await rows(connections, "SELECT count(*) FROM communications_message WHERE NOT is_stub") == [
        (messages,)
    ]
    assert await rows(connections, "SELECT sum(unread_count) FROM communications_conversation") == [
        (messages,)
    ]
    assert await rows(connections, "SELECT count(*) FROM communications_conversation") == [(40,)]
    assert await rows(connections, REPEATED) == [(0,)]
    assert (
        await rows(
            connections,
            "SELECT DISTINCT outcome FROM communications_webhookdelivery WHERE outcome NOT IN ('applied', 'duplicate')",
        )
        == []
    )


async def test_d1_d2_no_acknowledged_delivery_is_lost_when_the_server_is_killed(
    processes, connections, webhook_secret
):
    loader = await killed_again_and_again(processes, connections, webhook_secret, kills=2, messages=4_000)
    assert loader.log.lost > 0
    await check_nothing_lost_or_doubled(connections, loader, messages=4_000)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_d1_d2_no_acknowledged_delivery_is_lost_in_sixty_kills(processes, connections, webhook_secret):
    loader = await killed_again_and_again(processes, connections, webhook_secret, kills=60, messages=60_000)
    await check_nothing_lost_or_doubled(connections, loader, messages=60_000)
