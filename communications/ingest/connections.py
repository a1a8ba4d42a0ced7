"""Connections for the fold: of their own, so that nothing else of the product can keep a delivery waiting."""

from typing import Any, Final

from psycopg_pool import AsyncConnectionPool

from communications.schemas.connections import PLANNED_ONCE, connection_pool

LOCK_TIMEOUT_MS: Final = 500
STATEMENT_TIMEOUT_MS: Final = 1_000
COPY_LOCK_TIMEOUT_MS: Final = 5_000
COPY_STATEMENT_TIMEOUT_MS: Final = 10_000


def fold_connections(*, max_size: int) -> AsyncConnectionPool[Any]:
    """An unopened pool. One call of the fold is one transaction; ``LOCK_TIMEOUT_MS`` bounds the wait for another writer."""
    return connection_pool(
        "fold",
        max_size=max_size,
        lock_timeout_ms=LOCK_TIMEOUT_MS,
        statement_timeout_ms=STATEMENT_TIMEOUT_MS,
        planner=PLANNED_ONCE,
    )


def copy_connections(*, max_size: int) -> AsyncConnectionPool[Any]:
    """As ``fold_connections``, for copying history: no request waits for it, and the words of what it brings are written later
    (``ingest.search_backlog``).
    """
    return connection_pool(
        "history",
        max_size=max_size,
        lock_timeout_ms=COPY_LOCK_TIMEOUT_MS,
        statement_timeout_ms=COPY_STATEMENT_TIMEOUT_MS,
        planner={**PLANNED_ONCE, "landline.search_later": "on"},
    )
