"""A copy beside what comes live: the same message from both sides at once (F1), and a long one (F10)."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import Iterator, Mapping

from communications.tasks.pages import PART_MAX, messages_keep
from tests.history.test_pages import ANA, MESSAGES, account, listed, listing
from tests.ingest.conftest import connections
from tests.ingest.deliveries import NOON, deliver, rows
from tests.webhooks.bodies import whatsapp_message

__all__ = ["account", "connections"]

CHATS, PAGES, PAGE = 200, 12, 250
HELD = """
SELECT count(*)::integer, count(DISTINCT conversation_id)::integer, count(DISTINCT external_message_id)::integer
FROM communications_message AS message JOIN communications_channel AS channel ON channel.id = message.channel_id
WHERE external_account_id = %s AND NOT is_stub
"""


async def test_f1_a_live_delivery_of_a_message_that_is_being_copied_is_the_same_row_and_the_newest_wins(
    connections, account
):
    page = [listed(f"m{number}", number, text="as listed") for number in range(2 * PART_MAX, 0, -1)]

    def live(number: int) -> list[dict[str, object]]:
        told = whatsapp_message(
            account_id=account, chat_id="chat", provider_chat_id=ANA, message_id=f"m{number}"
        )
        return [told, {**told, "event": "message_edited", "message": "edited live"}]

    numbers = range(1, 2 * PART_MAX, 16)
    await asyncio.gather(
        messages_keep(connections, listing(account, asked_at=NOON), page),
        *(deliver(connections, *live(number)) for number in numbers),
    )
    held = await rows(connections, MESSAGES, account)
    assert sorted(row[0] for row in held) == sorted(message["id"] for message in page)
    assert {row[0] for row in held if row[1] == "edited live"} == {f"m{number}" for number in numbers}


def pages() -> Iterator[list[Mapping[str, object]]]:
    """The newest first, over all chats in turn."""
    last = PAGES * PAGE
    for start in range(0, last, PAGE):
        yield [
            listed(
                f"h{number}",
                last - number,
                chat_id=f"chat{number % CHATS}",
                chat_provider_id=f"{140000000000000 + number % CHATS}@lid",
                sender_id=f"{140000000000000 + number % CHATS}@lid",
            )
            for number in range(start, start + PAGE)
        ]


async def test_f10_a_long_copy_takes_no_more_memory_page_by_page_and_lets_live_deliveries_in_between(
    connections, account
):
    """How fast it is, and what a live delivery waits, is measured by the benchmark."""
    came_with: list[int] = []
    done = asyncio.Event()
    peaks: list[int] = []

    async def others() -> None:
        number = 0
        while not done.is_set():
            number += 1
            message = whatsapp_message(
                account_id=account, chat_id="live", provider_chat_id=ANA, message_id=f"live{number}"
            )
            await deliver(connections, message)
            came_with.append(len(peaks))

    beside = asyncio.create_task(others())
    tracemalloc.start()
    try:
        for page in pages():
            kept = await messages_keep(connections, listing(account), page)
            assert kept.stored == PAGE
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.reset_peak()
    finally:
        tracemalloc.stop()
        done.set()
    await beside
    third = PAGES // 3
    assert max(peaks[-third:]) < 1.5 * max(peaks[:third])
    assert len(set(came_with)) > PAGES / 2, "live deliveries come while pages are kept"
    [(messages, conversations, different)] = await rows(connections, HELD, account)
    assert (messages, conversations) == (PAGES * PAGE + len(came_with), CHATS)
    assert different == messages
