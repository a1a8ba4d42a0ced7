"""D13: the server is asked to stop in the middle of a burst."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.ingest.deliveries import channel_make, rows
from tests.webhooks.bodies import ACCOUNT, message_of_chat
from tests.webhooks.loader import Loader
from tests.webhooks.retries import busy_ones_folded
from tests.webhooks.wire import patience


@pytest.mark.alone
async def test_d13_what_was_answered_before_the_stop_is_saved_and_the_rest_comes_again(
    processes, connections, webhook_secret
):
    await channel_make(connections, ACCOUNT)
    first = processes.web()
    loader = Loader(first.port, webhook_secret, connections=60)
    bodies = [message_of_chat(number, chat=number % 50) for number in range(2_500)]
    sending = asyncio.create_task(loader.send_all(bodies))
    while len(loader.log.acknowledged) < 500:
        await asyncio.sleep(0.01)

    asked = time.monotonic()
    first.popen.terminate()
    code = await asyncio.to_thread(first.wait)
    assert code == 0
    assert time.monotonic() - asked < patience(10)
    before = dict(loader.log.acknowledged)
    stored = dict(await rows(connections, "SELECT id, sha256 FROM communications_webhookdelivery"))
    assert before.items() <= stored.items()
    assert set(loader.log.statuses) <= {200, 503}

    processes.web(LANDLINE_BIND=f"127.0.0.1:{first.port}")
    await sending
    await busy_ones_folded(connections)
    assert await rows(connections, "SELECT count(*) FROM communications_message") == [(2_500,)]
    assert "Traceback" not in first.output
