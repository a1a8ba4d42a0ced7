"""Faults for a long run: so many of each kind in every hundred calls, in an order that the seed decides."""

from __future__ import annotations

from functools import lru_cache
from random import Random
from typing import Annotated

import msgspec

from simulator.fault_kinds import SEND, FaultKind, FaultOrder, fault_of
from simulator.faults import Fault
from simulator.habits import Echo

ROUND = 100
"""Calls after which every share was met exactly."""


class PlannedFault(FaultOrder, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What `percent` of the calls meet; endpoint and times are the plan's."""

    percent: Annotated[int, msgspec.Meta(ge=1, le=100)]


class FaultPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which call of `endpoint` meets which fault, decided by the seed and the call's number alone.

    Of the calls 0 to 99, of 100 to 199 and so on exactly `percent` meet each of `faults`, the rest none.
    """

    seed: int
    faults: tuple[PlannedFault, ...]
    endpoint: str = SEND

    def __post_init__(self) -> None:
        if self.share > ROUND:
            raise ValueError(f"The shares add up to {self.share} percent.")

    @property
    def share(self) -> int:
        """How many of a hundred calls meet anything."""
        return sum(one.percent for one in self.faults)

    def order(self, number: int) -> PlannedFault | None:
        """What the call of that number meets; the first is 0."""
        place = _places(self.seed, number // ROUND)[number % ROUND]
        for planned in self.faults:
            if place < planned.percent:
                return planned
            place -= planned.percent
        return None

    def fault(self, number: int) -> Fault | None:
        """The fault itself."""
        planned = self.order(number)
        return None if planned is None else fault_of(planned)


def rough_plan(seed: int) -> FaultPlan:
    """A plan under which nothing that can befall a send is missing: 40 in a hundred meet something, 5 of them have
    neither an answer nor an echo.
    """
    shares: tuple[tuple[FaultKind, int, Echo | None], ...] = (
        (FaultKind.CUT_BEFORE, 10, None),
        (FaultKind.CUT_AFTER, 10, None),
        (FaultKind.ERROR_AFTER, 10, None),
        (FaultKind.CUT_AFTER, 5, Echo.NEVER),
        (FaultKind.ERROR_BEFORE, 1, None),
        (FaultKind.RATE_LIMITED, 1, None),
        (FaultKind.TRUNCATED, 1, None),
        (FaultKind.HTML, 1, None),
        (FaultKind.NULL_ID, 1, None),
    )
    return FaultPlan(
        seed=seed,
        faults=tuple(PlannedFault(kind=kind, percent=percent, echo=echo) for kind, percent, echo in shares),
    )


@lru_cache(maxsize=64)
def _places(seed: int, turn: int) -> tuple[int, ...]:
    places = list(range(ROUND))
    Random(f"{seed}:{turn}").shuffle(places)
    return tuple(places)
