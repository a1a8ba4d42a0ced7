"""Many deliveries at one moment, over as many connections, against two server processes on one database."""

from __future__ import annotations

import asyncio

import pytest

from tests.ingest.deliveries import channel_make, rows
from tests.webhooks.bodies import ACCOUNT, attachment, whatsapp_message
from tests.webhooks.wire import Answer, Wire


@pytest.fixture
def ports(server, processes) -> list[int]:
    return [server.port, processes.web().port]


async def post_at_once(ports: list[int], secret: str, bodies: list[object]) -> list[Answer]:
    """Each body over a connection of its own, all sent once all connections stand."""
    barrier = asyncio.Barrier(len(bodies))

    async def post(number: int, body: object) -> Answer:
        async with Wire(ports[number % len(ports)]) as wire:
            await barrier.wait()
            return await wire.post(body, secret)

    return await asyncio.gather(*(post(number, body) for number, body in enumerate(bodies)))


async def test_a3_same_delivery_fifty_times_in_parallel(ports, connections, webhook_secret):
    await channel_make(connections, ACCOUNT)
    answers = await post_at_once(ports, webhook_secret, [whatsapp_message()] * 50)
    assert [answer.status for answer in answers] == [200] * 50
    assert len({answer.delivery_id for answer in answers}) == 50
    assert await rows(
        connections, "SELECT outcome, count(*) FROM communications_webhookdelivery GROUP BY 1 ORDER BY 1"
    ) == [("applied", 1), ("duplicate", 49)]
    assert await rows(connections, "SELECT count(*) FROM communications_message") == [(1,)]
    assert await rows(connections, "SELECT unread_count FROM communications_conversation") == [(1,)]


async def test_a4_different_first_messages_of_a_chat_in_parallel_make_one_conversation(
    ports, connections, webhook_secret
):
    await channel_make(connections, ACCOUNT)
    bodies = [whatsapp_message(f"first-{number}", text=f"{number}") for number in range(20)]
    answers = await post_at_once(ports, webhook_secret, bodies)
    assert [answer.status for answer in answers] == [200] * 20
    assert await rows(connections, "SELECT unread_count FROM communications_conversation") == [(20,)]
    assert await rows(connections, "SELECT count(*) FROM communications_chatattendee WHERE NOT is_self") == [
        (1,)
    ]
    assert await rows(connections, "SELECT DISTINCT outcome FROM communications_webhookdelivery") == [
        ("applied",)
    ]


async def test_a21_ten_attachments_of_one_album_at_once_are_ten_messages_in_order(
    ports, connections, webhook_secret
):
    await channel_make(connections, ACCOUNT)
    album = [
        whatsapp_message(
            f"album-{number}",
            text=None,
            timestamp=f"2026-06-02T08:15:30.{number:03}Z",
            attachments=[attachment(number)],
        )
        for number in range(10)
    ]
    answers = await post_at_once(
        ports, webhook_secret, [album[number] for number in (3, 9, 0, 7, 1, 8, 2, 6, 4, 5)]
    )
    assert [answer.status for answer in answers] == [200] * 10
    assert await rows(
        connections,
        "SELECT external_message_id, attachment.name FROM communications_message AS message "
        "JOIN communications_attachment AS attachment ON attachment.message_id = message.id "
        "ORDER BY sent_at, received_at, message.id",
    ) == [(f"album-{number}", f"photo-{number}.jpg") for number in range(10)]
    assert await rows(
        connections,
        "SELECT unread_count, last.external_message_id FROM communications_conversation "
        "JOIN communications_message AS last ON last.id = last_message_id",
    ) == [(10, "album-9")]
