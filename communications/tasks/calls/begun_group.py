"""Finding the group that upstream made where nobody heard its answer: no event says that it is the one wanted here."""

import datetime as dt
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from communications.schemas.deliveries import Delivery
from communications.schemas.outbox import Claimed
from communications.tasks.answers import answer_delivery
from communications.webhooks.handlers.sent import sent_bytes
from unipile.client import UnipileClient
from unipile.payloads.messaging import ChatKind
from unipile.resources.message import parse_message

# Upstream's clock may be behind ours by this much; its bounds are exclusive.
BEFORE_ATTEMPT: Final = dt.timedelta(seconds=5, milliseconds=1)

# What a text may begin and end with in the one place and not in the other.
_AROUND: Final = " \t\n\r\u00a0"


async def group_found(
    client: UnipileClient, claimed: Claimed, own: Sequence[Mapping[str, object]]
) -> list[Delivery]:
    """Upstream's name of the group, as the answer would have told it. ``own`` are the account's messages since the attempt.

    It must be the only place where those words were said, be called as was wanted, and hold nothing older. Raises any
    ``UnipileError``.
    """
    begun = claimed.payload.get("begin")
    if begun is None or claimed.message_id is None or len(begun["people"]) < 2 or not begun["title"]:
        return []
    said = [one for one in map(parse_message, own) if _comparable(one.text) == _comparable(claimed.text)]
    if len(said) != 1 or said[0].chat_id is None:
        return []
    message, chat_id = said[0], said[0].chat_id
    reason = f"whether it is the group that message {claimed.message_id} began"
    chat = await client.chats.get(chat_id, reason=reason)
    if chat.kind is not ChatKind.GROUP or _comparable(chat.name) != _comparable(begun["title"]):
        return []
    older = await client.messages.page_stated(
        chat_id, account_id=claimed.account, reason=reason, before=claimed.attempted_at - BEFORE_ATTEMPT
    )
    if older.items:
        return []
    return [
        answer_delivery(
            sent_bytes(
                account=claimed.account,
                message_id=claimed.message_id,
                client_id=claimed.client_id,
                attempt=claimed.attempts,
                asked={"chat_id": claimed.thread},
                external_message_id=message.id,
                answer={"object": "Message", "id": message.id, "chat_id": chat_id},
            )
        )
    ]


def _comparable(text: str | None) -> str:
    return unicodedata.normalize("NFC", (text or "").replace("\r\n", "\n").strip(_AROUND))
