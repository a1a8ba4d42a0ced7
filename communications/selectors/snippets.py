"""The part of a text around what was found in it."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from communications.schemas.search import Snippet
from communications.selectors.search_words import Word, forgivable, number_beginnings, slips
from unipile.payloads.text import search_text

SNIPPET_CHARACTERS: Final = 240
CONTEXT_CHARACTERS: Final = 60
MOST_MARKS: Final = 20
SEARCHED_CHARACTERS: Final = 10_000

_UNSPACED: Final = "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WRITTEN_NUMBER: Final = re.compile(r"[0-9](?:[ ./()-]{0,3}[0-9]){3,}")
_PLAINER: Final = str.maketrans("đłøħŧı", "dlohti")


class Folded(NamedTuple):
    """``places[i]`` is where character ``i`` of ``text`` stands in the original."""

    text: str
    places: list[int]


def snippet_of(text: str, file_names: Iterable[str], words: Sequence[Word], *, forgiving: bool) -> Snippet:
    """Around the first find in the text; else the first file name with one; else the text's beginning."""
    marks = _marks(text, words, forgiving=forgiving)
    if not marks:
        for name in file_names:
            in_name = _marks(name, words, forgiving=forgiving)
            if in_name or not text:
                return _cut(name, in_name, is_file_name=True)
    return _cut(text, marks, is_file_name=False)


def _marks(text: str, words: Sequence[Word], *, forgiving: bool) -> list[tuple[int, int]]:
    folded = _fold(text[:SEARCHED_CHARACTERS])
    found = sorted(
        span for word in words for span in _spans(folded.text, word, forgiving=forgiving) if span[1] > span[0]
    )
    marks: list[tuple[int, int]] = []
    for start, end in found:
        first, last = folded.places[start], folded.places[end - 1] + 1
        if marks and first <= marks[-1][1]:
            marks[-1] = (marks[-1][0], max(last, marks[-1][1]))
        elif len(marks) < MOST_MARKS:
            marks.append((first, last))
    return marks


def _spans(folded: str, word: Word, *, forgiving: bool) -> Iterable[tuple[int, int]]:
    if word.lexemes:
        for found in re.finditer(_pattern(word), folded):
            yield found.span()
    if word.digits:
        beginnings = number_beginnings(word.digits)
        for found in _WRITTEN_NUMBER.finditer(folded):
            digits = re.sub("[^0-9]", "", found[0])
            if any(beginning in digits for beginning in beginnings):
                yield found.span()
    if forgiving and forgivable(word):
        spellings = slips(word.lexemes[0])
        for found in re.finditer(r"\w+", folded):
            if found[0] in spellings:
                yield found.span()


def _pattern(word: Word) -> str:
    """Pairs of a script without spaces overlap and stand anywhere; other words begin at a beginning."""
    pattern = ""
    before = ""
    for lexeme in word.lexemes:
        if re.match(f"[{_UNSPACED}]", lexeme):
            overlaps = before and before[-1] == lexeme[0] and re.match(f"[{_UNSPACED}]", before)
            pattern += re.escape(lexeme[1:] if overlaps else lexeme)
        else:
            gap = rf"(?:[\W_]+|(?<=[{_UNSPACED}]))" if before else rf"(?:(?<![^\W_])|(?<=[{_UNSPACED}]))"
            pattern += gap + re.escape(lexeme)
        before = lexeme
    is_spaced = not re.match(f"[{_UNSPACED}]", before)
    return pattern if word.is_open or not is_spaced else rf"{pattern}(?![^\W_])"


def _fold(text: str) -> Folded:
    if text.isascii():
        return Folded(text.lower(), list(range(len(text))))
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        plain = search_text(character).translate(_PLAINER)
        letters.append(plain)
        places += [place] * len(plain)
    return Folded("".join(letters), places)


def _cut(text: str, marks: Sequence[tuple[int, int]], *, is_file_name: bool) -> Snippet:
    start = max(0, marks[0][0] - CONTEXT_CHARACTERS) if marks else 0
    if start:
        # At a space, where there is one near.
        space = text.find(" ", start, marks[0][0])
        start = space + 1 if space >= 0 else start
    end = min(len(text), start + SNIPPET_CHARACTERS)
    shown = text[start:end]
    return Snippet(
        text=shown,
        marks=tuple(
            (_units(shown[: first - start]), _units(shown[: min(last, end) - start]))
            for first, last in marks
            if first < end
        ),
        is_file_name=is_file_name,
        cut_before=start > 0,
        cut_after=end < len(text),
    )


def _units(text: str) -> int:
    """Its length as browsers count: in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
