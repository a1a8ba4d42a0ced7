"""What was asked for as tsqueries over the words of landline_search_vector."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from communications.schemas.search import Wanted
from communications.selectors.queries import rows
from unipile.payloads.text import search_text

FORGIVEN_FROM_LETTERS: Final = 5
FORGIVEN_TO_LETTERS: Final = 24
FEWEST_DIGITS_LEFT: Final = 7

_LETTERS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "αβγδεζηθικλμνξοπρστυφχψω",
    "абвгдежзиклмнопрстуфхцчшщъыьэюяієґђљњћџ",
    "אבגדהוזחטיךכלםמןנסעףפץצקרשת",
    "ءابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگ",
)

_LEXEMES: Final = """
SELECT landline_search_lexemes(asked.text)
FROM unnest(%s::text[]) WITH ORDINALITY AS asked (text, place) ORDER BY asked.place
"""


class Word(NamedTuple):
    """``lexemes`` stand one after the other; ``is_open``: the last one may go on."""

    lexemes: tuple[str, ...]
    digits: str
    is_open: bool


def words_of(wanted: Sequence[Wanted]) -> list[Word]:
    """Split as the stored texts are; what holds no word at all is left out."""
    if not wanted:
        return []
    found = rows(_LEXEMES, [[search_text(one.text) for one in wanted]])
    return [
        Word(tuple(_without_tail(lexemes)), one.digits, is_open=not one.is_phrase)
        for one, (lexemes,) in zip(wanted, found, strict=True)
        if lexemes or one.digits
    ]


def tsquery_of(words: Iterable[Word], *, forgiving: bool = False) -> str:
    """ "" for no words at all."""
    return " & ".join(f"({_word(word, forgiving=forgiving)})" for word in words)


def any_of(lexemes: Iterable[str]) -> str:
    return f"({' | '.join(map(_quoted, lexemes))})"


def forgivable(word: Word) -> bool:
    return word.is_open and len(word.lexemes) == 1 and _letters_of(word.lexemes[0]) is not None


def slips(word: str) -> set[str]:
    """Every spelling that one slip leads to: a letter left out, added, exchanged, or two in the wrong order."""
    letters = _letters_of(word) or ""
    splits = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    found = {before + after[1:] for before, after in splits if after}
    found |= {before + after[1] + after[0] + after[2:] for before, after in splits if len(after) > 1}
    found |= {before + letter + after for before, after in splits for letter in letters}
    found |= {before + letter + after[1:] for before, after in splits if after for letter in letters}
    return found


def number_beginnings(digits: str) -> list[str]:
    """How the number may begin where it is stored: without trunk zeros, and without its country's code."""
    bare = digits.removeprefix("+").lstrip("0") or digits.removeprefix("+")
    is_international = digits.startswith(("+", "00")) or len(bare) > 10
    shorter = [bare[cut:] for cut in (1, 2, 3)] if is_international else []
    return [bare, *(one for one in shorter if len(one) >= FEWEST_DIGITS_LEFT)]


def _word(word: Word, *, forgiving: bool) -> str:
    ways = []
    if word.lexemes:
        *closed, last = map(_quoted, word.lexemes)
        ways.append(" <-> ".join([*closed, f"{last}:*" if word.is_open else last]))
    if word.digits:
        ways += [f"{_quoted('#' + beginning)}:*" for beginning in number_beginnings(word.digits)]
    if forgiving and forgivable(word):
        ways += map(_quoted, sorted(slips(word.lexemes[0])))
    return " | ".join(f"({way})" if "<->" in way else way for way in ways)


def _without_tail(lexemes: Sequence[str]) -> Iterator[str]:
    """Without the last character of a run of pairs: it stands alone only at the end of a stored run."""
    for place, lexeme in enumerate(lexemes):
        before = lexemes[place - 1] if place else ""
        is_tail = len(lexeme) == 1 and len(before) == 2 and before[1] == lexeme and ord(lexeme) >= 0x0E00
        if not is_tail:
            yield lexeme


def _letters_of(word: str) -> str | None:
    """The alphabet a word is written in; None for one that is short or endless, and for other scripts."""
    if not FORGIVEN_FROM_LETTERS <= len(word) <= FORGIVEN_TO_LETTERS:
        return None
    return next((letters for letters in _LETTERS if set(word) <= set(letters)), None)


def _quoted(lexeme: str) -> str:
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
