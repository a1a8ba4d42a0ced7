"""The laws of the fold, over generated worlds: order, repetition, batches and a second writer change no row.

A12 in small: the rows are those an independent model computes from the set of deliveries alone.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, example, given, note, settings
from hypothesis import strategies as st
from psycopg_pool import AsyncConnectionPool

from communications.ingest.record import record
from communications.schemas.deliveries import Delivery
from tests.database import ScratchDatabase
from tests.ingest.deliveries import channel_make
from tests.ingest.model import expected_rows
from tests.ingest.rows import channel_rows, differences
from tests.ingest.world_bodies import deliveries_of
from tests.ingest.worlds import OWNER, Described, World, plans, worlds

Pool = AsyncConnectionPool[Any]
Batches = Sequence[Sequence[int]]
Run = tuple[World, list[Batches]]

QUICK = settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LONG = settings(QUICK, max_examples=1_000)

OUTCOMES = """
SELECT event_key, array_agg(outcome ORDER BY outcome) FROM communications_webhookdelivery
WHERE id = ANY(%s) GROUP BY event_key
"""


@st.composite
def runs(draw: st.DrawFn, *, writers: int = 1, happenings: int = 0) -> Run:
    """A world, and how each of its writers goes through all of its deliveries."""
    world = draw(worlds(happenings=happenings))
    return world, [draw(plans(len(world.told))) for _ in range(writers)]


@pytest.fixture
def owner(database: ScratchDatabase) -> Iterator[psycopg.Connection[Any]]:
    with database.owner_connection() as connection:
        yield connection


async def rows_after(
    connections: Pool, owner: psycopg.Connection[Any], world: World, writers: Sequence[Batches]
) -> dict[str, Any]:
    """The rows once every writer has processed its batches, all writers at the same time."""
    account = f"account-{uuid.uuid4()}"
    await channel_make(connections, account, own_identities=world.own_identities)
    deliveries = deliveries_of(world, account)

    async def write(batches: Batches) -> None:
        for batch in batches:
            await record(connections, [deliveries[index] for index in batch])

    await asyncio.gather(*(write(batches) for batches in writers))
    check_outcomes(owner, deliveries)
    rows = channel_rows(owner, account, {delivery.id: n for n, delivery in enumerate(deliveries, start=1)})
    for message in rows["messages"].values():
        message["files"] = len(message["attachments"])
    return rows


def check_outcomes(owner: psycopg.Connection[Any], deliveries: Sequence[Delivery]) -> None:
    """Every delivery is in the ledger once; of those with one event key one is applied, the others repeat it."""
    ledger = owner.execute(OUTCOMES, ([delivery.id for delivery in deliveries],)).fetchall()
    assert sum(len(outcomes) for _, outcomes in ledger) == len(deliveries)
    for _, outcomes in ledger:
        assert outcomes == ["applied"] + ["duplicate"] * (len(outcomes) - 1)


async def check(connections: Pool, owner: psycopg.Connection[Any], run: Run) -> None:
    world, writers = run
    note(f"{world}\n{writers}")
    one_by_one = [[[index] for index in range(len(world.told))]]
    straight = await rows_after(connections, owner, world, one_by_one)
    expected = expected_rows(world)
    assert differences(straight, expected) == []
    for table in ("conversations", "messages", "people"):
        assert set(straight[table]) == set(expected[table])
    disordered = await rows_after(connections, owner, world, writers)
    assert differences(disordered, straight) == []
    assert disordered == straight


@given(runs())
@QUICK
async def test_a12_any_order_repetition_and_split_of_messages_gives_the_rows_of_the_model(
    connections, owner, run
):
    await check(connections, owner, run)


# An answer that shows somebody twice, each time by other ids.
SHOWN_TWICE = Described(
    chat=0, naming="id and lid", title="", archived=False, people=((OWNER, "lid"), (OWNER, "full")), name=None
)


@given(runs(happenings=5))
@example((World(groups=(False,), own_identities=(), told=(SHOWN_TWICE,)), [[[0]]]))
@QUICK
async def test_a12_messages_and_what_happens_to_them_in_any_order_give_the_rows_of_the_model(
    connections, owner, run
):
    await check(connections, owner, run)


@given(runs(writers=2, happenings=4))
@QUICK
async def test_a12_two_writers_at_once_give_the_rows_of_the_model(connections, owner, run):
    await check(connections, owner, run)


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@given(runs(writers=2, happenings=8))
@LONG
async def test_a12_a_long_run_of_two_writers(connections, owner, run):
    await check(connections, owner, run)
