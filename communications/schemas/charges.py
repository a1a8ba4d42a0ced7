"""Whom a call of upstream is for: said around it, read by the meter; and why one must not be made now."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Literal, NamedTuple

from unipile.errors import NotSent

Purpose = Literal["send", "open", "repair", "history", "media", "answer", "manage"]


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


HELD: Final = {
    "budget_spent": "The account's calls for today are used up, as far as this may use them.",
    "paused_here": "The account is paused here.",
    "account_paused": "Unipile asked to be called less for this account.",
}


class CallHeld(NotSent):
    """A call that has to wait: ``budget_spent``, ``account_paused`` or ``paused_here``, until ``until``."""

    def __init__(self, code: str, until: dt.datetime) -> None:
        super().__init__(code, HELD[code])
        self.until = until
