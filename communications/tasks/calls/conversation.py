"""Telling upstream how a conversation is to be. The same call twice does no harm, so what became of one may stay open."""

from typing import Final

from communications.outbox.new_conversations import UNNAMED
from communications.schemas.outbox import Accepted, Claimed
from unipile.client import UnipileClient
from unipile.errors import Rejected, Unknown
from unipile.operations.chats import ChatAction

ACTIONS: Final = {
    "read": ChatAction.SET_READ,
    "archive": ChatAction.SET_ARCHIVED,
    "pin": ChatAction.SET_PINNED,
    "mute": ChatAction.SET_MUTED,
}


async def call(client: UnipileClient, claimed: Claimed) -> Accepted:
    """One attempt. Raises any ``UnipileError`` but ``Unknown``: a setting of which nobody knows is taken for refused."""
    if claimed.thread.startswith(UNNAMED):
        raise Rejected(status=None, code="chat_unnamed", is_permanent=False)
    try:
        await client.chats.change(
            claimed.thread,
            ACTIONS[claimed.kind],
            bool(claimed.payload["value"]),
            reason=f"a person wants it: {claimed.kind}",
        )
    except Unknown as error:
        raise Rejected(status=error.status, code="no_answer", title=error.sentence) from error
    return Accepted({"object": "ChatPatched"}, is_done=True)
