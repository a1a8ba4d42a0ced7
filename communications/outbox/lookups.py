"""Asking a provider whether a number is known there: before somebody begins a conversation with it."""

import uuid
from typing import Final

from django.db import transaction

from communications.errors import IdempotencyConflict, NotFound
from communications.outbox.intents import Place, content_hash, intent_add, intent_known
from communications.outbox.recipients import phone_digits
from communications.schemas.lookups import Lookup
from communications.selectors.lookups import lookup_document
from communications.selectors.scope import readable_channels

KIND: Final = "look_up"


def lookup_ask(user_id: int, *, channel_id: int, client_id: uuid.UUID, phone: str) -> Lookup:
    """One question for each key. Raises NotFound for a channel that is not the person's to read, InvalidInput."""
    readable_channels(user_id, provider=None, channel_id=channel_id)
    digits = phone_digits(phone)
    hashed = content_hash(KIND, {"channel": channel_id, "phone": digits})
    with transaction.atomic():
        known = intent_known(user_id, client_id, hashed)
        lookup_id = (
            known.id
            if known is not None
            else intent_add(
                author_id=user_id,
                client_id=client_id,
                kind=KIND,
                place=Place(channel_id, None),
                hashed=hashed,
                payload={"phone": digits},
            )
        )
        if lookup_id is None:
            raise IdempotencyConflict
    return lookup_found(user_id, channel_id=channel_id, lookup_id=lookup_id)


def lookup_found(user_id: int, *, channel_id: int, lookup_id: int) -> Lookup:
    """How it stands. Raises NotFound for a question of a channel that is not the person's to read."""
    readable_channels(user_id, provider=None, channel_id=channel_id)
    found = lookup_document(channel_id, lookup_id)
    if found is None:
        raise NotFound
    return found
