"""Faults on demand: what goes wrong with the next calls of an endpoint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from simulator.api.errors import ApiError
from simulator.habits import Echo
from simulator.web.messages import Request, Response

if TYPE_CHECKING:
    from simulator.fault_plan import FaultPlan

Spoil = Callable[[Response, Request], Response]
"""What becomes of an answer on its way."""


class When(StrEnum):
    """Whether the service has done what was asked when the fault strikes; `DURING` half of its answer has left."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


@dataclass(slots=True)
class Fault:
    """What goes wrong with a call of `endpoint` (`POST /chats/{chat_id}/messages`, or `*` for any) whose path has
    `within` in it.

    First `delay_seconds` pass. Then, `when` before or after the call was carried out, the connection is cut
    (`cut`), or `status` with `body`, `content_type` and `headers` is answered in place of the real answer, or
    `spoil` has its way with the real answer. With none of them, the call is only late. The first `spared` calls
    pass, and it strikes the next `times`; `echo` is when the webhook of a message that was accepted all the same goes
    out, where it is not as ever.
    """

    endpoint: str
    kind: str = "made"
    within: str = ""
    when: When = When.BEFORE
    status: int | None = None
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    cut: bool = False
    spoil: Spoil | None = None
    echo: Echo | None = None
    echo_late_seconds: float = 5.0
    times: int = 1
    spared: int = 0

    @classmethod
    def refusal(cls, endpoint: str, word: str, *, when: When = When.BEFORE, times: int = 1) -> Self:
        """The service's own error `errors/<word>` in place of the answer."""
        answer = ApiError(word).response()
        return cls(endpoint, kind="refused", when=when, status=answer.status, body=answer.body, times=times)

    def answer(self, after: Callable[[], None] | None = None) -> Response:
        """What is answered in place of the real answer."""
        return Response(
            status=self.status or 200,
            body=self.body,
            content_type=self.content_type,
            headers=dict(self.headers),
            after=after,
        )

    def strikes(self, endpoint: str, path: str) -> bool:
        """Whether a call meets this fault."""
        return self.times > 0 and self.endpoint in {"*", endpoint} and self.within in path


class Faults:
    """The faults that wait, first come, first to strike; a call meets one at most. Calls that none of them strikes
    are the plans'. `met` counts what has struck by kind.
    """

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self.plans: dict[str, FaultPlan] = {}
        self.planned: Counter[str] = Counter()
        self.met: Counter[str] = Counter()

    def add(self, fault: Fault) -> Fault:
        """Let `fault` wait for its call."""
        self._waiting.append(fault)
        return fault

    def follow(self, plan: FaultPlan) -> None:
        """From the next call on, those of the plan's endpoint meet what it says, in place of an earlier plan."""
        self.plans[plan.endpoint] = plan
        self.planned[plan.endpoint] = 0

    def clear(self) -> None:
        """Forget those that have not struck, and the plans."""
        self._waiting.clear()
        self.plans.clear()

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._waiting)

    def take(self, endpoint: str, path: str) -> Fault | None:
        """The fault that strikes a call, used up by one time."""
        fault = self._waited(endpoint, path) or self._planned(endpoint)
        if fault is not None:
            self.met[fault.kind] += 1
        return fault

    def _waited(self, endpoint: str, path: str) -> Fault | None:
        for fault in self._waiting:
            if fault.strikes(endpoint, path):
                if fault.spared > 0:
                    fault.spared -= 1
                    continue
                fault.times -= 1
                if fault.times == 0:
                    self._waiting.remove(fault)
                return fault
        return None

    def _planned(self, endpoint: str) -> Fault | None:
        plan = self.plans.get(endpoint)
        if plan is None:
            return None
        number = self.planned[endpoint]
        self.planned[endpoint] += 1
        return plan.fault(number)
