"""Changing a message that upstream has, and looking whether it did."""

from communications.schemas.deliveries import Delivery
from communications.schemas.outbox import Accepted, Claimed
from communications.tasks.answers import answer_delivery
from communications.webhooks.handlers.answers import GONE, MESSAGE, REACTION, answer_bytes
from unipile.client import UnipileClient
from unipile.errors import NotFound, Rejected
from unipile.resources.message import parse_message


async def call(client: UnipileClient, claimed: Claimed) -> Accepted:
    """One attempt. Raises any ``UnipileError``. That it was accepted proves nothing: the event does, or a reading."""
    message_id = claimed.external_message_id
    if message_id is None:
        raise Rejected(status=None, code="message_unnamed", is_permanent=False)
    reason = f"a person wants it: {claimed.kind}"
    match claimed.kind:
        case "react":
            await client.messages.react(message_id, str(claimed.payload["emoji"]), reason=reason)
        case "edit":
            await client.messages.edit(message_id, str(claimed.payload["text"]), reason=reason)
        case _:
            await client.messages.delete(message_id, reason=reason)
    return Accepted({})


async def read_back(client: UnipileClient, claimed: Claimed) -> list[Delivery]:
    """The message, if it shows what was wanted: one that is to be deleted may be gone altogether. Raises any ``UnipileError``."""
    if claimed.external_message_id is None:
        return []
    try:
        stated = await client.messages.stated(
            claimed.external_message_id, reason=f"whether a change of message {claimed.message_id} was made"
        )
    except NotFound as gone:
        if claimed.kind != "delete":
            raise
        answer = {
            "object": "Error",
            "status": gone.status,
            "type": gone.upstream_type,
            "message_id": claimed.external_message_id,
        }
        told = answer_bytes(GONE, account=claimed.account, asked_by=claimed.client_id, answer=answer)
        return [answer_delivery(told)]
    event, people = MESSAGE, []
    message = parse_message(stated)
    match claimed.kind:
        case "react":
            own = next((reaction.value for reaction in message.reactions if reaction.is_sender), "")
            is_shown = own == claimed.payload["emoji"]
            event, people = REACTION, [{"provider_id": claimed.payload.get("own_id")}]
        case "edit":
            is_shown = (message.text or "").strip() == str(claimed.payload["text"]).strip()
        case _:
            is_shown = bool(message.is_deleted)
    if not is_shown:
        return []
    told = answer_bytes(
        event, account=claimed.account, asked_by=claimed.client_id, answer=stated, people=people
    )
    return [answer_delivery(told)]
