"""Ways to damage a body: what upstream might send once, and what nobody should."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any, Final

Path = tuple[Any, ...]

STRANGE: Final[list[Any]] = [
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        1.5,
        10**30,
        10**600,
        1e300,
        "",
        " ",
        "true",
        "x" * 600,
        "\x00",
        "\ud800",
        "😀",
    ),
    *([], {}, [[]], [{}], [None], {"id": {}}, {"id": "i", "text": "t"}, ["a", 1], {"\x00": "\ud800"}),
    *("209900000000017@lid", "1@s.whatsapp.net", "x@g.us", "+420600000017", "٣", "2026-01-01", "9" * 40),
]

WAYS: Final[dict[str, Callable[[Any, Any, Any], None]]] = {
    "drop": lambda holder, name, _: holder.pop(name),
    "swap": lambda holder, name, strange: holder.__setitem__(name, copy.deepcopy(strange)),
    "wrap": lambda holder, name, _: holder.__setitem__(name, {"data": holder[name]}),
    "list": lambda holder, name, _: holder.__setitem__(name, [holder[name]]),
    "double": lambda holder, name, _: holder.__setitem__(name, [holder[name], holder[name]]),
}


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """The way to everything in a body, from the outside in."""
    if path:
        yield path
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, inner in entries:
        yield from places(inner, (*path, name))


def damage(body: Any, path: Path, way: str, strange: Any) -> None:
    """Does one thing to one place of a body."""
    holder = body
    for name in path[:-1]:
        holder = holder[name]
    WAYS[way](holder, path[-1], strange)


def damaged(body: Any, count: int, seed: int) -> Iterator[Any]:
    """So many copies of a body, each damaged in one to three places; the same ones for the same seed."""
    chance = random.Random(seed)
    for _ in range(count):
        victim = copy.deepcopy(body)
        for _ in range(chance.randint(1, 3)):
            remaining = list(places(victim))
            if remaining:
                damage(victim, chance.choice(remaining), chance.choice(list(WAYS)), chance.choice(STRANGE))
        yield victim
