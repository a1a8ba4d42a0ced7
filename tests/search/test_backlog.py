"""The words of copied messages are written after the messages, and none is lost or left behind."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from communications.ingest.connections import copy_connections
from communications.ingest.erase import erase, message_erasable
from communications.ingest.search_backlog import BYTES_AT_ONCE, PARTS_AT_ONCE, search_backlog_write
from communications.models import Channel
from communications.tasks.pages import messages_keep
from communications.tasks.sweeps import SWEEPS
from tests.history.test_pages import ANA, account, listed, listing
from tests.ingest.conftest import connections
from tests.ingest.deliveries import deliver, rows
from tests.webhooks.bodies import whatsapp_message

__all__ = ["account", "connections"]

WORDS = """
SELECT external_message_id, array_to_string(tsvector_to_array(words), ' ')
FROM communications_searchmessage AS search JOIN communications_message AS message ON message.id = search.message_id
JOIN communications_channel AS channel ON channel.id = message.channel_id
WHERE external_account_id = %s ORDER BY 1
"""
WAITING = "SELECT message_ids FROM communications_searchbacklog"


@pytest.fixture
async def copying(connections: Any) -> AsyncIterator[Any]:
    async with copy_connections(max_size=3) as opened:
        yield opened


async def found(connections: Any, account: str, word: str) -> list[str]:
    return [name for name, words in await rows(connections, WORDS, account) if word in words.split()]


def change(account: str, message_id: str, event: str, text: str) -> dict[str, Any]:
    return whatsapp_message(
        message_id, account_id=account, chat_id="chat", provider_chat_id=ANA, event=event, text=text
    )


async def test_words_of_a_copied_page_wait_and_are_written_as_the_messages_are_by_then(
    connections, copying, account
):
    photo = {"id": "a1", "type": "img", "mimetype": "image/png", "file_name": "beach.png"}
    page = [listed("m4", 4, attachments=[photo]), *(listed(f"m{number}", number) for number in (3, 2, 1))]
    await messages_keep(copying, listing(account), page)
    assert await found(connections, account, "text") == ["m4"]
    assert len(await rows(connections, WAITING)) == 1

    await deliver(connections, change(account, "m1", "message_edited", "other words"))
    await deliver(connections, change(account, "m2", "message_deleted", ""))
    await search_backlog_write(connections)
    assert await found(connections, account, "text") == ["m3", "m4"]
    assert await found(connections, account, "words") == ["m1"]
    assert await found(connections, account, "has:image") == ["m4"]
    assert await rows(connections, WAITING) == []


async def test_what_came_live_has_its_words_at_once(connections, copying, account):
    await deliver(connections, change(account, "m1", "message_received", "hello"))
    await messages_keep(connections, listing(account, "repair"), [listed("m2", 2)])
    assert await found(connections, account, "hello") == ["m1"]
    assert await found(connections, account, "text") == ["m2"]
    assert await rows(connections, WAITING) == []


async def test_erased_messages_get_no_words(connections, copying, account):
    await messages_keep(copying, listing(account), [listed("m2", 2), listed("m1", 1)])

    @sync_to_async
    def erase_it() -> None:
        erasable = message_erasable(Channel.objects.get(external_account_id=account), "m1")
        assert erasable is not None
        erase(erasable, erased_by="a test")

    await erase_it()
    await search_backlog_write(connections)
    [(words,)] = await rows(connections, "SELECT count(*) FROM communications_searchmessage")
    assert (await found(connections, account, "text"), words) == (["m2"], 1)


async def test_messages_that_are_being_changed_are_waited_for_by_nobody(connections, copying, account):
    for number in range(1, 2 * PARTS_AT_ONCE + 1):
        await messages_keep(
            copying, listing(account), [listed(f"m{number}-b", number), listed(f"m{number}-a", number)]
        )
    async with connections.connection() as other, other.transaction():
        await other.execute(
            "UPDATE communications_message SET text = 'x' WHERE external_message_id LIKE '%-a'"
        )
        async with asyncio.timeout(20):
            await search_backlog_write(copying)
        assert len(await found(copying, account, "text")) == 2 * PARTS_AT_ONCE
    waiting = await rows(connections, WAITING)
    assert [len(part) for (part,) in waiting] == [1] * 2 * PARTS_AT_ONCE
    await search_backlog_write(copying)
    assert len(await found(connections, account, "text")) == 4 * PARTS_AT_ONCE
    assert await rows(connections, WAITING) == []


async def test_long_texts_take_several_statements_and_are_all_written(connections, copying, account):
    """Each takes its share whatever is locked, so that a sweep's statement ends in time."""
    page = [
        listed(f"m{number}", number, text=f"text {'word ' * 40_000}"[:90_000]) for number in range(8, 0, -1)
    ]
    await messages_keep(copying, listing(account), page)
    async with connections.connection() as other, other.transaction():
        await other.execute("UPDATE communications_message SET text = 'x' WHERE external_message_id = 'm1'")
        [(after,)] = await rows(
            connections, f"SELECT landline_search_backlog_write(0, {PARTS_AT_ONCE}, {BYTES_AT_ONCE})"
        )
        assert (after, len(await found(connections, account, "text"))) == (0, 5)
        async with asyncio.timeout(20):
            await search_backlog_write(copying)
        assert len(await found(connections, account, "text")) == 7
    await search_backlog_write(copying)
    assert len(await found(connections, account, "text")) == 8
    assert await rows(connections, WAITING) == []


async def test_what_a_killed_worker_left_is_written_by_the_next_sweep(connections, copying, account):
    for place in range(40):
        page = [listed(f"m{place}-{uuid.uuid4()}", place)]
        await messages_keep(copying, listing(account), page)
    assert len(await rows(connections, WAITING)) == 40
    assert search_backlog_write in SWEEPS
    await search_backlog_write(connections)
    assert len(await found(connections, account, "text")) == 40
    assert await rows(connections, WAITING) == []
