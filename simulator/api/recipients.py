"""Whom a new chat is for: known people, and numbers that become known."""

from __future__ import annotations

from simulator.api.errors import ApiError
from simulator.creation import attendee_create
from simulator.identifiers import phone_jid
from simulator.model import WHATSAPP, Account, Attendee
from simulator.world import World

_DIGITS_MIN, _DIGITS_MAX = 7, 15


def recipient(world: World, account: Account, identity: str) -> Attendee:
    """The person of that provider id; a WhatsApp number nobody knew becomes a person without a name.

    422 `invalid_recipient` when there is nobody.
    """
    known = world.attendee_find(identity, account)
    if known is not None and known.account is account:
        return known
    if account.type == WHATSAPP:
        phone_number = whatsapp_number(world, identity)
        if phone_number is not None:
            return attendee_create(world, account, "", phone_number=phone_number)
    raise ApiError("invalid_recipient", "The recipient does not exist or cannot be reached.")


def whatsapp_number(world: World, identity: str) -> str | None:
    """`+…` for `<digits>` or `<digits>@s.whatsapp.net` that has WhatsApp."""
    digits = identity.removesuffix("@s.whatsapp.net").removeprefix("+")
    if (
        not digits.isdigit()
        or not _DIGITS_MIN <= len(digits) <= _DIGITS_MAX
        or f"+{digits}" in world.unreachable
    ):
        return None
    return f"+{digits}"


def whatsapp_id(world: World, identity: str) -> str | None:
    """The WhatsApp id of a number or id, when it has one."""
    known = world.attendee_find(identity)
    if known is not None and known.account.type == WHATSAPP:
        return known.provider_id
    phone_number = whatsapp_number(world, identity)
    return phone_jid(phone_number) if phone_number else None
