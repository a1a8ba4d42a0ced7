"""Work that goes on for as long as the process does, whatever happens to it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from communications.cancellation import cancellation_respect
from communications.realtime.trouble import DATABASE_TROUBLE

log = structlog.get_logger(__name__)

PAUSE_SECONDS: Final = 0.5


class Perpetual:
    """Does ``work`` again after it failed or returned; a task that was ended from outside is replaced."""

    def __init__(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        self._name = name
        self._work = work
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._go_on(), name=self._name)
        self._task.add_done_callback(self._ended)

    async def close(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _go_on(self) -> None:
        while True:
            try:
                await self._work()
            except DATABASE_TROUBLE as trouble:
                cancellation_respect()
                log.warning("interrupted", task=self._name, error=type(trouble).__name__)
            except Exception:
                cancellation_respect()
                log.exception("broken", task=self._name)
            await asyncio.sleep(PAUSE_SECONDS)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task is self._task:
            log.error("task_ended", task=self._name)
            self.start()
