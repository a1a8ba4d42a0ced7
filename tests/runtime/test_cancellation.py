"""D3, D6: a process told to stop while its database is gone stops, though every connection it closes raises."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import psycopg
import pytest

from communications.realtime.perpetual import Perpetual
from communications.tasks import outbox, sweeps


class Work:
    """Goes on until it is cancelled, and then fails once in cleaning up, as a connection to a dead server does."""

    __name__ = "work"

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self._failures = iter([psycopg.OperationalError("the server closed the connection unexpectedly")])

    async def __call__(self, *_given: object) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as cancelled:
            raise next(self._failures, cancelled) from None


async def ends_when_cancelled(begin: Callable[[], Awaitable[None]], work: Work) -> None:
    task = asyncio.ensure_future(begin())
    await work.begun.wait()
    task.cancel()
    await asyncio.wait({task}, timeout=10)
    assert task.cancelled(), "it went on"


@pytest.mark.usefixtures("database")
def test_the_outbox_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        work = Work()
        monkeypatch.setattr(outbox, "_serve", work)
        await ends_when_cancelled(outbox.outbox_for_ever, work)

    asyncio.run(play())


@pytest.mark.usefixtures("database")
def test_the_sweeps_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        work = Work()
        monkeypatch.setattr(sweeps, "SWEEPS", (work,))
        await ends_when_cancelled(sweeps.sweep_for_ever, work)

    asyncio.run(play())


def test_what_goes_on_in_the_server_ends() -> None:
    async def play() -> None:
        work = Work()
        perpetual = Perpetual("work", work)
        perpetual.start()
        await work.begun.wait()
        closing = asyncio.create_task(perpetual.close())
        await asyncio.wait({closing}, timeout=10)
        assert closing.done(), "it went on"

    asyncio.run(play())
