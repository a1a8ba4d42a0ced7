"""``rebuild --check``: do the rows say what the ledger says?"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from psycopg import AsyncConnection, IsolationLevel
from psycopg_pool import AsyncConnectionPool

from communications.refold.rebuild.fold import LedgerFold
from communications.refold.rebuild.questions import ENTITIES, REASONS, comparison
from communications.refold.rebuild.scratch import scratch_connections, scratch_tables
from communications.refold.replay import Progress, Totals

DIFFERENCES_SHOWN: Final = 20

# A hash of all rows is worth its memory, once.
_AT_EASE: Final = "SET LOCAL work_mem = '128MB'"

Facts = Mapping[str, Any]


class RowDifference(msgspec.Struct, frozen=True):
    """A row of which the two sides say different things, or that one side lacks (``None``)."""

    account: str
    key: str
    live: Facts | None
    rebuilt: Facts | None

    def fields(self) -> list[tuple[str, Any, Any]]:
        """Name, live value and rebuilt value of the facts that differ; none where a side lacks the row."""
        if self.live is None or self.rebuilt is None:
            return []
        return [
            (name, self.live.get(name), self.rebuilt.get(name))
            for name in sorted({*self.live, *self.rebuilt})
            if self.live.get(name) != self.rebuilt.get(name)
        ]


class Comparison(msgspec.Struct, frozen=True):
    """Of one entity: rows compared, rows left out by reason, rows that differ, and the first of those."""

    entity: str
    compared: int
    left_out: dict[str, int]
    different: int
    first: list[RowDifference]


class Check(msgspec.Struct, frozen=True):
    folded: Totals
    comparisons: list[Comparison]

    @property
    def compared(self) -> int:
        """Channels are there without any delivery: they alone prove nothing."""
        return sum(one.compared for one in self.comparisons if one.entity != "channel")

    @property
    def different(self) -> int:
        return sum(one.different for one in self.comparisons)


async def rebuild_check(
    owner: AsyncConnection[Any],
    ledger: AsyncConnectionPool[Any],
    *,
    seed: int | None = None,
    begin: Callable[[int], Progress],
) -> Check:
    """Folds every delivery whose body is held into scratch tables, and compares. Never keeps a server waiting.

    ``owner``: a connection in autocommit mode that may make a schema. ``begin`` is told how many deliveries there are.
    Raises AlreadyRunning.
    """
    async with ledger.connection() as connection:
        [(writer,)] = await (await connection.execute("SELECT current_user")).fetchall()
    async with scratch_tables(owner, writer):
        async with scratch_connections() as scratch:
            fold = LedgerFold(owner, ledger, scratch, seed)
            waiting = await fold.waiting()
            folded = await fold.run(waiting, begin(len(waiting)))
        return Check(folded, await _compare(owner))


async def _compare(connection: AsyncConnection[Any]) -> list[Comparison]:
    """In one snapshot of live and scratch tables. It writes nothing, so that it holds no reader of the feed back."""
    await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
    await connection.set_read_only(True)
    try:
        async with connection.transaction():
            await connection.execute(_AT_EASE)
            return [await _compare_entity(connection, entity) for entity in ENTITIES]
    finally:
        await connection.set_isolation_level(None)
        await connection.set_read_only(None)


async def _compare_entity(connection: AsyncConnection[Any], entity: str) -> Comparison:
    found = await connection.execute(comparison(entity), REASONS | {"limit": DIFFERENCES_SHOWN})
    counted = {"compared": 0, "different": 0}
    left_out: dict[str, int] = {}
    first: list[RowDifference] = []
    for what, name, key, count, live, rebuilt in await found.fetchall():
        if what == "left out":
            left_out[name] = count
        elif what == "difference":
            first.append(RowDifference(name, key or "", live, rebuilt))
        else:
            counted[what] = count
    return Comparison(entity, counted["compared"], left_out, counted["different"], first)
