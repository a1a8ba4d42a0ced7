"""Whom a conversation is begun with: people the channel knows, or numbers."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from communications.errors import InvalidInput, NotFound
from communications.selectors.queries import rows
from unipile.payloads.providers import TELEGRAM, WHATSAPP

PHONE_DIGITS: Final = range(6, 16)

_SIGNS: Final = re.compile(r"[\s().\-/\u00a0]+")

# Providers whose ids follow from a number.
_ID_OF_NUMBER: Final = {WHATSAPP: "{}@s.whatsapp.net", TELEGRAM: "{}"}

_PEOPLE: Final = """
SELECT id, provider_id, phone FROM communications_chatattendee
WHERE channel_id = %s AND id = ANY(%s::bigint[]) AND NOT is_self
"""

_BY_PHONE: Final = """
SELECT id, provider_id, phone FROM communications_chatattendee
WHERE channel_id = %s AND phone = %s AND NOT is_self ORDER BY provider_id = %s DESC, id LIMIT 1
"""

_PROVIDER: Final = "SELECT provider FROM communications_channel WHERE id = %s"


class Recipient(NamedTuple):
    """``attendee_id`` is ``None`` for a number of whom nothing is known here."""

    attendee_id: int | None
    provider_id: str
    phone: str


def phone_digits(phone: str) -> str:
    """Raises InvalidInput for what is no number with its country's code."""
    bare = _SIGNS.sub("", phone)
    digits = bare.removeprefix("+") if bare.startswith("+") else bare.removeprefix("00")
    if not digits.isascii() or not digits.isdecimal() or len(digits) not in PHONE_DIGITS:
        raise InvalidInput("phone: a number with its country's code, such as +49 151 23456789")
    return digits


def recipients(channel_id: int, attendee_ids: Sequence[int], phones: Sequence[str]) -> list[Recipient]:
    """Each once, in the order they are named. Raises NotFound for an attendee that is not the channel's, InvalidInput."""
    known = {row[0]: Recipient._make(row) for row in rows(_PEOPLE, [channel_id, list(attendee_ids)])}
    if len(known) != len(set(attendee_ids)):
        raise NotFound
    told = [known[attendee_id] for attendee_id in attendee_ids]
    told += [_of_number(channel_id, phone_digits(phone)) for phone in phones]
    return list({one.provider_id: one for one in told}.values())


def _of_number(channel_id: int, digits: str) -> Recipient:
    provider = rows(_PROVIDER, [channel_id])[0][0]
    pattern = _ID_OF_NUMBER.get(provider)
    if pattern is None:
        raise InvalidInput("phones: nobody is found by a number at this account's provider")
    provider_id = pattern.format(digits)
    found = rows(_BY_PHONE, [channel_id, digits, provider_id])
    return Recipient._make(found[0]) if found else Recipient(None, provider_id, digits)
