"""Connections for the fold: of their own, so that nothing else of the product can keep a delivery waiting."""

from typing import Any, Final

from psycopg_pool import AsyncConnectionPool

from communications.schemas.connections import connection_pool

LOCK_TIMEOUT_MS: Final = 500
STATEMENT_TIMEOUT_MS: Final = 1_000

# Planning the fold costs several times its execution, so its plans are made once per connection, from no parameters. They
# must read by index what the batch names, and never a whole table, be it by way of its index into a hash: batches are
# small, and tables that were empty when a plan was made are not when it runs.
PLANNER: Final = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}


def fold_connections(*, max_size: int) -> AsyncConnectionPool[Any]:
    """An unopened pool. One call of the fold is one transaction; ``LOCK_TIMEOUT_MS`` bounds the wait for another writer."""
    return connection_pool(
        "fold",
        max_size=max_size,
        lock_timeout_ms=LOCK_TIMEOUT_MS,
        statement_timeout_ms=STATEMENT_TIMEOUT_MS,
        planner=PLANNER,
    )
