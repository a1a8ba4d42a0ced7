"""Ten thousand deliveries in one go, and an account that has nothing to do with them."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.ingest.deliveries import channel_make, rows
from tests.webhooks.bodies import Body, message_of_chat
from tests.webhooks.loader import Loader
from tests.webhooks.retries import busy_ones_folded
from tests.webhooks.wire import patience

pytestmark = pytest.mark.alone

BURST = 10_000


def burst_of(account: str, count: int) -> list[Body]:
    return [message_of_chat(number, chat=number % 200, account=account) for number in range(count)]


async def test_b22_a_burst_of_ten_thousand_is_saved_without_a_loss(server, connections, webhook_secret):
    await channel_make(connections, "noisy")
    loader = Loader(server.port, webhook_secret, connections=500)
    await loader.send_all(burst_of("noisy", BURST))
    assert set(loader.log.statuses) <= {200, 503}
    assert all("retry-after" in refusal.headers for refusal in loader.log.refusals)
    assert loader.log.p99_seconds < patience(3)
    await busy_ones_folded(connections)
    assert await rows(connections, "SELECT count(*) FROM communications_message") == [(BURST,)]
    stored = dict(await rows(connections, "SELECT id, sha256 FROM communications_webhookdelivery"))
    assert loader.log.acknowledged.items() <= stored.items()


async def test_b23_a_quiet_account_is_served_during_the_burst_of_another(server, connections, webhook_secret):
    for account in ("noisy", "quiet"):
        await channel_make(connections, account)
    noisy = Loader(server.port, webhook_secret, connections=200)
    burst = asyncio.create_task(noisy.send_all(burst_of("noisy", 4_000)))
    await asyncio.sleep(0.1)
    quiet = Loader(server.port, webhook_secret, connections=1)
    number = 0
    while not burst.done():
        await quiet.send_all([message_of_chat(number, account="quiet")])
        number += 1
        await asyncio.sleep(0.02)
    await burst
    assert number > 5
    assert max(quiet.log.seconds) < patience(1)
    assert set(quiet.log.statuses) == {200}

    ended = time.monotonic()
    await quiet.send_all([message_of_chat(number, account="quiet")])
    assert time.monotonic() - ended < patience(1)
