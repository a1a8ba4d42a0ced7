"""Who wrote a message, as far as the body itself proves it."""

from __future__ import annotations

from enum import StrEnum

from unipile.payloads.identity import identity_keys, own_identity_keys, proves_other, provider_id_key
from unipile.payloads.messaging import ChatKind, MessagingPayload
from unipile.payloads.providers import LINKEDIN


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


def sender_is_ourselves(payload: MessagingPayload, direction: Direction | None) -> bool:
    """Whether a message shows in its sender whose account it is: an own one, unless its body gives it to another.

    That is whom its direct chat is named after, and on LinkedIn a member other than `account_info` names. A note to oneself is
    named so too, but there the account's own ids tell.
    """
    if direction is not Direction.OUTBOUND or payload.sender is None:
        return False
    sender_keys = identity_keys(payload.sender, payload.provider)
    if payload.chat_kind in (None, ChatKind.DIRECT):
        names = (name for name in (payload.provider_chat_id, payload.chat_id) if name is not None)
        if any(provider_id_key(name, payload.provider) in sender_keys for name in names):
            return False
    own_keys = own_identity_keys(payload.own, payload.provider)
    return payload.provider != LINKEDIN or not proves_other(own_keys, sender_keys, LINKEDIN)
