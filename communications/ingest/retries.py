"""When a delivery that failed is folded again."""

import datetime as dt
from typing import Final

from communications.schemas.deliveries import Delivery

DELAYS_SECONDS: Final = (2, 10, 60, 300, 1_800, 21_600)


def next_attempt_at(delivery: Delivery) -> dt.datetime:
    """Sooner after the first failures, every six hours after many."""
    delay = DELAYS_SECONDS[min(delivery.attempts, len(DELAYS_SECONDS) - 1)]
    return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=delay)
