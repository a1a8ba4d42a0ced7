"""What became of the deliveries, by the product's own record."""

from __future__ import annotations

from bench.installation import Installation
from bench.measured import BenchmarkError

COUNT_BY_OUTCOME = "SELECT outcome, count(*) FROM communications_webhookdelivery GROUP BY outcome"
COUNT_SHOWN = "SELECT count(*) FROM communications_message WHERE NOT is_stub"


def applied_deliveries(installation: Installation, database: str) -> int:
    """How many the ledger holds. Raises BenchmarkError if one of them has another outcome than applied."""
    with installation.owner_connection(database) as connection:
        outcomes: dict[str, int] = dict(connection.execute(COUNT_BY_OUTCOME).fetchall())
    applied = outcomes.pop("applied", 0)
    if outcomes:
        raise BenchmarkError(f"The ledger holds {applied} applied deliveries, and others: {outcomes}.")
    return applied


def shown_messages(installation: Installation, database: str, *, with_repeats: bool) -> int:
    """How many messages readers must have seen. Raises BenchmarkError if a delivery is neither applied nor, ``with_repeats``,
    a repeated one.
    """
    with installation.owner_connection(database) as connection:
        outcomes: dict[str, int] = dict(connection.execute(COUNT_BY_OUTCOME).fetchall())
        others = outcomes.keys() - ({"applied", "duplicate"} if with_repeats else {"applied"})
        if others:
            raise BenchmarkError(f"The ledger holds deliveries that were not applied: {outcomes}.")
        ((messages,),) = connection.execute(COUNT_SHOWN).fetchall()
    return int(messages)
