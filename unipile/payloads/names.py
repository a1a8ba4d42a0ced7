"""Which name of a person may be shown, and which of two wins."""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum
from typing import TYPE_CHECKING

from unipile.payloads.identity import is_jid, without_phone_punctuation
from unipile.payloads.text import clean_text

if TYPE_CHECKING:
    from unipile.payloads.person import Person

NAME_MAX_CHARACTERS = 256

# WhatsApp names the owner by the phone language's word for "you", and echoes carry that as a name.
# Words that are common given names as well ("Ty", "Io") are left out: losing a contact's name is worse.
_SELF_WORDS = frozenset(
    [
        *("you", "(you)", "me", "myself", "vous", "toi", "moi", "du", "ich", "tú", "tu", "usted", "você"),
        *("voce", "вы", "ты", "ви", "я", "jij", "siz", "anda", "kamu", "dvs.", "sinä", "bạn", "εσείς", "εσύ"),
        *("أنت", "אתה", "आप", "คุณ", "你", "您", "我", "あなた", "自分", "나", "당신"),
    ]
)

_BLANKS_AND_CONTROLS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


class NameRank(IntEnum):
    """Where a name comes from; a higher rank is never replaced by a lower one."""

    NUMBER = 1
    PUSH_NAME = 2
    PROFILE = 3
    ADDRESS_BOOK = 4
    USER = 5


def usable_name(name: str | None, person: Person) -> str | None:
    """The name in NFC with single blanks, emoji kept; None if it names nobody.

    Nobody: empty or invisible, a word for "you", a JID, the bare number, the person's own id.
    """
    shown = given_name(name) if name is not None else None
    if shown is None or shown.casefold() in _SELF_WORDS or is_jid(shown) or _is_number(shown):
        return None
    return shown if shown not in (person.provider_id, person.attendee_id) else None


def given_name(name: str) -> str | None:
    """A name that somebody chose on purpose, in NFC with single blanks; None if nothing of it can be seen."""
    trimmed = _BLANKS_AND_CONTROLS.sub(" ", name).strip()
    if not trimmed.isascii():
        trimmed = unicodedata.normalize("NFC", clean_text(trimmed))
        if all(unicodedata.category(character) in {"Cf", "Mn", "Zs"} for character in trimmed):
            return None
    return trimmed[:NAME_MAX_CHARACTERS].rstrip() or None


def _is_number(text: str) -> bool:
    digits = without_phone_punctuation(text)
    return len(digits) >= 5 and digits.isdecimal()
