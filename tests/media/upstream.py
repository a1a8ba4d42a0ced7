"""An upstream that is told what to answer, rows that want files of it, and the worker's part that fetches them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from asgiref.sync import sync_to_async
from django.utils import timezone
from psycopg_pool import AsyncConnectionPool

from communications.media.fetch import Fetcher
from communications.media.rounds import Round
from communications.models import Attachment, Channel, Conversation
from tests.inbox import message_make
from tests.unipile.upstream_server import UpstreamServer
from unipile.client import UnipileClient


def stored_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


class Fetching:
    """One channel whose messages have files upstream."""

    def __init__(
        self,
        server: UpstreamServer,
        client: UnipileClient,
        connections: AsyncConnectionPool[Any],
        channel: Channel,
        conversation: Conversation,
    ) -> None:
        self.server = server
        self.client = client
        self.connections = connections
        self.channel = channel
        self.conversation = conversation

    async def wanted(
        self, answer: Any, *, conversation: Conversation | None = None, **fields: Any
    ) -> Attachment:
        """An attachment that upstream answers for as ``UpstreamServer`` is told to."""
        attachment = await sync_to_async(attachment_make)(conversation or self.conversation, **fields)
        self.plan(attachment, answer)
        return attachment

    def plan(self, attachment: Attachment, answer: Any) -> None:
        self.server.answers[f"GET {self.path(attachment)}"] = answer

    @staticmethod
    def path(attachment: Attachment) -> str:
        message = attachment.message.external_message_id
        return f"/messages/{message}/attachments/{attachment.external_attachment_id}"

    async def run(self, client: UnipileClient | None = None) -> None:
        """One round: what the worker's job does."""
        fetcher = Fetcher(client or self.client, self.connections)
        await Round(fetcher, self.connections, asyncio.Event()).run()

    async def until_asked(self, times: int) -> None:
        """Returns once so many calls have come in."""
        async with asyncio.timeout(60):
            while len(self.server.asked) < times:
                await asyncio.sleep(0.01)

    @staticmethod
    async def reread(attachment: Attachment) -> Attachment:
        return await Attachment.objects.select_related("file", "message").aget(pk=attachment.pk)

    @staticmethod
    async def make_due(*attachments: Attachment) -> None:
        """As if the time had come."""
        ids = [attachment.pk for attachment in attachments]
        await Attachment.objects.filter(pk__in=ids).aupdate(next_attempt_at=timezone.now())

    def calls(self, attachment: Attachment) -> int:
        return len([asked for asked in self.server.asked if asked.path.endswith(self.path(attachment))])


_numbers = iter(range(1, 1_000_000))


def attachment_make(conversation: Conversation, **fields: Any) -> Attachment:
    message = fields.pop("message", None) or message_make(conversation)
    return Attachment.objects.create(
        channel_id=conversation.channel_id,
        message=message,
        external_attachment_id=f"attachment{next(_numbers)}",
        **fields,
    )
