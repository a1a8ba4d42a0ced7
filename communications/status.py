"""The status of an own message: a lattice that is only ever climbed.

``pending < sending < sent < delivered < read``; beside the ladder stand ``failed`` (from pending or sending) and
``unconfirmed`` (from sending, or from sent when neither receipt nor echo came). Proof of acceptance lifts both.
"""

from typing import Final, Literal, get_args

Status = Literal["pending", "sending", "sent", "delivered", "read", "failed", "unconfirmed"]

STATUSES: Final[tuple[Status, ...]] = get_args(Status)
LADDER: Final[tuple[Status, ...]] = ("pending", "sending", "sent", "delivered", "read")
PROOFS: Final[frozenset[Status]] = frozenset({"sent", "delivered", "read"})

_ASIDE_FROM: Final[dict[Status, frozenset[Status]]] = {
    "failed": frozenset({"pending", "sending"}),
    "unconfirmed": frozenset({"sending", "sent"}),
}


def status_climb(held: Status | None, reported: Status | None) -> Status | None:
    """The status after a report: never lower than the held one.

    ``None`` is the status of a message that is not ours, or not known yet; any report lifts it.
    """
    if reported is None or held == reported:
        return held
    if held is None:
        return reported
    if reported in _ASIDE_FROM:
        return reported if held in _ASIDE_FROM[reported] else held
    if held in _ASIDE_FROM:
        return reported if reported in PROOFS else held
    return max(held, reported, key=LADDER.index)
