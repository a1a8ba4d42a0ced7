"""Whom a call of upstream is for: said around it, read by the meter."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, NamedTuple

Purpose = Literal["send", "open", "repair", "history", "answer", "manage"]


class Charge(NamedTuple):
    account: str = ""
    channel_id: int | None = None
    purpose: Purpose | None = None
    window: int | None = None


_charge: ContextVar[Charge] = ContextVar("charge")


@contextmanager
def charged(
    *,
    account: str = "",
    channel_id: int | None = None,
    purpose: Purpose | None = None,
    window: int | None = None,
) -> Iterator[None]:
    """Calls made within are this account's, named by upstream or by its channel here, and belong to that comparison.
    ``purpose`` where it is not the client's own.
    """
    token = _charge.set(Charge(account, channel_id, purpose, window))
    try:
        yield
    finally:
        _charge.reset(token)


def charge_now() -> Charge:
    return _charge.get(Charge())
