"""Faults on demand, for the next calls of an endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from simulator.api.errors import ApiError


class When(StrEnum):
    """Whether the service has done what was asked when the fault strikes."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(slots=True)
class Fault:
    """What goes wrong with a call of `endpoint` (`POST /chats/{chat_id}/messages`, or `*` for any).

    First `delay_seconds` pass. Then, `when` before or after the call was carried out, the connection is cut
    (`cut`), or `status` with `body`, `content_type` and `headers` is answered in place of the real answer.
    With neither, the call is only late. It strikes `times` times; `echo` False keeps the webhook of a
    message that was accepted all the same.
    """

    endpoint: str
    when: When = When.BEFORE
    status: int | None = None
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    cut: bool = False
    echo: bool = True
    times: int = 1

    @classmethod
    def refusal(cls, endpoint: str, word: str, *, when: When = When.BEFORE, times: int = 1) -> Self:
        """The service's own error `errors/<word>` in place of the answer."""
        answer = ApiError(word).response()
        return cls(endpoint, when=when, status=answer.status, body=answer.body, times=times)

    def strikes(self, endpoint: str) -> bool:
        """Whether a call of `endpoint` meets this fault."""
        return self.times > 0 and self.endpoint in {"*", endpoint}


class Faults:
    """The faults that wait, first come, first to strike; a call meets one at most."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Let `fault` wait for its call."""
        self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Forget those that have not struck."""
        self._waiting.clear()

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._waiting)

    def take(self, endpoint: str) -> Fault | None:
        """The fault that strikes a call of `endpoint`, used up by one time."""
        for fault in self._waiting:
            if fault.strikes(endpoint):
                fault.times -= 1
                if fault.times == 0:
                    self._waiting.remove(fault)
                return fault
        return None
