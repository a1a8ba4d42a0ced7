"""Two pieces of work at once, whose ends come in order."""

from __future__ import annotations

import asyncio

import pytest

from communications.tasks.following import Following


class Work:
    def __init__(self) -> None:
        self.log: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}

    async def piece(self, name: str) -> str:
        self.log.append(f"begin {name}")
        await self.gates.setdefault(name, asyncio.Event()).wait()
        return name

    async def end(self, name: str) -> None:
        self.log.append(f"end {name}")

    async def fail(self, name: str) -> None:
        raise LookupError(name)

    def open(self, *names: str) -> None:
        for name in names:
            self.gates.setdefault(name, asyncio.Event()).set()


async def test_the_second_begins_before_the_first_has_ended_and_ends_after_it() -> None:
    work = Work()
    async with Following() as following:
        await following.add(work.piece("a"), work.end)
        work.open("b")
        second = asyncio.create_task(following.add(work.piece("b"), work.end))
        while work.log != ["begin a", "begin b"]:
            await asyncio.sleep(0)
        assert not second.done()
        work.open("a")
        await second
    assert work.log == ["begin a", "begin b", "end a", "end b"]


async def test_after_one_that_failed_none_ends() -> None:
    work = Work()
    work.open("a", "b")

    async def whole() -> None:
        async with Following() as following:
            await following.add(work.piece("a"), work.fail)
            await following.add(work.piece("b"), work.end)

    with pytest.raises(LookupError, match="a"):
        await whole()
    assert [line for line in work.log if line.startswith("end")] == []


async def test_what_is_under_way_ends_before_an_error_of_the_list_and_is_broken_off_by_a_cancellation() -> (
    None
):
    work = Work()
    work.open("a")

    async def ended_by_an_error() -> None:
        async with Following() as following:
            await following.add(work.piece("a"), work.end)
            raise RuntimeError("of the list")

    with pytest.raises(RuntimeError, match="of the list"):
        await ended_by_an_error()
    assert work.log == ["begin a", "end a"]

    async def endless() -> None:
        async with Following() as following:
            await following.add(work.piece("never"), work.end)
            await asyncio.Event().wait()

    task = asyncio.create_task(endless())
    while "begin never" not in work.log:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "end never" not in work.log
