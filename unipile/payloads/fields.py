"""Reading one value out of a body: every string that leaves this package passed through here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from unipile.payloads.refusals import InvalidField, MissingField, UnreadableBody
from unipile.payloads.strict import decode
from unipile.payloads.text import clean_text, is_storable

EXTERNAL_ID_MAX_CHARACTERS = 512
WORDS_MAX = 32
WORD_MAX_CHARACTERS = 2048
LINK_MAX_CHARACTERS = 8192

_INT64_MAX = 2**63 - 1
_TRUE = frozenset({"true", "1", "yes"})
_FALSE = frozenset({"false", "0", "no"})

_TYPE_NAMES: Mapping[type, str] = {
    dict: "an object",
    list: "a list",
    bool: "a boolean",
    float: "a fractional number",
}


def optional_id(value: object, name: str) -> str | None:
    """An external id, byte for byte (an integer as its digits); None when null or empty.

    Raises `InvalidField` for anything that cannot key a row: another type, over 512 characters, U+0000, a
    lone surrogate.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        if len(value) > EXTERNAL_ID_MAX_CHARACTERS:
            raise InvalidField(name, f"is longer than {EXTERNAL_ID_MAX_CHARACTERS} characters")
        if not is_storable(value):
            raise InvalidField(name, "holds a character no text column takes")
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) >= 10**EXTERNAL_ID_MAX_CHARACTERS:
            raise InvalidField(name, f"is longer than {EXTERNAL_ID_MAX_CHARACTERS} characters")
        return str(value)
    raise InvalidField(name, f"is {_TYPE_NAMES[type(value)]}, not an id")


def required_id(value: object, name: str) -> str:
    """As `optional_id`, but null raises `MissingField` and an empty string `InvalidField`."""
    if value is None:
        raise MissingField(name)
    external_id = optional_id(value, name)
    if external_id is None:
        raise InvalidField(name, "is empty")
    return external_id


def companion_id(value: object) -> str | None:
    """An id of something beside the message (a listed attendee, a quote): unusable counts as absent."""
    try:
        return optional_id(value, "")
    except InvalidField:
        return None


def word(value: object) -> str | None:
    """A storable, trimmed, non-empty string of at most `WORD_MAX_CHARACTERS`; None for anything else."""
    if not isinstance(value, str):
        return None
    if len(value) > WORD_MAX_CHARACTERS:
        value = value[:WORD_MAX_CHARACTERS]
    return clean_text(value).strip() or None


def words(value: object) -> tuple[str, ...]:
    """Those of a list, at most `WORDS_MAX`, or the only one."""
    listed = value if isinstance(value, list) else [value]
    return tuple(name for entry in listed[:WORDS_MAX] if (name := word(entry)) is not None)


def text(value: object) -> str | None:
    """Storable and otherwise as sent, a number as its digits; None for anything else."""
    if isinstance(value, str):
        return clean_text(value)
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def link(value: object) -> str | None:
    """A storable address of at most `LINK_MAX_CHARACTERS`, as sent; None for anything else: a cut one leads
    nowhere.
    """
    if not isinstance(value, str) or not 0 < len(value) <= LINK_MAX_CHARACTERS or not is_storable(value):
        return None
    return value.strip() or None


def flag(value: object) -> bool | None:
    """JSON booleans, 0 and 1, and their spellings as strings ("false" is false); None for anything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return bool(value) if value in (0, 1) else None
    if isinstance(value, str):
        spelt = value.strip().lower()
        return True if spelt in _TRUE else False if spelt in _FALSE else None
    return None


def count(value: object) -> int | None:
    """A whole number from 0 to 2^63 - 1, also spelt as a string; None for anything else."""
    if isinstance(value, str):
        value = value.strip()
        if not (value.isascii() and value.isdecimal() and len(value) <= 19):
            return None
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if 0 <= value <= _INT64_MAX else None


def first(stated: Mapping[str, object], *names: str) -> object:
    """What the first of the names says that says anything."""
    for name in names:
        value = stated.get(name)
        if value is not None:
            return value
    return None


def table(value: object) -> Mapping[str, object]:
    """The value if it is a JSON object, also one alone in a list or written as a string; else an empty one."""
    if isinstance(value, dict):
        return value
    stated = _written(value)
    if isinstance(stated, list) and len(stated) == 1:
        stated = stated[0]
    return stated if isinstance(stated, dict) else {}


def entries(value: object) -> Sequence[object]:
    """What a list holds, also one written as a string; an object in place of a list is its only entry."""
    if isinstance(value, list):
        return value
    stated = _written(value)
    if isinstance(stated, dict):
        return [stated]
    return stated if isinstance(stated, list) else []


def _written(value: object) -> object:
    """The value, or what a string holds that is JSON of an object or list: senders of forms nest so."""
    if not isinstance(value, str) or not value.startswith(("{", "[")):
        return value
    try:
        return decode(value.encode("utf-8", "surrogatepass"))
    except UnreadableBody:
        return value
