"""What became of the deliveries, by the product's own record."""

from __future__ import annotations

from bench.installation import Installation
from bench.measured import BenchmarkError

COUNT_BY_OUTCOME = "SELECT outcome, count(*) FROM communications_webhookdelivery GROUP BY outcome"


def applied_deliveries(installation: Installation, database: str) -> int:
    """How many the ledger holds. Raises BenchmarkError if one of them has another outcome than applied."""
    with installation.owner_connection(database) as connection:
        outcomes: dict[str, int] = dict(connection.execute(COUNT_BY_OUTCOME).fetchall())
    applied = outcomes.pop("applied", 0)
    if outcomes:
        raise BenchmarkError(f"The ledger holds {applied} applied deliveries, and others: {outcomes}.")
    return applied
