"""The ledger as pages, totals and causes, newest first, in steps that end in time however long the ledger is.

Whatever has no index (a text, a chat, an event) is looked for in a bounded number of rows at a time; who asked hears how far back
the search went, and may go on from there.
"""

import datetime as dt
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

from communications.history.selection import DeliverySelection
from communications.schemas.identifiers import uuid7_moment
from communications.schemas.ledger import (
    Delivery,
    DeliveryCause,
    DeliveryCauses,
    DeliveryTotals,
    OutcomeTotal,
)
from communications.selectors.deliveries import deliveries_by_id
from communications.selectors.queries import rows
from communications.selectors.values import instant

SECONDS: Final = 2.0
FIRST_STEP_ROWS: Final = 10_000
LARGEST_STEP_ROWS: Final = 100_000
# Bodies are read to look into them.
LARGEST_TEXT_STEP_ROWS: Final = 5_000
CAUSES_SHOWN: Final = 200

# By an index: the newest of one outcome (but applied, which most are), or of one message, or of all.
_STEP: Final = """
SELECT delivery.* FROM communications_webhookdelivery AS delivery
WHERE {indexed} AND delivery.id < %(after)s ORDER BY delivery.id DESC LIMIT %(step)s
"""

_MATCHING: Final = """
SELECT delivery.id FROM ({step}) AS delivery WHERE {condition} ORDER BY delivery.id DESC LIMIT %(rows)s
"""

_END_OF_STEP: Final = """
SELECT delivery.id FROM communications_webhookdelivery AS delivery
WHERE {indexed} AND delivery.id < %(after)s ORDER BY delivery.id DESC OFFSET %(step)s - 1 LIMIT 1
"""

_COUNTED: Final = """
SELECT delivery.outcome, {grouped}, count(*) FILTER (WHERE {condition}),
       max(delivery.id::text COLLATE "C") FILTER (WHERE {condition}), min(delivery.id::text COLLATE "C"), count(*)
FROM ({step}) AS delivery GROUP BY 1, 2
"""


class DeliveryPosition(msgspec.Struct, frozen=True, array_like=True):
    """Of the last delivery that was looked at; the next page holds smaller ones."""

    id: uuid.UUID


NEWEST: Final = DeliveryPosition(uuid.UUID(int=2**128 - 1))


class DeliveriesFound(NamedTuple):
    """``looked_back_to`` is there when the time was over before the page was full."""

    items: tuple[Delivery, ...]
    next_position: DeliveryPosition | None
    looked_back_to: dt.datetime | None


class Cause(NamedTuple):
    outcome: str
    reason: str


def deliveries_find(selection: DeliverySelection, *, after: DeliveryPosition, limit: int) -> DeliveriesFound:
    """One page; the search ends with the page, the ledger, or its time."""
    if selection.is_of_nothing:
        return DeliveriesFound((), None, None)
    found: list[uuid.UUID] = []
    parameters = selection.parameters()
    matching, end_of_step = (_sql(template, selection) for template in (_MATCHING, _END_OF_STEP))
    for step in _steps(selection):
        bounds = {"after": after.id, "step": step, "rows": limit + 1 - len(found)}
        found += [row[0] for row in rows(matching, parameters | bounds)]
        if len(found) > limit:
            last = DeliveryPosition(found[limit - 1])
            return DeliveriesFound(deliveries_by_id(found[:limit]), last, None)
        ended = rows(end_of_step, parameters | bounds)
        if not ended:
            return DeliveriesFound(deliveries_by_id(found), None, None)
        after = DeliveryPosition(ended[0][0])
    return DeliveriesFound(deliveries_by_id(found), after, uuid7_moment(after.id))


def deliveries_total(selection: DeliverySelection) -> DeliveryTotals:
    """Deliveries by outcome; each is counted once, with one outcome, so that they add up while others come in."""
    totals: Counter[str] = Counter()
    counted = _count(selection, "NULL::text")
    for (outcome, _), total, _ in counted.groups:
        totals[outcome] += total
    return DeliveryTotals(
        received=totals.total(),
        outcomes=outcome_totals(totals),
        counted_back_to=None if counted.back_to is None else instant(counted.back_to),
    )


def deliveries_causes(selection: DeliverySelection) -> DeliveryCauses:
    """Why deliveries were not applied, the most frequent reason first."""
    totals: Counter[Cause] = Counter()
    newest: dict[Cause, uuid.UUID] = {}
    back_to: list[dt.datetime] = []
    for outcome in ("quarantined", "failed", "parked", "ignored"):
        counted = _count(msgspec.structs.replace(selection, outcome=outcome), "delivery.reason")
        for (_, reason), total, newest_id in counted.groups:
            if total:
                cause = Cause(outcome, reason)
                totals[cause] += total
                newest[cause] = max(newest_id, newest.get(cause, newest_id))
        back_to += [] if counted.back_to is None else [counted.back_to]
    return DeliveryCauses(
        items=tuple(
            msgspec.convert(
                {
                    "outcome": cause.outcome,
                    "reason": cause.reason,
                    "total": total,
                    "newest_at": instant(uuid7_moment(newest[cause])),
                    "newest_id": str(newest[cause]),
                },
                DeliveryCause,
            )
            for cause, total in totals.most_common(CAUSES_SHOWN)
        ),
        counted_back_to=instant(max(back_to)) if back_to else None,
    )


def outcome_totals(totals: Counter[str]) -> tuple[OutcomeTotal, ...]:
    """Most frequent first."""
    return tuple(
        msgspec.convert({"outcome": outcome, "total": total}, OutcomeTotal)
        for outcome, total in totals.most_common()
        if total
    )


class _Counted(NamedTuple):
    groups: list[tuple[tuple[str, str], int, uuid.UUID]]
    back_to: dt.datetime | None


def _count(selection: DeliverySelection, grouped: str) -> _Counted:
    groups: list[tuple[tuple[str, str], int, uuid.UUID]] = []
    if selection.is_of_nothing:
        return _Counted(groups, None)
    counting = _sql(_COUNTED, selection, grouped=grouped)
    parameters = selection.parameters()
    after = NEWEST.id
    for step in _steps(selection):
        seen = 0
        for outcome, group, total, newest, oldest, looked_at in rows(
            counting, parameters | {"after": after, "step": step}
        ):
            seen += looked_at
            after = min(after, uuid.UUID(oldest))
            if total:
                groups.append(((outcome, group), total, uuid.UUID(newest)))
        if seen < step:
            return _Counted(groups, None)
    return _Counted(groups, uuid7_moment(after))


def _steps(selection: DeliverySelection) -> Iterator[int]:
    """How many rows to look at next, more each time, until the time is over."""
    ends_at = time.monotonic() + SECONDS
    largest = LARGEST_STEP_ROWS if selection.text is None else LARGEST_TEXT_STEP_ROWS
    step = min(FIRST_STEP_ROWS, largest)
    while True:
        yield step
        if time.monotonic() >= ends_at:
            return
        step = min(step * 2, largest)


def _sql(template: str, selection: DeliverySelection, **parts: Any) -> str:
    indexed = selection.indexed_condition()
    step = _STEP.format(indexed=indexed)
    return template.format(step=step, indexed=indexed, condition=selection.condition(), **parts)
