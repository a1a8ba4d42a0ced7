"""What people want folded again: kept as a row, done by the worker, its outcome told on the row."""

import time
from collections import Counter
from typing import Any, Final

import msgspec
import structlog
from django.db import transaction
from psycopg_pool import AsyncConnectionPool

from communications.errors import NotFound
from communications.ingest.unfinished import job_announce_on_commit
from communications.models import AuditEntry
from communications.models import ReplayOrder as OrderRow
from communications.outbox.audit import audit_note
from communications.refold.listing import deliveries_total, outcome_totals
from communications.refold.replay import deliveries_replay
from communications.refold.selection import DeliverySelection
from communications.schemas.ledger import ReplayOrder, ReplayOrders
from communications.selectors.values import id_text, instant, optional_instant

log = structlog.get_logger(__name__)

REPLAY_ORDERS_TASK: Final = "replay_orders"
SHOWN: Final = 20
TOLD_EVERY_SECONDS: Final = 1.0
BROKEN: Final = "The replay ended with an error: {}. What it folded before stays folded; ask again to go on."

# One at a time over all workers: two would only wait for each other's channels.
_ALONE: Final = "SELECT pg_try_advisory_lock(hashtextextended('replay orders', 0))"
_NOT_ALONE: Final = "SELECT pg_advisory_unlock(hashtextextended('replay orders', 0))"
UNFINISHED: Final = "SELECT FROM communications_replayorder WHERE finished_at IS NULL LIMIT 1"
_NEXT: Final = (
    "SELECT id, selection FROM communications_replayorder WHERE finished_at IS NULL ORDER BY id LIMIT 1"
)
_TELL: Final = "UPDATE communications_replayorder SET totals = %(totals)s WHERE id = %(id)s"
_FINISH: Final = """
UPDATE communications_replayorder SET totals = %(totals)s, failure = %(failure)s, finished_at = now() WHERE id = %(id)s
"""


def replay_order(user_id: int, selection: DeliverySelection) -> ReplayOrder:
    """Has the selected deliveries folded again in the background. Raises NotFound if there is nothing to fold."""
    counted = deliveries_total(selection)
    if not counted.received and counted.counted_back_to is None:
        raise NotFound("No delivery is selected.")
    with transaction.atomic():
        order = OrderRow.objects.create(
            author_id=user_id,
            selection=msgspec.to_builtins(selection),
            expected=counted.received,
            is_counted=counted.counted_back_to is None,
        )
        audit_note(
            user_id,
            AuditEntry.Action.REPLAY_ASKED,
            channel_id=None,
            object_kind="replay order",
            object_id=str(order.pk),
            result=f"{counted.received} selected",
        )
        job_announce_on_commit(REPLAY_ORDERS_TASK)
    order.refresh_from_db()
    return _document(order)


def replay_orders_of(user_id: int) -> ReplayOrders:
    """The person's own, newest first."""
    orders = OrderRow.objects.filter(author_id=user_id).order_by("-id")[:SHOWN]
    return ReplayOrders(items=tuple(_document(order) for order in orders))


async def replay_orders_do(connections: AsyncConnectionPool[Any]) -> int:
    """Does all that is ordered, unless another worker is at it; returns how many orders were done."""
    done = 0
    async with connections.connection() as alone:
        [(is_alone,)] = await (await alone.execute(_ALONE)).fetchall()
        if not is_alone:
            return done
        try:
            while (order := await (await alone.execute(_NEXT)).fetchone()) is not None:
                await _do(connections, *order)
                done += 1
        finally:
            await alone.execute(_NOT_ALONE)
    return done


async def _do(connections: AsyncConnectionPool[Any], order_id: int, wanted: Any) -> None:
    told = _Told(connections, order_id)
    failure = ""
    try:
        await deliveries_replay(connections, msgspec.convert(wanted, DeliverySelection), told)
    except Exception as error:
        log.exception("replay_order_failed", order=order_id)
        failure = BROKEN.format(type(error).__name__)
    log.info("replay_order_done", order=order_id, **told.totals)
    finished = {"id": order_id, "totals": msgspec.json.encode(told.totals).decode(), "failure": failure}
    async with connections.connection() as connection:
        await connection.execute(_FINISH, finished)


class _Told:
    """Writes on the row, now and then, how far an order is, so that whoever looks sees it move."""

    def __init__(self, connections: AsyncConnectionPool[Any], order_id: int) -> None:
        self._connections = connections
        self._order_id = order_id
        self._told_at = time.monotonic()
        self.totals: Counter[str] = Counter()

    async def __call__(self, totals: Counter[str]) -> None:
        self.totals = totals
        if time.monotonic() - self._told_at < TOLD_EVERY_SECONDS:
            return
        self._told_at = time.monotonic()
        async with self._connections.connection() as connection:
            await connection.execute(
                _TELL, {"id": self._order_id, "totals": msgspec.json.encode(totals).decode()}
            )


def _document(order: OrderRow) -> ReplayOrder:
    return ReplayOrder(
        id=id_text(order.pk),
        created_at=instant(order.created_at),
        expected=order.expected,
        is_counted=order.is_counted,
        totals=outcome_totals(Counter(order.totals)),
        failure=order.failure or None,
        finished_at=optional_instant(order.finished_at),
    )
