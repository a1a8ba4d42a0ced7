"""Saving deliveries: one transaction for a batch where it can be, one for each where it must be.

Every failure of the fold ends in a ledger row: an odd delivery costs itself only, a busy database costs time only. What
cannot be saved at all raises ``Unsaved``, and whoever sent it keeps it.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, LiteralString, Protocol

import msgspec
import psycopg
import structlog
from psycopg import errors

from communications.errors import Divisible, Unsaved
from communications.ingest.batch import FOLD, LEDGER_ONLY, FoldBatch
from communications.ingest.erased import fold_without_erased, is_list_of_several, meets_erased
from communications.schemas.deliveries import Delivery, Reading

log = structlog.get_logger(__name__)

SERIALIZATION_RETRIES: Final = 2
REASON_MAX_CHARACTERS: Final = 500

_DATA_ERROR_CLASSES: Final = ("22", "23", "54", "P0", "XX", "42", "21")
_BUSY: Final = (errors.LockNotAvailable, errors.QueryCanceled)
_OUR_OWN: Final = (ValueError, TypeError, KeyError, msgspec.MsgspecError)
_CONFLICTS: Final = (errors.SerializationFailure, errors.DeadlockDetected)


class Connections(Protocol):
    """Where connections come from: psycopg's pool, or anything with the same context manager."""

    def connection(self, timeout: float | None = None) -> Any: ...


async def record(connections: Connections, deliveries: Sequence[Delivery]) -> Counter[str]:
    """Folds and saves deliveries; returns the number of deliveries per outcome.

    Raises ``Unsaved`` when the database could not take them, and ``psycopg.OperationalError`` when it is not there; then
    nothing is known to be saved, and the same call may be made again. Raises ``Divisible`` for a new list of several messages
    of which one would cost the others.
    """
    try:
        return await _fold(connections, deliveries)
    except _BUSY as busy:
        log.warning("fold_busy", deliveries=len(deliveries), error=type(busy).__name__)
        return await _ledger_only(connections, deliveries, "busy: the database did not answer in time")
    except (psycopg.Error, *_OUR_OWN) as error:
        if not is_about_data(error):
            raise
        return await _halve(connections, deliveries, error)


async def _fold(connections: Connections, deliveries: Sequence[Delivery]) -> Counter[str]:
    parameters = FoldBatch(deliveries).parameters()
    for attempt in range(SERIALIZATION_RETRIES + 1):
        try:
            return await _call(connections, FOLD, parameters)
        except psycopg.Error as error:
            if meets_erased(error):
                _divide(deliveries)
                return await _fold_without_erased(connections, deliveries)
            if not isinstance(error, _CONFLICTS):
                raise
            if attempt == SERIALIZATION_RETRIES:
                return await _ledger_only(connections, deliveries, "busy: writers kept colliding")
            await asyncio.sleep(random.uniform(0.005, 0.05) * (attempt + 1))  # noqa: S311
    raise AssertionError


def _divide(deliveries: Sequence[Delivery]) -> None:
    if len(deliveries) == 1 and deliveries[0].raw is not None and is_list_of_several(deliveries[0]):
        raise Divisible


async def _fold_without_erased(connections: Connections, deliveries: Sequence[Delivery]) -> Counter[str]:
    async with connections.connection() as connection:
        return await fold_without_erased(connection, deliveries)


async def _halve(connections: Connections, deliveries: Sequence[Delivery], error: Exception) -> Counter[str]:
    """Each half in its own transaction, down to the one that does not fold; that one is kept as failed."""
    if len(deliveries) == 1:
        _divide(deliveries)
        log.error("delivery_failed", delivery=str(deliveries[0].id), error=error_described(error))
        return await _ledger_only(connections, deliveries, error_described(error))
    middle = len(deliveries) // 2
    first = await record(connections, deliveries[:middle])
    return first + await record(connections, deliveries[middle:])


async def _ledger_only(connections: Connections, deliveries: Sequence[Delivery], reason: str) -> Counter[str]:
    """The deliveries without their facts: those as failed that are not settled yet."""
    settled = [_failed(delivery, reason) for delivery in deliveries]
    try:
        return await _call(connections, LEDGER_ONLY, FoldBatch(settled).ledger_parameters())
    except (*_BUSY, *_CONFLICTS) as error:
        raise Unsaved(f"the ledger could not be written: {type(error).__name__}") from error
    except (psycopg.Error, *_OUR_OWN) as error:
        if not is_about_data(error):
            raise
        if len(deliveries) > 1:
            kept = [await _ledger_only(connections, [delivery], reason) for delivery in deliveries]
            return sum(kept, Counter())
        return await _bytes_only(connections, deliveries[0], error)


async def _bytes_only(connections: Connections, delivery: Delivery, error: Exception) -> Counter[str]:
    """A delivery whose description the ledger refuses is kept without one: the bytes are what counts."""
    log.error("delivery_not_described", delivery=str(delivery.id), error=error_described(error))
    bare = msgspec.structs.replace(
        delivery, headers={}, reading=Reading(settled="failed", reason=error_described(error))
    )
    try:
        return await _call(connections, LEDGER_ONLY, FoldBatch([bare]).ledger_parameters())
    except (*_BUSY, *_CONFLICTS) as refused:
        raise Unsaved(f"the ledger could not be written: {type(refused).__name__}") from refused


def _failed(delivery: Delivery, reason: str) -> Delivery:
    if delivery.reading.settled is not None:
        return delivery
    failed = msgspec.structs.replace(delivery.reading, settled="failed", reason=reason, fact=None)
    return msgspec.structs.replace(delivery, reading=failed)


async def _call(
    connections: Connections, function: LiteralString, parameters: tuple[Any, ...]
) -> Counter[str]:
    async with connections.connection() as connection:
        cursor = await connection.execute(function, parameters)
        return Counter(dict(await cursor.fetchall()))


def is_about_data(error: Exception) -> bool:
    """Whether the deliveries are the cause; else the database is, and the same batch may succeed later."""
    if isinstance(error, psycopg.DataError) or not isinstance(error, psycopg.Error):
        return True
    return (error.sqlstate or "")[:2] in _DATA_ERROR_CLASSES


def error_described(error: Exception) -> str:
    """Which rule was hurt, without the values that hurt it."""
    name = type(error).__name__
    if not isinstance(error, psycopg.Error):
        return name
    tells_values = isinstance(error, psycopg.DataError)
    rule = error.diag.constraint_name or (None if tells_values else error.diag.message_primary)
    return f"{name}: {rule}"[:REASON_MAX_CHARACTERS] if rule else name
