"""Sending a message, and looking whether it arrived."""

import asyncio
import datetime as dt
from typing import Final

from communications.media.storage import file_open
from communications.outbox.new_conversations import UNNAMED
from communications.schemas.deliveries import Delivery
from communications.schemas.outbox import Accepted, Claimed, OutgoingFile
from communications.tasks.answers import answer_delivery
from communications.tasks.calls.begun_group import BEFORE_ATTEMPT, group_found
from communications.webhooks.handlers.listed import Shown, listed_bytes
from unipile.client import UnipileClient
from unipile.errors import Rejected
from unipile.payloads import fields
from unipile.transport import FilePart

AFTER_ATTEMPT: Final = dt.timedelta(minutes=15)


async def call(client: UnipileClient, claimed: Claimed) -> Accepted:
    """One attempt. Raises any ``UnipileError``; ``Rejected`` before anything leaves for what cannot be sent."""
    if claimed.quoted_id == "":
        raise Rejected(status=None, code="quoted_unknown")
    files = [await asyncio.to_thread(_part, file) for file in claimed.files]
    voice = files.pop() if len(files) == 1 and claimed.files[0].kind == "voice" else None
    if claimed.thread.startswith(UNNAMED):
        return await _begin(client, claimed, files, voice)
    message_id = await client.chats.send(
        claimed.thread,
        reason="a person sends a message",
        text=claimed.text or None,
        attachments=files,
        voice_message=voice,
        quote_id=claimed.quoted_id,
        account_id=claimed.account,
    )
    return Accepted(
        {"object": "MessageSent", "message_id": message_id},
        names_message=True,
        external_message_id=message_id,
    )


async def _begin(
    client: UnipileClient, claimed: Claimed, files: list[FilePart], voice: FilePart | None
) -> Accepted:
    """The first message of a conversation that upstream has not named yet."""
    begun = claimed.payload.get("begin")
    if begun is None:
        raise Rejected(status=None, code="chat_unnamed", is_permanent=False)
    started = await client.chats.start(
        account_id=claimed.account,
        attendee_ids=begun["people"],
        reason="a person begins a conversation",
        text=claimed.text or None,
        title=begun["title"] or None,
        attachments=files,
        voice_message=voice,
    )
    return Accepted(
        {"object": "ChatStarted", "chat_id": started.chat_id, "message_id": started.message_id},
        names_message=True,
        external_message_id=started.message_id,
    )


async def read_back(client: UnipileClient, claimed: Claimed) -> list[Delivery]:
    """The account's own messages since the attempt, of the conversation if it has a name. Raises any ``UnipileError``.

    Of a group without one they are those of all conversations, and tell its name if it is among them.
    """
    asked_at = dt.datetime.now(dt.UTC)
    page = await client.messages.page_stated(
        None if claimed.thread.startswith(UNNAMED) else claimed.thread,
        account_id=claimed.account,
        reason=f"whether message {claimed.message_id} arrived",
        after=claimed.attempted_at - BEFORE_ATTEMPT,
        before=claimed.attempted_at + AFTER_ATTEMPT,
    )
    own = [
        message
        for message in reversed(page.items)
        if fields.flag(message.get("is_sender")) and not fields.flag(message.get("is_event"))
    ]
    named = await group_found(client, claimed, own) if claimed.thread.startswith(UNNAMED) else []
    return named + [
        answer_delivery(
            listed_bytes(
                account=claimed.account,
                asked_by=claimed.client_id,
                asked_at=asked_at,
                shown=[Shown(message)],
            )
        )
        for message in own
    ]


def _part(file: OutgoingFile) -> FilePart:
    try:
        with file_open(file.storage_key) as opened:
            content = opened.read()
    except FileNotFoundError as error:
        raise Rejected(status=None, code="file_missing") from error
    return FilePart(file.name, file.mime_type, content)
