"""How fast messages may leave: what providers bear, and how pauses grow."""

import random
from collections.abc import Mapping
from typing import Final

from unipile.payloads.providers import INSTAGRAM, LINKEDIN, MESSENGER, SLACK, TELEGRAM, TWITTER, WHATSAPP

# Seconds between two messages of one account. WhatsApp blocks what looks like a machine, but bears answers; LinkedIn and
# Instagram count actions by the day and the hour.
SECONDS_BETWEEN: Final[Mapping[str, float]] = {
    WHATSAPP: 1.0,
    TELEGRAM: 1.0,
    LINKEDIN: 2.0,
    INSTAGRAM: 5.0,
    MESSENGER: 2.0,
    TWITTER: 2.0,
    SLACK: 1.0,
}
SECONDS_BETWEEN_OTHERS: Final = 1.0

# Kinds that a provider counts as writing.
PACED_KINDS: Final = ("send", "forward")

NOT_SENT_SECONDS: Final = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0)
DISCONNECTED_SECONDS: Final = (30.0, 60.0, 120.0, 300.0, 600.0)
RATE_LIMITED_SECONDS: Final = (15.0, 30.0, 60.0, 120.0, 300.0, 900.0)
JITTER: Final = 0.25


def pause_seconds(pauses: tuple[float, ...], times: int) -> float:
    """The pause after so many times in a row (from 1), never shorter than told, a little longer by chance."""
    pause = pauses[min(times, len(pauses)) - 1]
    return pause * (1 + random.uniform(0, JITTER))  # noqa: S311
