"""Frames that wait for a reader who is slower than what happens."""

import asyncio
from collections import deque
from typing import Final

OUTGOING_MAX_BYTES: Final = 1_000_000
OUTGOING_MAX_FRAMES: Final = 500


class Outgoing:
    """A bounded queue. Once it is finished nothing more gets in, and what waited is dropped."""

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._changed = asyncio.Event()
        self._is_finished = False

    @property
    def is_finished(self) -> bool:
        return self._is_finished

    def put(self, frame: bytes) -> bool:
        """Returns whether there was room; a single frame always fits, however long it is."""
        if self._is_finished:
            return True
        if self._frames and (
            len(self._frames) >= OUTGOING_MAX_FRAMES or self._bytes + len(frame) > OUTGOING_MAX_BYTES
        ):
            return False
        self._add(frame)
        return True

    def finish(self, last: bytes | None = None) -> None:
        """The reader still gets ``last``, and nothing else."""
        self._frames.clear()
        self._bytes = 0
        if last is not None:
            self._add(last)
        self._is_finished = True
        self._changed.set()

    async def next(self) -> bytes | None:
        """The next frame, as soon as there is one; ``None`` after the last."""
        while not self._frames:
            if self._is_finished:
                return None
            self._changed.clear()
            await self._changed.wait()
        return self.waiting()

    def waiting(self) -> bytes | None:
        """The next frame if there is one already."""
        if not self._frames:
            return None
        frame = self._frames.popleft()
        self._bytes -= len(frame)
        return frame

    def _add(self, frame: bytes) -> None:
        self._frames.append(frame)
        self._bytes += len(frame)
        self._changed.set()
