"""Who wrote a message, as far as the body itself proves it."""

from __future__ import annotations

from enum import StrEnum

from unipile.payloads.identity import identity_keys, own_identity_keys, proves_other
from unipile.payloads.messaging import MessagingPayload


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


def body_direction(payload: MessagingPayload) -> Direction | None:
    """`is_sender`, then own id against the sender's, then own number; None when the body proves neither.

    Never the event's name (own messages arrive as `message_received` too) and never a display name. A caller
    that knows more of the account's own identities goes on with `identity_keys`.
    """
    if payload.is_sender is not None:
        return Direction.OUTBOUND if payload.is_sender else Direction.INBOUND
    if payload.sender is None:
        return None
    own_keys = own_identity_keys(payload.own, payload.provider)
    sender_keys = identity_keys(payload.sender, payload.provider)
    if not set(own_keys).isdisjoint(sender_keys):
        return Direction.OUTBOUND
    return Direction.INBOUND if proves_other(own_keys, sender_keys, payload.provider) else None
