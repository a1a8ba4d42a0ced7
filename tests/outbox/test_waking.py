"""Who is told that somebody has written: other servers' readers, and the worker (E1)."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from procrastinate.contrib.django.models import ProcrastinateJob
from psycopg_pool import AsyncConnectionPool

from communications.feed.announce import ANNOUNCEMENTS
from communications.ingest.unfinished import OUTBOX_TASK
from landline.services import Services
from tests.inbox import channel_make, client_of, conversation_make, person_make


@asynccontextmanager
async def server() -> AsyncIterator[None]:
    services = await Services.open()
    try:
        yield
    finally:
        await services.close()


@pytest.mark.parametrize("within", [server, nullcontext], ids=["in a server", "in none"])
async def test_what_was_written_is_told_to_readers_and_to_the_worker(
    connections: AsyncConnectionPool[Any], within: Callable[[], AbstractAsyncContextManager[None]]
) -> None:
    reader = await sync_to_async(person_make)()
    conversation = await sync_to_async(conversation_make)(await sync_to_async(channel_make)(reader))
    client = await sync_to_async(client_of)(reader)
    async with within(), connections.connection() as listener:
        await listener.execute(f"LISTEN {ANNOUNCEMENTS}")
        answer = await sync_to_async(client.post)(
            f"/api/v1/communications/all/chats/{conversation.pk}/messages/",
            {"client_id": str(uuid.uuid4()), "text": "hello"},
            content_type="application/json",
        )
        assert answer.status_code == 201, answer.content
        assert [notice.channel async for notice in listener.notifies(timeout=60, stop_after=1)]
        await listener.execute("UNLISTEN *")
        async with asyncio.timeout(60):
            while not await ProcrastinateJob.objects.filter(task_name=OUTBOX_TASK).aexists():
                await asyncio.sleep(0.01)
