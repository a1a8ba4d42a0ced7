"""Upstream's lists, newest first, read so that nothing slips between two pages while they are read (F6).

A page of messages is asked for by the time that the one before reached, a millisecond wider as bounds are exclusive: it begins
with what that one ended with, whatever upstream's tokens do when items come or go meanwhile. One that does not, or that is short
though another follows, is asked for once more.
"""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final, NamedTuple

from unipile.operations.paging import PAGE_LIMIT_MAX
from unipile.payloads.times import parse_time
from unipile.resources.message import stated_id
from unipile.resources.page import Page

WIDER: Final = dt.timedelta(milliseconds=1)
# Pages that were asked for again to no avail, until they are taken for upstream's way.
DOUBTS_MAX: Final = 3
_MARK: Final = "before "

Stated = Mapping[str, object]
Ask = Callable[[str | None, dt.datetime | None], Awaitable[Page[Stated]]]


class Boundary(NamedTuple):
    """What the page before ended with. As text it takes the place of upstream's token."""

    at: dt.datetime
    item: str

    @classmethod
    def read(cls, position: str | None) -> "Boundary | None":
        if position is None or not position.startswith(_MARK):
            return None
        at, item = position.removeprefix(_MARK).split(" ", 1)
        return cls(dt.datetime.fromisoformat(at), item)

    def __str__(self) -> str:
        return f"{_MARK}{self.at.isoformat()} {self.item}"


class Overlapping:
    """Pages by position, which is upstream's token or, in lists that go by time, a ``Boundary``. What was on the page before is
    left out.

    Chats without a message have no time, and a list that is bounded by one does not show them: they go by tokens.
    """

    def __init__(self, ask: Ask, *, by_time: bool) -> None:
        self._ask = ask
        self._by_time = by_time
        self._doubts = 0
        self._before: frozenset[str] = frozenset()

    async def page(self, position: str | None) -> Page[Stated]:
        boundary = Boundary.read(position)
        page = await self._read(position, boundary)
        known = self._before if boundary is None else self._before | {boundary.item}
        self._before = frozenset(map(_id, page.items)) - {""}
        return replace(
            page,
            items=tuple(item for item in page.items if _id(item) not in known),
            cursor=_position_after(page) if self._by_time else page.cursor,
        )

    async def _read(self, position: str | None, boundary: Boundary | None) -> Page[Stated]:
        async def read() -> Page[Stated]:
            if boundary is None:
                return await self._ask(position, None)
            return await self._ask(None, boundary.at + WIDER)

        page = await read()
        if self._doubts >= DOUBTS_MAX or not _is_doubtful(page, boundary):
            return page
        again = await read()
        shown = set(map(_id, page.items))
        self._doubts = 0 if any(_id(item) not in shown for item in again.items) else self._doubts + 1
        return replace(again, items=_united(again.items, page.items))


def _is_doubtful(page: Page[Stated], boundary: Boundary | None) -> bool:
    if page.cursor is not None and 0 < len(page.items) < PAGE_LIMIT_MAX:
        return True
    return boundary is not None and all(_id(item) != boundary.item for item in page.items)


def _position_after(page: Page[Stated]) -> str | None:
    """By time where the page goes back in time; else upstream knows better where it goes on."""
    if page.cursor is None or not page.items:
        return page.cursor
    moments = [time.moment for item in page.items if (time := parse_time(item.get("timestamp"))) is not None]
    last = _id(page.items[-1])
    in_order = len(moments) == len(page.items) and all(
        later >= earlier for later, earlier in pairwise(moments)
    )
    if not in_order or moments[0] == moments[-1] or not last:
        return page.cursor
    return str(Boundary(moments[-1], last))


def _united(items: Sequence[Stated], others: Sequence[Stated]) -> tuple[Stated, ...]:
    shown = set(map(_id, items))
    return (*items, *(item for item in others if _id(item) not in shown))


def _id(item: Stated) -> str:
    named = stated_id(item)
    return named if isinstance(named, str) else ""
