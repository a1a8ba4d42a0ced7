"""Reading what somebody typed into the search. frontend/src/search/query.ts reads the same way; both are held to
tests/search/queries.json.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from communications.errors import InvalidQuery
from communications.schemas.search import HAS_KINDS, SearchQuery, Wanted

MOST_PARTS: Final = 16
FEWEST_DIGITS: Final = 4

_PART: Final = re.compile(
    r'(?:(?P<operator>from|to|in|account|has|before|after|is):)?(?:"(?P<quoted>[^"]*)(?P<end>"?)|(?P<bare>[^\s"]*))',
    re.IGNORECASE,
)
_SPACES: Final = re.compile(r"\s+")
_NUMBER: Final = re.compile(r"[0-9+./()-]+")
_DAY: Final = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_EXAMPLES: Final = {
    "from": "from:Ana, or from:me",
    "to": "to:Ana",
    "in": 'in:"Team Lisbon"',
    "account": "account:whatsapp",
    "has": "has:image",
    "before": "before:2026-05-18",
    "after": "after:2026-05",
    "is": "is:unread",
}


class Part(NamedTuple):
    """``place`` counts characters from 1."""

    place: int
    operator: str
    value: str
    is_quoted: bool


def search_query(typed: str, *, today: dt.date, zone: dt.tzinfo) -> SearchQuery:
    """Raises InvalidQuery for what is malformed, with the place and what to write instead."""
    parts = list(_parts(typed))
    if len(parts) > MOST_PARTS:
        raise _refusal(parts[MOST_PARTS].place, f"leave this out: a search takes at most {MOST_PARTS} words")
    values: dict[str, list[Part]] = {}
    for part in parts:
        values.setdefault(part.operator, []).append(part)

    def texts(operator: str) -> tuple[str, ...]:
        return tuple(part.value for part in values.get(operator, ()))

    def moments(operator: str) -> list[dt.datetime]:
        return [_moment(part, today=today, zone=zone) for part in values.get(operator, ())]

    for part in values.get("has", ()):
        _one_of(part, HAS_KINDS)
    for part in values.get("is", ()):
        _one_of(part, ("unread",))
    return SearchQuery(
        wanted=tuple(_wanted(values.get("", []))),
        sender=texts("from"),
        recipient=texts("to"),
        conversation=texts("in"),
        account=texts("account"),
        has=tuple(value.lower() for value in texts("has")),
        before=min(moments("before"), default=None),
        after=max(moments("after"), default=None),
        unread="is" in values,
    )


def _parts(typed: str) -> Iterator[Part]:
    place = 0
    while place < len(typed):
        space = _SPACES.match(typed, place)
        if space is not None:
            place = space.end()
            continue
        found = _PART.match(typed, place)
        assert found is not None  # noqa: S101 (every text but a space begins some part)
        if found["quoted"] is not None and not found["end"]:
            raise _refusal(found.start("quoted"), "close the quotation mark, or leave it out")
        operator = (found["operator"] or "").lower()
        value = (found["bare"] or "") if found["quoted"] is None else found["quoted"]
        if operator and not value.strip():
            raise _refusal(found.start() + 1, f"say what after {operator}:, such as {_EXAMPLES[operator]}")
        if value.strip():
            yield Part(found.start() + 1, operator, value.strip(), found["quoted"] is not None)
        place = max(found.end(), place + 1)


def _wanted(parts: list[Part]) -> Iterator[Wanted]:
    """Neighbouring words that together are one number become one."""
    place = 0
    while place < len(parts):
        end = place
        while end < len(parts) and not parts[end].is_quoted and _NUMBER.fullmatch(parts[end].value):
            end += 1
        text = " ".join(part.value for part in parts[place:end])
        digits = re.sub("[^0-9]", "", text)
        if len(digits) >= FEWEST_DIGITS:
            yield Wanted(text, digits=("+" if text.startswith("+") else "") + digits)
            place = end
            continue
        for part in parts[place : max(end, place + 1)]:
            yield Wanted(part.value, is_phrase=part.is_quoted)
        place = max(end, place + 1)


def _moment(part: Part, *, today: dt.date, zone: dt.tzinfo) -> dt.datetime:
    named: dict[str, Callable[[], dt.date]] = {
        "today": lambda: today,
        "yesterday": lambda: today - dt.timedelta(days=1),
    }
    written = _DAY.fullmatch(part.value)
    try:
        if written is not None:
            day = dt.date(int(written[1]), int(written[2] or 1), int(written[3] or 1))
        else:
            day = named[part.value.lower()]()
        return dt.datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(dt.UTC)
    except (KeyError, ValueError, OverflowError):
        raise _refusal(
            part.place,
            f"write a day as {part.operator}:2026-05-18, a month as {part.operator}:2026-05, "
            f"a year as {part.operator}:2026, or {part.operator}:yesterday",
        ) from None


def _one_of(part: Part, known: tuple[str, ...]) -> None:
    if part.value.lower() not in known:
        ways = " or ".join(f"{part.operator}:{one}" for one in known)
        raise _refusal(part.place, f"write {ways}")


def _refusal(place: int, instead: str) -> InvalidQuery:
    return InvalidQuery(f"At character {place}: {instead}.")
