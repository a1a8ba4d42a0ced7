"""How a call ended, as what is to be done next: once for everything that goes out."""

from communications.outbox.pacing import (
    DISCONNECTED_SECONDS,
    NOT_SENT_SECONDS,
    RATE_LIMITED_SECONDS,
    pause_seconds,
)
from communications.outbox.reasons import (
    FAULT,
    KEY_REFUSED,
    NOT_SENT,
    RATE_LIMITED,
    UNKNOWN,
    Then,
    refusal_of,
)
from communications.outbox.waiting import READ_BACK_AFTER_SECONDS
from communications.schemas.outbox import NotAccepted
from unipile.errors import DisconnectedAccount, NotSent, RateLimited, Refused, Unauthorised, Unknown


def outcome_of(error: Exception, *, attempts: int, refusals: int) -> NotAccepted:
    """``attempts`` includes this one; ``refusals``: how often in a row the channel was told to wait before.

    What is no error of upstream's client is a fault of ours, and leaves open what became of the call.
    """
    match error:
        case NotSent():
            pause = pause_seconds(NOT_SENT_SECONDS, attempts)
            return NotAccepted("waiting", "not_sent", error.code, NOT_SENT, pause)
        case RateLimited():
            pause = pause_seconds(RATE_LIMITED_SECONDS, refusals + 1)
            if error.retry_after_seconds is not None:
                pause = error.retry_after_seconds
            return NotAccepted("waiting", "rate_limited", "rate_limited", RATE_LIMITED, pause, True)
        case Refused():
            return _refused(error, attempts, refusals)
        case Unknown():
            reason = UNKNOWN.get(error.code, error.sentence)
            return NotAccepted("unconfirmed", "unknown", error.code, reason, READ_BACK_AFTER_SECONDS)
        case _:
            return NotAccepted("unconfirmed", "unknown", "fault", FAULT, READ_BACK_AFTER_SECONDS)


def _refused(error: Refused, attempts: int, refusals: int) -> NotAccepted:
    refusal = refusal_of(error.code, error.title or error.sentence)
    if isinstance(error, Unauthorised):
        pause = pause_seconds(DISCONNECTED_SECONDS, refusals + 1)
        return NotAccepted("waiting", "rejected", "key_refused", KEY_REFUSED, pause, True)
    then = Then.HOLD if isinstance(error, DisconnectedAccount) else refusal.then
    match then:
        case Then.HOLD:
            pause = pause_seconds(DISCONNECTED_SECONDS, refusals + 1)
            return NotAccepted("waiting", "rejected", "disconnected", refusal.sentence, pause, True)
        case Then.SLOW_DOWN:
            pause = pause_seconds(RATE_LIMITED_SECONDS, refusals + 1)
            return NotAccepted("waiting", "rate_limited", "rate_limited", refusal.sentence, pause, True)
        case Then.TRY_AGAIN:
            pause = pause_seconds(NOT_SENT_SECONDS, attempts)
            return NotAccepted("waiting", "rejected", error.code, refusal.sentence, pause)
    return NotAccepted("failed", "rejected", error.code, refusal.sentence)
