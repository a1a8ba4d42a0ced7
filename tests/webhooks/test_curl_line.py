"""A delivery by hand, as people type it to see whether anything happens."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.ingest.deliveries import channel_make
from tests.webhooks.expectations import THEIRS, message, unmet
from tests.webhooks.stored import stored
from tests.webhooks.wire import Wire, request_head

README = Path(__file__).parents[2] / "README.md"

NESTED = {
    "event": "message.received",
    "account_id": "account_123",
    "message": {
        "id": "msg_123",
        "chat_id": "chat_123",
        "text": "Hello from a terminal",
        "from": {"id": "user_123", "name": "Ada"},
    },
}


async def post_json(port: int, body: object, secret: str) -> int:
    raw = json.dumps(body).encode()
    headers = {"content-length": str(len(raw)), "content-type": "application/json"}
    async with Wire(port) as wire:
        await wire.send(request_head("POST", headers, secret=secret) + raw)
        return (await wire.answer()).status


async def test_the_nested_example_arrives(server, connections, webhook_secret):
    await channel_make(connections, "account_123")
    assert await post_json(server.port, NESTED, webhook_secret) == 200
    expected = message(
        THEIRS | {"direction": "unknown", "unread": 0},
        text="Hello from a terminal",
        sender="user_123",
        contact_name="Ada",
        chat=["id:chat_123"],
    )
    assert unmet(expected, await stored(connections)) == {}


async def test_the_line_of_the_readme_arrives(server, connections, webhook_secret):
    [body] = re.findall(r"curl .*?-d '(\{.*?\})'", README.read_text(), re.DOTALL)
    example = json.loads(body)
    await channel_make(connections, example["account_id"])
    assert await post_json(server.port, example, webhook_secret) == 200
    seen = await stored(connections)
    assert (seen["outcome"], seen["text"]) == ("applied", example["message"])
