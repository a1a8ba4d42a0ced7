"""The record of what callers asked of the API."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

KEPT = 100_000


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `endpoint` is its method and path template (`GET /chats/{chat_id}`); `status` None: cut
    off; `fault`: the kind of the fault that it met.
    """

    endpoint: str
    path: str
    query: dict[str, str]
    at: datetime
    seconds: float
    status: int | None
    fault: str | None = None


class Calls:
    """Counts of every call, and the newest `KEPT` calls themselves."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._record: deque[Call] = deque(maxlen=KEPT)

    def add(self, call: Call) -> None:
        """Put `call` on record."""
        self.counts[call.endpoint] += 1
        self._record.append(call)

    def __iter__(self) -> Iterator[Call]:
        return iter(tuple(self._record))

    def __len__(self) -> int:
        return self.counts.total()

    def after(self, number: int) -> list[Call]:
        """The calls after the first `number`, as far as they are still on record."""
        return list(islice(self._record, max(0, number - len(self) + len(self._record)), None))

    def count(self, endpoint: str) -> int:
        """How often `endpoint` was called."""
        return self.counts[endpoint]

    @property
    def reads(self) -> int:
        """How many calls only read."""
        return sum(number for endpoint, number in self.counts.items() if endpoint.startswith("GET "))

    def forget(self) -> None:
        """Start counting anew."""
        self.counts.clear()
        self._record.clear()
