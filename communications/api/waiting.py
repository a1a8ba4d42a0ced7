"""Waiting for an outcome, for callers that ask for it (``Prefer: wait=N``)."""

import threading
import time
from collections.abc import Callable
from typing import Final

from django.db import connection

from communications.api.idempotency import wait_seconds

# Each request has a thread of its own. While it sleeps it holds no connection to the database, and few may sleep at once:
# whoever comes then is answered as if it had not asked.
WAITING_MAX: Final = 32
LOOKS_EVERY_SECONDS: Final = 0.1

_places = threading.BoundedSemaphore(WAITING_MAX)


def outcome_await(is_under_way: Callable[[], bool], prefer: str | None) -> None:
    """Returns once it is under way no more, or when the time is over."""
    until = time.monotonic() + wait_seconds(prefer)
    if until <= time.monotonic() or not _places.acquire(blocking=False):
        return
    try:
        while is_under_way() and time.monotonic() < until:
            if not connection.in_atomic_block:
                connection.close()
            time.sleep(LOOKS_EVERY_SECONDS)
    finally:
        _places.release()
