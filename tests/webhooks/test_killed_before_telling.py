"""D3: the server is killed after a commit, before or while it tells the sockets: readers catch up by their cursor."""

from __future__ import annotations

import asyncio

from tests.ingest.deliveries import channel_make, rows
from tests.realtime.browser import poll
from tests.realtime.inbox import person_with_session
from tests.webhooks.bodies import ACCOUNT, message_of_chat
from tests.webhooks.loader import Loader
from tests.webhooks.retries import busy_ones_folded


def shown_after(port: int, cookie: str, cursor: str) -> set[str]:
    """The texts of all messages that the feed tells a reader who stopped at this cursor."""
    texts: set[str] = set()
    while True:
        frame = poll(port, cookie, cursor=cursor).document
        texts |= {row["text"] for row in frame["rows"].get("message", ())}
        cursor = frame["cursor"]
        if not frame["more"]:
            return texts


async def test_d3_a_reader_catches_up_with_what_was_committed_before_the_kill(
    processes, connections, owner, webhook_secret
):
    await channel_make(connections, ACCOUNT)
    reader = await person_with_session(owner)
    owner.execute(
        "INSERT INTO communications_channelaccess (user_id, channel_id, role) "
        "SELECT %s, id, 'member' FROM communications_channel",
        (reader.user_id,),
    )
    server = processes.web()
    cursor = poll(server.port, reader.cookie).document["cursor"]
    loader = Loader(server.port, webhook_secret, connections=20)
    sending = asyncio.create_task(loader.send_all(message_of_chat(number) for number in range(600)))
    while len(loader.log.acknowledged) < 50:
        await asyncio.sleep(0)
    server.kill()
    again = await asyncio.to_thread(processes.web, LANDLINE_BIND=f"127.0.0.1:{server.port}")
    await sending
    await busy_ones_folded(connections)
    texts = {text for (text,) in await rows(connections, "SELECT text FROM communications_message")}
    assert len(texts) == 600
    assert await asyncio.to_thread(shown_after, again.port, reader.cookie, cursor) == texts
