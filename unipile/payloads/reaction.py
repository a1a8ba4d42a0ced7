"""A reaction: an emoji as a string, or, seen from integrators, an object."""

from __future__ import annotations

import msgspec

from unipile.payloads import fields
from unipile.payloads.person import Person, parse_sender

REACTION_MAX_CHARACTERS = 64


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """`value` is the emoji, None when the reaction was taken back; `sender` None when not told."""

    value: str | None
    sender: Person | None


def parse_reaction(reaction: object, sender: object, provider: str | None) -> Reaction:
    """Null and empty mean taken back; a value that is no string becomes U+FFFD."""
    if isinstance(reaction, dict):
        stated = reaction
        stated_sender = sender or stated.get("sender") or {"attendee_provider_id": stated.get("sender_id")}
        value = next(
            (stated[name] for name in ("value", "emoji", "reaction", "text") if stated.get(name)), None
        )
    else:
        stated_sender, value = sender, reaction
    return Reaction(value=_emoji(value), sender=parse_sender(stated_sender, provider))


def _emoji(value: object) -> str | None:
    if value is None or value == "":
        return None
    spelt = fields.word(value)
    return spelt[:REACTION_MAX_CHARACTERS] if spelt is not None else "\ufffd"
