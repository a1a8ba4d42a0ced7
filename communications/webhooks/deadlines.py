"""One timer for all who wait: a timer for each would cost every delivery, and hardly one is ever due."""

import asyncio
import heapq
import itertools

from communications.errors import Unsaved


class Late(Unsaved):
    """Not saved in time. It may be saved yet: whoever sent it sends it again, and one of the two is a duplicate."""

    code = "late"


class Deadlines:
    """Fails with ``Late`` the futures that are not done in time."""

    def __init__(self) -> None:
        self._watched: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, future: asyncio.Future[None], *, within_seconds: float) -> None:
        due = future.get_loop().time() + within_seconds
        heapq.heappush(self._watched, (due, next(self._numbers), future))
        if self._watched[0][2] is future:
            self._set_timer(future.get_loop())

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        while self._watched and (self._watched[0][2].done() or self._watched[0][0] <= now):
            _, _, future = heapq.heappop(self._watched)
            if not future.done():
                future.set_exception(Late("not saved in time"))
        self._timer = None
        if self._watched:
            self._set_timer(loop)

    def _set_timer(self, loop: asyncio.AbstractEventLoop) -> None:
        self.close()
        self._timer = loop.call_at(self._watched[0][0], self._look, loop)
