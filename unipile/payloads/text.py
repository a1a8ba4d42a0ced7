"""Text as it is stored, searched and compared."""

from __future__ import annotations

import re
import unicodedata

# to_tsvector refuses input over 1 MB; 100,000 characters stay below it in any script.
SEARCH_TEXT_MAX_CHARACTERS = 100_000

_SURROGATE = re.compile("[\ud800-\udfff]")


def clean_text(text: str) -> str:
    """The text as received, but storable: U+0000 removed, a lone surrogate replaced by U+FFFD."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if text.isascii():
        return text
    return _SURROGATE.sub("\ufffd", text)


def is_storable(text: str) -> bool:
    """Whether `clean_text` would leave the text as it is."""
    return "\x00" not in text and (text.isascii() or _SURROGATE.search(text) is None)


def search_text(text: str) -> str:
    """NFKD without combining marks, case folded, at most `SEARCH_TEXT_MAX_CHARACTERS` long."""
    text = clean_text(text[:SEARCH_TEXT_MAX_CHARACTERS])
    if text.isascii():
        return text.lower()
    # Folding can compose what decomposing splits and the other way round ("ℌ", "İ"): fold between two passes.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return bare[:SEARCH_TEXT_MAX_CHARACTERS]


def same_text(one: str | None, other: str | None) -> bool:
    """Whether two texts are equal once in NFC and trimmed; no text equals an empty one."""
    return _comparable(one) == _comparable(other)


def _comparable(text: str | None) -> str:
    return unicodedata.normalize("NFC", clean_text(text or "")).strip()
