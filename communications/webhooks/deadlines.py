"""One timer for all deliveries that wait: a timer for each would cost every delivery, and hardly one ever goes off."""

import asyncio
import heapq
import itertools
import math

from communications.errors import Unsaved


class Late(Unsaved):
    """Not saved in time. It may still be saved: the sender tries again, and one of the two is then a duplicate."""

    code = "late"


class Deadlines:
    """Fails with ``Late`` the futures that are not done in time."""

    def __init__(self) -> None:
        self._watched: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._looks_at = math.inf

    def watch(self, future: asyncio.Future[None], *, within_seconds: float) -> None:
        loop = future.get_loop()
        due = loop.time() + within_seconds
        self._forget_done()
        heapq.heappush(self._watched, (due, next(self._numbers), future))
        if due < self._looks_at:
            self._look_at(due, loop)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _forget_done(self) -> None:
        while self._watched and self._watched[0][2].done():
            heapq.heappop(self._watched)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._forget_done()
        while self._watched and self._watched[0][0] <= loop.time():
            self._watched[0][2].set_exception(Late("not saved in time"))
            self._forget_done()
        self._looks_at = math.inf
        if self._watched:
            self._look_at(self._watched[0][0], loop)

    def _look_at(self, moment: float, loop: asyncio.AbstractEventLoop) -> None:
        self.close()
        self._looks_at = moment
        self._timer = loop.call_at(moment, self._look, loop)
