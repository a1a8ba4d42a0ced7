"""Reading upstream's lists for a copy of history: the next page is on its way while one is kept."""

import asyncio
import datetime as dt
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import NamedTuple

from communications.tasks.overlap import WIDER, Ask, Overlapping, Stated
from unipile.errors import ExpiredCursor
from unipile.operations.paging import follow_pages
from unipile.payloads.times import whole_milliseconds
from unipile.resources.page import Page


class Asked(NamedTuple):
    """A page, the moment before it was asked for, and how many calls it took."""

    page: Page[Stated]
    asked_at: dt.datetime
    calls: int


class Reading:
    """One list, newest first, from a position on. ``ask`` takes upstream's token, or the time before which the list begins.

    A token that upstream takes no more is given up for the time that was reached, one millisecond wider as bounds are exclusive
    (F5). ``settle`` waits until ``reached_at`` tells of all pages that were given out.
    """

    def __init__(
        self,
        ask: Ask,
        *,
        cursor: str,
        reached_at: dt.datetime | None,
        by_time: bool,
        settle: Callable[[], Awaitable[None]],
    ) -> None:
        self._ask = ask
        self._settle = settle
        self._overlapping = Overlapping(self._call, by_time=by_time)
        self._cursor = cursor
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
                await self._settle()
                if self._cursor == "" and self._before == self.reached_at:
                    raise
                self._asked.clear()
                self._cursor, self._before = "", self.reached_at
                continue
            return

    async def _page(self, position: str | None) -> Page[Stated]:
        asked_at = whole_milliseconds(dt.datetime.now(dt.UTC))
        calls_before = self.calls
        page = await self._overlapping.page(position)
        self._asked.append((asked_at, self.calls - calls_before))
        return page

    async def _call(self, cursor: str | None, wider: dt.datetime | None) -> Page[Stated]:
        self.calls += 1
        if wider is None and cursor is None and self._before is not None:
            wider = self._before + WIDER
        return await self._ask(cursor, wider)


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
