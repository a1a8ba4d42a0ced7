"""Having the provider forward a message."""

from communications.outbox.new_conversations import UNNAMED
from communications.schemas.outbox import Accepted, Claimed
from unipile.client import UnipileClient
from unipile.errors import Rejected


async def call(client: UnipileClient, claimed: Claimed) -> Accepted:
    """One attempt. Raises any ``UnipileError``."""
    if claimed.thread.startswith(UNNAMED):
        raise Rejected(status=None, code="chat_unnamed", is_permanent=False)
    message_id = await client.messages.forward(
        str(claimed.payload["source"]), to_chat_id=claimed.thread, reason="a person forwards a message"
    )
    return Accepted(
        {"object": "MessageForwarded", "message_id": message_id},
        names_message=True,
        external_message_id=message_id,
    )
