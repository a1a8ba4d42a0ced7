"""One line on the terminal that says how far a long command is."""

from __future__ import annotations

import sys
import time
from abc import ABC, abstractmethod
from collections import Counter

TOLD_EVERY_SECONDS = 0.5
TOLD_IN_A_FILE_EVERY_SECONDS = 30.0

# Nothing of a longer line before it stays.
TO_THE_END_OF_THE_LINE = "\x1b[K"


class RewrittenLine(ABC):
    """On a terminal the line is rewritten, elsewhere a new one is written now and then."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._every_seconds = TOLD_EVERY_SECONDS if self._is_terminal else TOLD_IN_A_FILE_EVERY_SECONDS
        self._started_at = self._told_at = time.monotonic()

    def end(self) -> None:
        if self._is_terminal:
            sys.stderr.write(f"\r{self._sentence()}{TO_THE_END_OF_THE_LINE}\n")
            sys.stderr.flush()

    def _tell(self) -> None:
        now = time.monotonic()
        if now - self._told_at >= self._every_seconds:
            self._told_at = now
            sys.stderr.write(
                f"\r{self._sentence()}{TO_THE_END_OF_THE_LINE}"
                if self._is_terminal
                else f"{self._sentence()}\n"
            )
            sys.stderr.flush()

    @abstractmethod
    def _sentence(self) -> str: ...


class ProgressLine(RewrittenLine):
    """Deliveries. Call it with the totals so far."""

    def __init__(self, expected: int) -> None:
        super().__init__()
        self._expected = expected
        self.totals: Counter[str] = Counter()

    def __call__(self, totals: Counter[str]) -> None:
        self.totals = totals
        self._tell()

    def _sentence(self) -> str:
        done = self.totals.total()
        per_second = done / max(time.monotonic() - self._started_at, 0.001)
        outcomes = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(self.totals.items()))
        return (
            f"{done:,} of {self._expected:,} deliveries, {per_second:,.0f} a second: {outcomes or 'none yet'}"
        )


class BytesLine(RewrittenLine):
    """Bytes. Call it with how many more are done; ``expected`` is ``None`` where nobody knows."""

    def __init__(self, what: str, expected: int | None = None) -> None:
        super().__init__()
        self._what, self._expected, self._done = what, expected, 0

    def __call__(self, more: int) -> None:
        self._done += more
        self._tell()

    def _sentence(self) -> str:
        per_second = self._done / max(time.monotonic() - self._started_at, 0.001)
        of = "" if self._expected is None else f" of {self._expected / 1e6:,.1f}"
        return f"{self._what}: {self._done / 1e6:,.1f}{of} MB, {per_second / 1e6:,.1f} MB a second"
