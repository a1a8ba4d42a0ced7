"""A plan of faults is decided by its seed and the number of the call, and its shares add up."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import Echo, FaultKind, FaultPlan, PlannedFault, Simulator, rough_plan
from tests.simulator.caller import Caller

PARTS = st.dictionaries(st.sampled_from(FaultKind), st.integers(1, 100), max_size=8).filter(
    lambda parts: sum(parts.values()) <= 100 and FaultKind.REFUSED not in parts
)


@given(seed=st.integers(), parts=PARTS, turn=st.integers(0, 1000))
def test_each_hundred_calls_meet_exactly_the_shares(
    seed: int, parts: dict[FaultKind, int], turn: int
) -> None:
    faults = tuple(PlannedFault(kind=kind, percent=percent) for kind, percent in parts.items())
    plan, again = (FaultPlan(seed=seed, faults=faults) for _ in range(2))
    numbers = range(turn * 100, turn * 100 + 100)
    orders = [plan.order(number) for number in numbers]
    assert Counter(one.kind for one in orders if one) == parts
    assert [again.order(number) for number in reversed(numbers)] == orders[::-1]


def test_the_rough_plan_meets_what_a_long_run_needs() -> None:
    plan = rough_plan(5)
    orders = [plan.order(number) for number in range(2000)]
    assert sum(one is not None for one in orders) >= 2000 * 0.3
    echoed = Counter(one.kind for one in orders if one and one.echo is not Echo.NEVER)
    for kind in (FaultKind.CUT_BEFORE, FaultKind.CUT_AFTER, FaultKind.ERROR_AFTER):
        assert echoed[kind] == 200
    assert Counter(one.kind for one in orders if one and one.echo is Echo.NEVER) == {FaultKind.CUT_AFTER: 100}
    assert orders != [rough_plan(6).order(number) for number in range(2000)]


def test_shares_above_a_hundred_are_refused() -> None:
    halves = tuple(PlannedFault(kind=kind, percent=51) for kind in (FaultKind.EMPTY, FaultKind.LATE))
    with pytest.raises(ValueError, match="102 percent"):
        FaultPlan(seed=1, faults=halves)


async def test_a_plan_is_followed_call_by_call(sim: Simulator, api: Caller) -> None:
    plan = FaultPlan(
        seed=3,
        faults=(
            PlannedFault(kind=FaultKind.ERROR_AFTER, percent=20),
            PlannedFault(kind=FaultKind.ERROR_BEFORE, percent=20, status=500),
        ),
    )
    sim.faults.follow(plan)
    chat = sim.direct_chat(sim.contact(sim.account(), "Ana"))
    statuses = []
    for number in range(30):
        answer = await api.call("POST", f"/chats/{chat.id}/messages", json={"text": str(number)})
        statuses.append(answer.status)
        await api.get("/accounts")
    kinds = [one.kind if (one := plan.order(number)) else None for number in range(30)]
    expected = {FaultKind.ERROR_AFTER: 503, FaultKind.ERROR_BEFORE: 500, None: 201}
    assert statuses == [expected[kind] for kind in kinds]
    assert {FaultKind.ERROR_AFTER, FaultKind.ERROR_BEFORE} <= set(kinds)
    done = [number for number, kind in enumerate(kinds) if kind is not FaultKind.ERROR_BEFORE]
    assert [one.text for one in sim.sent] == [str(number) for number in done]
    sim.faults.clear()
    assert (await api.call("POST", f"/chats/{chat.id}/messages", json={"text": "x"})).status == 201
