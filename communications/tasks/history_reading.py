"""Reading upstream's lists for a copy of history: the next page is on its way while one is kept."""

import asyncio
import datetime as dt
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Final, NamedTuple

from unipile.errors import ExpiredCursor
from unipile.operations.paging import PAGE_LIMIT_MAX, follow_pages
from unipile.payloads.times import whole_milliseconds
from unipile.resources.page import Page

# Pages that came short and were asked for again to no avail, until short pages are taken for upstream's way.
DOUBTS_MAX: Final = 3
WIDER: Final = dt.timedelta(milliseconds=1)

Stated = Mapping[str, object]
Read = Callable[[str | None, dt.datetime | None], Awaitable[Page[Stated]]]


class Asked(NamedTuple):
    """A page, the moment before it was asked for, and how many calls it took."""

    page: Page[Stated]
    asked_at: dt.datetime
    calls: int


class Reading:
    """One list, newest first, from a cursor on. ``read`` takes a cursor, or the time before which the list begins.

    A cursor that upstream takes no more is given up for the time that was reached, one millisecond wider as bounds are exclusive
    (F5). A page that is short though another follows is asked for again: items shift while a list is read (F6).
    """

    def __init__(self, read: Read, *, cursor: str, reached_at: dt.datetime | None) -> None:
        self._read = read
        self._cursor = cursor
        self._doubts = 0
        self._asked: deque[tuple[dt.datetime, int]] = deque()
        self._before: dt.datetime | None = None
        self.calls = 0
        self.reached_at = reached_at

    async def pages(self) -> AsyncGenerator[Asked, None]:
        """Raises any ``UnipileError``; ``EndlessPages`` for a list that goes in a circle (F4)."""
        while True:
            try:
                async with aclosing(_ahead(follow_pages(self._page, self._cursor or None))) as pages:
                    async for page in pages:
                        yield Asked(page, *self._asked.popleft())
            except ExpiredCursor:
                if self._cursor == "" and self._before == self.reached_at:
                    raise
                self._asked.clear()
                self._cursor, self._before = "", self.reached_at
                continue
            return

    async def _page(self, cursor: str | None) -> Page[Stated]:
        asked_at = whole_milliseconds(dt.datetime.now(dt.UTC))
        calls = 1
        page = await self._call(cursor)
        if self._doubts < DOUBTS_MAX and page.cursor and 0 < len(page.items) < PAGE_LIMIT_MAX:
            again = await self._call(cursor)
            calls += 1
            added = [item for item in again.items if item not in page.items]
            self._doubts = 0 if added else self._doubts + 1
            page = replace(again, items=(*page.items, *added))
        self._asked.append((asked_at, calls))
        return page

    async def _call(self, cursor: str | None) -> Page[Stated]:
        self.calls += 1
        before = self._before + WIDER if self._before is not None and cursor is None else None
        return await self._read(cursor, before)


async def _ahead(pages: AsyncIterator[Page[Stated]]) -> AsyncGenerator[Page[Stated], None]:
    """The same pages, each asked for while the one before is worked on. An error comes once all before it are."""
    coming: asyncio.Task[Page[Stated] | None] = asyncio.create_task(_next(pages))
    try:
        while (page := await coming) is not None:
            coming = asyncio.create_task(_next(pages))
            yield page
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)


async def _next(pages: AsyncIterator[Page[Stated]]) -> Page[Stated] | None:
    return await anext(pages, None)
