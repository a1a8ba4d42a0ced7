"""Text as it is stored and searched."""

from __future__ import annotations

import re
import unicodedata

# to_tsvector refuses input over 1 MB; 100,000 characters stay below it in any script.
SEARCH_TEXT_MAX_CHARACTERS = 100_000
CHARACTERS_REMEMBERED = 65_536

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
    return text.translate(_BARE_LETTERS)[:SEARCH_TEXT_MAX_CHARACTERS]


class _BareLetters(dict[int, str]):
    """Each character's letters, found when first asked for.

    One by one, for normalising a whole text takes time quadratic in its longest run of marks.
    """

    def __missing__(self, code_point: int) -> str:
        character = chr(code_point)
        # Folding can compose what decomposing splits and the other way round: fold between two passes.
        decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
        letters = "".join(part for part in decomposed if not unicodedata.combining(part))
        if len(self) < CHARACTERS_REMEMBERED:
            self[code_point] = letters
        return letters


_BARE_LETTERS = _BareLetters()
