"""The law: whatever comes in between, one row for each real message, and nothing sent twice (invariants 9 and 10)."""

from __future__ import annotations

import asyncio
import uuid
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from communications.models import Intent
from communications.schemas.connections import connection_pool
from communications.schemas.identifiers import uuid7
from tests.conftest import close_django_connections
from tests.database import ScratchDatabase
from tests.outbox.desk import Desk, desk_open

_seeds = count(100)

TEXTS = st.sampled_from(["ok", "ok", "Olá"])
FAULTS = st.sampled_from(
    [
        None,
        None,
        "cut_before",
        "cut_after",
        "cut_midway",
        "error_before",
        "error_after",
        "truncated",
        "html",
        "null_id",
        "no_id",
        "rate_limited",
        "refused",
        "slow",
    ]
)
ECHOES = st.sampled_from(["before", "after", "never"])
STEPS = st.one_of(
    st.tuples(st.just("write"), TEXTS, FAULTS, ECHOES),
    st.tuples(st.just("write"), TEXTS, FAULTS, ECHOES),
    st.sampled_from(
        [("repeat",), ("run",), ("run",), ("both",), ("hold",), ("let_go",), ("read",), ("skip",)]
    ),
    st.tuples(st.just("kill"), st.sampled_from([0.0, 0.003, 0.01, 0.03, 0.1])),
    st.tuples(st.just("phone"), st.sampled_from(["typed", "ok"])),
)


class Story:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.written: list[tuple[uuid.UUID, str]] = []
        self.typed: list[tuple[str, str]] = []

    async def write(self, text: str, fault: str | None, echo: str) -> None:
        if fault is not None:
            extra: dict[str, Any] = {"type": "invalid_message"} if fault == "refused" else {}
            self.desk.fault(fault, echo=echo, **extra)
        self.written.append((uuid7(), text))
        await self.desk.write(text, self.written[-1][0])

    async def repeat(self) -> None:
        """The browser did not hear the answer, in two tabs at once."""
        if self.written:
            key, text = self.written[-1]
            await asyncio.gather(*(self.desk.write(text, key) for _ in range(2)))

    async def run(self) -> None:
        await self.desk.run()

    async def kill(self, after_seconds: float) -> None:
        """The worker ends at some point of what it does, and another one begins."""
        running = asyncio.create_task(self.desk.run())
        await asyncio.wait((running,), timeout=after_seconds)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await self.desk.worker.killed()
        await self.desk.upstream_ends()
        self.desk.worker = await self.desk.worker_start()

    async def both(self) -> None:
        other = await self.desk.worker_start()
        await asyncio.gather(self.desk.run(), other.outbox.run_due())
        await other.killed()

    async def hold(self) -> None:
        self.desk.holds_echoes = True

    async def let_go(self) -> None:
        await self.desk.sim.settled()
        await self.desk.let_go()

    async def read(self) -> None:
        for sent in self.desk.sim.sent:
            message = self.desk.sim.world.message_find(sent.message_id)
            if message is not None:
                self.desk.sim.customer_reads(message)

    async def phone(self, text: str) -> None:
        self.typed.append((self.desk.sim.phone_writes(self.desk.chat, text).id, text))

    async def skip(self) -> None:
        open_ones = Intent.objects.filter(
            channel=self.desk.channel, state__in=["failed", "unconfirmed"], is_passed=False
        )
        async for intent in open_ones:
            await self.desk.decide(str(intent.message_id), "skip")

    async def end(self) -> None:
        for _ in range(len(self.written) + 1):
            await self.desk.settle()
            await self.skip()

    async def judge(self) -> None:
        rows = await self.desk.own()
        really_sent = [one.message_id for one in self.desk.sim.sent]
        named = [row.external_message_id for row in rows if row.external_message_id is not None]
        assert sorted(named) == sorted(really_sent + [one for one, _ in self.typed])
        ours = [row for row in rows if row.client_id is not None]
        assert len(ours) == len(self.written)
        if all(text == "typed" for _, text in self.typed):
            assert sorted(row.external_message_id for row in ours if row.external_message_id) == sorted(
                really_sent
            )
        sends = Intent.objects.filter(channel=self.desk.channel, kind="send").select_related("message")
        async for intent in sends:
            assert intent.message is not None
            is_there = intent.message.external_message_id is not None
            assert intent.state in (("done",) if is_there else ("failed", "unconfirmed"))
            assert is_there or intent.reason
            assert intent.message.status in (("sent", "delivered", "read") if is_there else (intent.state,))


async def tell(steps: list[tuple[Any, ...]]) -> None:
    async with (
        connection_pool(
            "outbox", max_size=12, lock_timeout_ms=60_000, statement_timeout_ms=60_000
        ) as connections,
        desk_open(connections, seed=next(_seeds)) as desk,
    ):
        story = Story(desk)
        for step in steps:
            name, *more = step
            await getattr(story, name)(*more)
        await story.end()
        note(f"upstream accepted {[(one.message_id, one.text, one.fault) for one in desk.sim.sent]}")
        await story.judge()


def check(settings_of_test: Any, examples: int) -> None:
    settings_of_test.LANDLINE_SEND_PACE_PERCENT = 0

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(st.lists(STEPS, min_size=2, max_size=10))
    def law(steps: list[tuple[Any, ...]]) -> None:
        note(f"{steps}")
        asyncio.run(tell(steps))
        close_django_connections()

    law()


def test_each_real_message_is_one_row_and_nothing_is_sent_twice(
    database: ScratchDatabase, settings: Any
) -> None:
    check(settings, 15)


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_each_real_message_is_one_row_for_long(database: ScratchDatabase, settings: Any) -> None:
    check(settings, 150)
