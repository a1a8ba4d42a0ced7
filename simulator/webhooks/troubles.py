"""What can go wrong between the service and its receiver, on demand."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Trouble:
    """How deliveries suffer. Rates are shares from 0 to 1, drawn from the seed.

    Each leaves `late_seconds` later, then anywhere within `disorder_seconds`, so that those of the same window
    overtake each other. `twice` of them are sent twice, `dropped` never leave.
    """

    late_seconds: float = 0.0
    disorder_seconds: float = 0.0
    twice: float = 0.0
    dropped: float = 0.0

    def __post_init__(self) -> None:
        if not (0 <= self.twice <= 1 and 0 <= self.dropped <= 1):
            raise ValueError("A rate is a share from 0 to 1.")
        if not (0 <= self.late_seconds <= 3600 and 0 <= self.disorder_seconds <= 3600):
            raise ValueError("Delays are from 0 to 3600 seconds.")

    def fates(self, rng: Random) -> list[Fate]:
        """What happens to one delivery: one entry for each time it is sent. Takes as many draws in any case."""
        dropped, twice = rng.random() < self.dropped, rng.random() < self.twice
        first, second = (self.late_seconds + rng.random() * self.disorder_seconds for _ in range(2))
        if dropped:
            return [Fate(first, dropped=True)]
        return [Fate(first), Fate(second)] if twice else [Fate(first)]


@dataclass(frozen=True, slots=True)
class Fate:
    """When a delivery leaves, or that it never does."""

    pause_seconds: float
    dropped: bool = False


NO_TROUBLE = Trouble()
