"""Work of which two pieces are under way, and whose ends come in order."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self, TypeVar

Result = TypeVar("Result")


class Following:
    """A context manager: leaving it waits for what is under way, and breaks that off if the whole is cancelled."""

    def __init__(self) -> None:
        self._last: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._last is not None and isinstance(error, asyncio.CancelledError):
            self._last.cancel()
            await asyncio.gather(self._last, return_exceptions=True)
        else:
            await self.end()

    async def add(self, work: Awaitable[Result], end: Callable[[Result], Awaitable[None]]) -> None:
        """Begins it. Returns once the piece before has ended; raises what that one met."""
        before = self._last
        self._last = asyncio.create_task(self._run(work, end, before))
        if before is not None:
            await before

    async def end(self) -> None:
        """Waits for all. Raises the first of what they met."""
        if self._last is not None:
            await self._last

    async def _run(
        self,
        work: Awaitable[Result],
        end: Callable[[Result], Awaitable[None]],
        before: asyncio.Task[None] | None,
    ) -> None:
        try:
            result = await work
        finally:
            if before is not None:
                await before
        await end(result)
