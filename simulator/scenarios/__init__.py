"""What a simulator starts with: `empty`, `demo`, `day` or `large`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.archive import town_open
from simulator.generate import Town
from simulator.scenarios.day import day
from simulator.scenarios.demo import demo
from simulator.scenarios.stage import Stage, Voice


@dataclass(frozen=True, slots=True)
class Scenario:
    """`load` fills the world and names the chats that go on talking; only a `lively` one does."""

    load: Callable[[Stage], list[Voice]]
    lively: bool = False


def _empty(_stage: Stage) -> list[Voice]:
    return []


def _large(stage: Stage) -> list[Voice]:
    town = Town(stage.seed, chats=stage.town_chats, messages=stage.town_messages, ends_at=stage.now)
    town_open(stage.acts.world, town)
    return []


SCENARIOS: dict[str, Scenario] = {
    "empty": Scenario(_empty),
    "demo": Scenario(demo, lively=True),
    "day": Scenario(day),
    "large": Scenario(_large),
}
