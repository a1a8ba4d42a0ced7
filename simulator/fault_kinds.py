"""Faults by name, with what can be chosen about each: the form in which other processes order them."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import Annotated

import msgspec

from simulator import lists_spoiling as lists
from simulator import spoiling
from simulator.api.errors import STATUSES, ApiError
from simulator.faults import Fault, Spoil, When
from simulator.habits import Echo, Seconds

SEND = "POST /chats/{chat_id}/messages"
ELSEWHERE = "https://elsewhere.example.test/"
TOO_LARGE_BYTES = 6 * 1024 * 1024
LARGEST_BYTES = 64 * 1024 * 1024

_ERRORS = {500: "provider_error", 502: "proxy_error", 503: "service_unavailable", 504: "request_timeout"}


class FaultKind(StrEnum):
    """What can go wrong with a call. But for the first six, it is carried out."""

    REFUSED = "refused"
    """The error `type`."""
    RATE_LIMITED = "rate_limited"
    """429, with `retry_after_seconds` as its header where they are given."""
    ERROR_BEFORE = "error_before"
    """5xx: 503, or `status`, or `type`."""
    CUT_BEFORE = "cut_before"
    REDIRECT = "redirect"
    """307, or `status`, to `location`."""
    HTML_BEFORE = "html_before"
    """A gateway's page with 502, or `status`."""
    LATE = "late"
    """The answer comes `delay_seconds` later, and what was asked is done then."""
    ERROR_AFTER = "error_after"
    CUT_AFTER = "cut_after"
    CUT_MIDWAY = "cut_midway"
    """Half of the answer's body arrives."""
    HTML = "html"
    """A page with the real answer's status, or `status`."""
    TRUNCATED = "truncated"
    EMPTY = "empty"
    NULL_ID = "null_id"
    """`message_id` is null."""
    NO_ID = "no_id"
    """There is no `message_id`."""
    SLOW = "slow"
    """The answer's body takes `seconds`."""
    TOO_LARGE = "too_large"
    """The answer is followed by `size_bytes` of blanks."""
    CURSOR_LOOP = "cursor_loop"
    """A page's cursor leads to the same page again."""
    EMPTY_PAGE = "empty_page"
    """The page is empty, and its cursor leads to what it should have held."""
    DUPLICATES = "duplicates"
    """The page holds its items twice."""
    SHIFTED = "shifted"
    """The first item has slipped to the page before, and is on none."""
    FEWER = "fewer"
    """Every second item is not there."""
    ENDLESS = "endless"
    """The answer is followed by blanks without end."""


class FaultOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A fault by its kind. `delay_seconds` pass before any kind strikes; the other choices are the kinds' own."""

    kind: FaultKind
    endpoint: str = SEND
    within: str = ""
    spared: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    times: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1
    delay_seconds: Seconds = 0.0
    echo: Echo | None = None
    echo_late_seconds: Seconds = 5.0
    type: str | None = None
    status: Annotated[int, msgspec.Meta(ge=200, le=599)] | None = None
    retry_after_seconds: Annotated[int, msgspec.Meta(ge=0)] | None = None
    location: str = ELSEWHERE
    seconds: Seconds = 60.0
    size_bytes: Annotated[int, msgspec.Meta(ge=0, le=LARGEST_BYTES)] = TOO_LARGE_BYTES

    def __post_init__(self) -> None:
        if self.type is not None and self.type.removeprefix("errors/") not in STATUSES:
            raise ValueError(f"{self.type} is no type of error.")
        if self.kind is FaultKind.REFUSED and self.type is None:
            raise ValueError("A refusal needs a type.")


def fault_of(order: FaultOrder) -> Fault:
    """The fault that was ordered."""
    fault = Fault(
        order.endpoint,
        kind=order.kind,
        within=order.within,
        spared=order.spared,
        times=order.times,
        delay_seconds=order.delay_seconds,
        echo=order.echo,
        echo_late_seconds=order.echo_late_seconds,
    )
    match order.kind:
        case FaultKind.REFUSED | FaultKind.RATE_LIMITED | FaultKind.ERROR_BEFORE:
            _answer_error(fault, order)
        case FaultKind.ERROR_AFTER:
            fault.when = When.AFTER
            _answer_error(fault, order)
        case FaultKind.HTML_BEFORE:
            fault.status, fault.body = order.status or 502, spoiling.PAGE
            fault.content_type = spoiling.PAGE_TYPE
        case FaultKind.REDIRECT:
            fault.status, fault.headers = order.status or 307, {"location": order.location}
        case FaultKind.CUT_BEFORE | FaultKind.CUT_AFTER | FaultKind.CUT_MIDWAY:
            fault.cut = True
            fault.when = _CUTS[order.kind]
        case FaultKind.LATE:
            pass
        case _:
            fault.spoil = _spoil(order)
    return fault


_CUTS = {
    FaultKind.CUT_BEFORE: When.BEFORE,
    FaultKind.CUT_AFTER: When.AFTER,
    FaultKind.CUT_MIDWAY: When.DURING,
}
_SPOILS: dict[FaultKind, Spoil] = {
    FaultKind.CURSOR_LOOP: lists.loop,
    FaultKind.EMPTY_PAGE: lists.postpone,
    FaultKind.DUPLICATES: lists.repeat,
    FaultKind.SHIFTED: lists.shift,
    FaultKind.FEWER: lists.thin_out,
    FaultKind.TRUNCATED: spoiling.truncate,
    FaultKind.EMPTY: spoiling.empty,
    FaultKind.NULL_ID: spoiling.null_id,
    FaultKind.NO_ID: spoiling.drop_id,
    FaultKind.ENDLESS: spoiling.never_end,
}


def _spoil(order: FaultOrder) -> Spoil:
    match order.kind:
        case FaultKind.HTML:
            return partial(spoiling.page, order.status)
        case FaultKind.SLOW:
            return partial(spoiling.slow, order.seconds)
        case FaultKind.TOO_LARGE:
            return partial(spoiling.swell, order.size_bytes)
        case kind:
            return _SPOILS[kind]


def _answer_error(fault: Fault, order: FaultOrder) -> None:
    if order.kind is FaultKind.RATE_LIMITED:
        word = "too_many_requests"
        if order.retry_after_seconds is not None:
            fault.headers = {"retry-after": str(order.retry_after_seconds)}
    elif order.type is not None:
        word = order.type.removeprefix("errors/")
    else:
        word = _ERRORS.get(order.status or 503, "unexpected_error")
    answer = ApiError(word).response(order.status)
    fault.status, fault.body = answer.status, answer.body
