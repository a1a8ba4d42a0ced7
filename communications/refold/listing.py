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

from communications.models import Outcome
from communications.refold.selection import DeliverySelection
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
LARGEST_STEP_ROWS: Final = 50_000
# Bodies are read to look into them.
LARGEST_TEXT_STEP_ROWS: Final = 5_000
# Where nothing but an index is read.
LARGEST_INDEX_STEP_ROWS: Final = 500_000
CAUSES_SHOWN: Final = 200
NOT_APPLIED: Final = [outcome for outcome in Outcome.values if outcome != Outcome.APPLIED]

# A step is a range of ids, told before anything in it is read: what comes in meanwhile is in one range or in none.
_RANGE: Final = "delivery.id >= %(low)s AND delivery.id < %(after)s"

_LOW: Final = """
SELECT delivery.id FROM communications_webhookdelivery AS delivery
WHERE {indexed} AND delivery.id < %(after)s ORDER BY delivery.id DESC OFFSET %(step)s - 1 LIMIT 1
"""

_MATCHING: Final = f"""
SELECT delivery.id FROM communications_webhookdelivery AS delivery
WHERE {{condition}} AND {_RANGE} ORDER BY delivery.id DESC LIMIT %(rows)s
"""  # noqa: S608 (constants)

_BY_OUTCOME: Final = f"""
SELECT delivery.outcome, count(*) FROM communications_webhookdelivery AS delivery
WHERE {{condition}} AND {_RANGE} GROUP BY delivery.outcome
"""  # noqa: S608 (constants)

# Most are applied, and there is an index of the others: both numbers are of one moment, and no row is read.
_BY_OUTCOME_OF_ALL: Final = f"""
SELECT delivery.outcome, count(*) FROM communications_webhookdelivery AS delivery
WHERE delivery.outcome = ANY(%(not_applied)s) AND delivery.outcome <> 'applied' AND {_RANGE} GROUP BY delivery.outcome
UNION ALL
SELECT NULL, count(*) FROM communications_webhookdelivery AS delivery WHERE {_RANGE}
"""  # noqa: S608 (constants)

_BY_REASON: Final = f"""
SELECT delivery.reason, count(*), max(delivery.received_at) FROM communications_webhookdelivery AS delivery
WHERE {{condition}} AND {_RANGE} GROUP BY delivery.reason
"""  # noqa: S608 (constants)


class DeliveryPosition(msgspec.Struct, frozen=True, array_like=True):
    """Of the last delivery that was looked at; the next page holds smaller ones."""

    id: uuid.UUID


NEWEST: Final = DeliveryPosition(uuid.UUID(int=2**128 - 1))


class DeliveriesFound(NamedTuple):
    """``looked_back_to`` is there when the time was over before the page was full."""

    items: tuple[Delivery, ...]
    next_position: DeliveryPosition | None
    looked_back_to: dt.datetime | None


def deliveries_find(selection: DeliverySelection, *, after: DeliveryPosition, limit: int) -> DeliveriesFound:
    """One page; the search ends with the page, the ledger, or its time."""
    if selection.is_of_nothing:
        return DeliveriesFound((), None, None)
    found: list[uuid.UUID] = []
    matching = _MATCHING.format(condition=selection.condition())
    steps = _Steps(selection, after=after.id)
    for bounds in steps:
        wanted = bounds | {"rows": limit + 1 - len(found)}
        found += [row[0] for row in rows(matching, selection.parameters() | wanted)]
        if len(found) > limit:
            return DeliveriesFound(deliveries_by_id(found[:limit]), DeliveryPosition(found[limit - 1]), None)
    if steps.at is None:
        return DeliveriesFound(deliveries_by_id(found), None, None)
    return DeliveriesFound(deliveries_by_id(found), DeliveryPosition(steps.at), uuid7_moment(steps.at))


def deliveries_total(selection: DeliverySelection) -> DeliveryTotals:
    """Deliveries by outcome; each is counted once, with one outcome, so that they add up while others come in."""
    totals: Counter[str] = Counter()
    steps = _Steps(selection)
    by_outcome = (
        _BY_OUTCOME_OF_ALL if selection.is_of_all else _BY_OUTCOME.format(condition=selection.condition())
    )
    parameters = selection.parameters() | {"not_applied": NOT_APPLIED}
    for bounds in steps:
        counted = dict(rows(by_outcome, parameters | bounds))
        everything = counted.pop(None, None)
        if everything is not None:
            counted["applied"] = everything - sum(counted.values())
        totals.update(counted)
    return DeliveryTotals(
        received=totals.total(),
        outcomes=outcome_totals(totals),
        counted_back_to=None if steps.at is None else instant(uuid7_moment(steps.at)),
    )


def deliveries_causes(selection: DeliverySelection) -> DeliveryCauses:
    """Why deliveries were not applied, the most frequent reason first."""
    totals: Counter[tuple[str, str]] = Counter()
    newest: dict[tuple[str, str], dt.datetime] = {}
    stopped_at: list[uuid.UUID] = []
    for outcome in ("quarantined", "failed", "parked", "ignored"):
        of_outcome = msgspec.structs.replace(selection, outcome=outcome)
        steps = _Steps(of_outcome)
        by_reason = _BY_REASON.format(condition=of_outcome.condition())
        for bounds in steps:
            for reason, total, received_at in rows(by_reason, of_outcome.parameters() | bounds):
                totals[outcome, reason] += total
                newest[outcome, reason] = max(received_at, newest.get((outcome, reason), received_at))
        stopped_at += [] if steps.at is None else [steps.at]
    return DeliveryCauses(
        items=tuple(
            msgspec.convert(
                {
                    "outcome": outcome,
                    "reason": reason,
                    "total": total,
                    "newest_at": instant(newest[outcome, reason]),
                },
                DeliveryCause,
            )
            for (outcome, reason), total in totals.most_common(CAUSES_SHOWN)
        ),
        counted_back_to=instant(uuid7_moment(max(stopped_at))) if stopped_at else None,
    )


def outcome_totals(totals: Counter[str]) -> tuple[OutcomeTotal, ...]:
    """Most frequent first."""
    return tuple(
        msgspec.convert({"outcome": outcome, "total": total}, OutcomeTotal)
        for outcome, total in totals.most_common()
        if total
    )


class _Steps:
    """Ranges of ids, newest first, each larger than the one before, until the ledger's end or the end of the time.

    Afterwards ``at`` is the id above which all was looked at, or ``None`` at the ledger's end.
    """

    def __init__(self, selection: DeliverySelection, *, after: uuid.UUID = NEWEST.id) -> None:
        self.at: uuid.UUID | None = None if selection.is_of_nothing else after
        self._selection = selection
        self._largest = LARGEST_STEP_ROWS
        if selection.text is not None:
            self._largest = LARGEST_TEXT_STEP_ROWS
        elif selection.is_of_all:
            self._largest = LARGEST_INDEX_STEP_ROWS

    def __iter__(self) -> Iterator[dict[str, Any]]:
        low = _LOW.format(indexed=self._selection.indexed_condition())
        parameters = self._selection.parameters()
        ends_at = time.monotonic() + SECONDS
        step = min(FIRST_STEP_ROWS, self._largest)
        while self.at is not None:
            found = rows(low, parameters | {"after": self.at, "step": step})
            lowest: uuid.UUID | None = found[0][0] if found else None
            yield {"low": lowest or uuid.UUID(int=0), "after": self.at}
            self.at = lowest
            if time.monotonic() >= ends_at:
                return
            step = min(step * 3, self._largest)
