"""What becomes of intents by themselves: they expire, wait visibly, go on once a channel works, are read back."""

import uuid
from collections.abc import Mapping
from typing import Any, Final, LiteralString

from psycopg import AsyncConnection

from communications.ingest.channels import LOCK
from communications.outbox.pacing import PACED_KINDS
from communications.outbox.queue import EXPIRES_AFTER_HOURS, IS_FIRST
from communications.outbox.reasons import EXPIRED, HELD, KEY_REFUSED, PACED, PAUSED, RATE_LIMITED, WORKER_GONE
from communications.schemas.outbox import Absent

CLAIMED_SECONDS: Final = 35
READ_BACK_AFTER_SECONDS: Final = 5

_SHOW: Final = "SELECT landline_sending_show(%s::bigint[])"
_PARAMETERS: Final[Mapping[str, object]] = {
    "paced": list(PACED_KINDS),
    "expired": EXPIRED,
    "held": HELD,
    "paused": PAUSED,
    "key_refused": KEY_REFUSED,
    "pacing": PACED,
    "rate_limited": RATE_LIMITED,
    "gone": WORKER_GONE,
    "hours": EXPIRES_AFTER_HOURS,
    "read_back_after": READ_BACK_AFTER_SECONDS,
}

# Each step: which channels it concerns, and what it does in one of them.
_EXPIRED: Final = "intent.state = 'waiting' AND intent.wanted_at <= now() - make_interval(hours => %(hours)s)"
_EXPIRE_WHERE: Final = f"""
SELECT DISTINCT channel.id, channel.external_account_id FROM communications_intent AS intent
JOIN communications_channel AS channel ON channel.id = intent.channel_id WHERE {_EXPIRED}
"""  # noqa: S608 (constants)
_EXPIRE: Final = f"""
UPDATE communications_intent AS intent SET
    state = 'failed', reason_code = 'expired', reason = %(expired)s, settled_at = now()
WHERE intent.channel_id = %(channel)s AND {_EXPIRED} RETURNING intent.id
"""  # noqa: S608 (constants)

# An account that is said to work since, or a key that is taken again.
_RELEASED: Final = """
pace.not_before > now() AND channel.status = 'ok' AND (
    pace.reason_code = 'disconnected' AND channel.status_since >= pace.told_at
    OR pace.reason_code = 'key_refused' AND NOT EXISTS (
        SELECT FROM communications_alarm AS refused WHERE refused.kind = 'key_refused' AND refused.closed_at IS NULL))
"""
_RELEASE_WHERE: Final = f"""
SELECT channel.id, channel.external_account_id FROM communications_channelpace AS pace
JOIN communications_channel AS channel ON channel.id = pace.channel_id WHERE {_RELEASED}
"""  # noqa: S608 (constants)
_RELEASE: Final = f"""
WITH released AS (
    UPDATE communications_channelpace AS pace SET not_before = now(), reason_code = '', refusals = 0
    FROM communications_channel AS channel
    WHERE pace.channel_id = %(channel)s AND channel.id = pace.channel_id AND {_RELEASED} RETURNING pace.channel_id
)
UPDATE communications_intent AS intent SET next_attempt_at = now() FROM released
WHERE intent.channel_id = released.channel_id AND intent.state = 'waiting'
  AND intent.reason_code IN ('disconnected', 'key_refused')
RETURNING intent.id
"""  # noqa: S608 (constants)

# What stands first in its conversation and could go, did its channel let it: it shows until when it waits, and why.
_DUE_TO_WAIT: Final = f"""
intent.state = 'waiting' AND intent.next_attempt_at <= now()
  AND (CASE WHEN landline_channel_works(channel.status, channel.paused_at)
       THEN pace.not_before > now() AND (pace.reason_code <> 'pacing' OR intent.kind = ANY(%(paced)s))
       ELSE intent.reason_code <> CASE WHEN channel.paused_at IS NULL THEN 'disconnected' ELSE 'paused' END END)
  AND {IS_FIRST}
"""
_DEFER_WHERE: Final = f"""
SELECT DISTINCT channel.id, channel.external_account_id FROM communications_intent AS intent
JOIN communications_channel AS channel ON channel.id = intent.channel_id
LEFT JOIN communications_channelpace AS pace ON pace.channel_id = channel.id
WHERE {_DUE_TO_WAIT}
"""  # noqa: S608 (constants)
_DEFER: Final = f"""
WITH due AS (
    SELECT intent.id, row_number() OVER (ORDER BY intent.next_attempt_at, intent.id) - 1 AS place,
           landline_channel_works(channel.status, channel.paused_at) AS works, channel.paused_at, pace.not_before,
           pace.reason_code
    FROM communications_intent AS intent
    JOIN communications_channel AS channel ON channel.id = intent.channel_id
    LEFT JOIN communications_channelpace AS pace ON pace.channel_id = channel.id
    WHERE channel.id = %(channel)s AND {_DUE_TO_WAIT}
)
UPDATE communications_intent AS intent SET
    next_attempt_at = CASE WHEN due.works
        THEN due.not_before + CASE WHEN due.reason_code = 'pacing' THEN due.place ELSE 0 END * interval '1 second'
        ELSE intent.next_attempt_at END,
    reason_code = CASE WHEN due.works THEN due.reason_code WHEN due.paused_at IS NULL THEN 'disconnected' ELSE 'paused' END,
    reason = CASE WHEN due.paused_at IS NOT NULL THEN %(paused)s
        WHEN NOT due.works OR due.reason_code = 'disconnected' THEN %(held)s
        WHEN due.reason_code = 'key_refused' THEN %(key_refused)s
        WHEN due.reason_code = 'pacing' THEN %(pacing)s ELSE %(rate_limited)s END
FROM due WHERE intent.id = due.id RETURNING intent.id
"""  # noqa: S608 (constants)

_STEPS: Final[tuple[tuple[LiteralString, LiteralString], ...]] = (
    (_EXPIRE_WHERE, _EXPIRE),
    (_RELEASE_WHERE, _RELEASE),
    (_DEFER_WHERE, _DEFER),
)

# Whoever sends holds a lock of its own name for as long as it lives (communications.tasks.presence).
_WORKERS: Final = "SELECT DISTINCT worker FROM communications_intent WHERE state = 'sending'"
_IS_GONE: Final = "SELECT pg_try_advisory_xact_lock(hashtextextended('landline worker ' || %s, 0))"
_ABANDONED_WHERE: Final = """
SELECT DISTINCT channel.id, channel.external_account_id FROM communications_intent AS intent
JOIN communications_channel AS channel ON channel.id = intent.channel_id
WHERE intent.state = 'sending' AND intent.worker = %(worker)s
"""
# Upstream may still be working on it.
_ABANDON: Final = """
UPDATE communications_intent AS intent SET
    state = 'unconfirmed', outcome = 'unknown', reason_code = 'worker_gone', reason = %(gone)s,
    next_attempt_at = greatest(now(), intent.attempted_at + interval '15 seconds') + make_interval(secs => %(read_back_after)s)
WHERE intent.channel_id = %(channel)s AND intent.state = 'sending' AND intent.worker = %(worker)s RETURNING intent.id
"""

# Where no answer was heard, the echo that settled it may have been of the same words typed on the phone: what was sent is then a
# message that nobody has told of yet.
_TO_READ_BACK: Final = """
(intent.state IN ('unconfirmed', 'accepted')
 OR intent.state = 'done' AND intent.evidence = 'echo' AND intent.answered_id = '' AND NOT intent.is_answered
     AND intent.kind IN ('send', 'forward'))
AND intent.read_back_at IS NULL AND intent.kind = ANY(%(kinds)s)
"""
_READ_BACK_WHERE: Final = f"""
SELECT intent.id, channel.external_account_id FROM communications_intent AS intent
JOIN communications_channel AS channel ON channel.id = intent.channel_id
WHERE {_TO_READ_BACK} AND intent.next_attempt_at <= clock_timestamp()
ORDER BY intent.next_attempt_at, intent.id LIMIT 1
"""  # noqa: S608 (constants)
_READ_BACK_CLAIM: Final = f"""
UPDATE communications_intent AS intent SET next_attempt_at = clock_timestamp() + make_interval(secs => %(claimed)s)
WHERE id = %(id)s AND {_TO_READ_BACK} AND intent.next_attempt_at <= clock_timestamp() RETURNING intent.id
"""  # noqa: S608 (constants)
_READ_BACK_AGAIN: Final = """
UPDATE communications_intent SET next_attempt_at = clock_timestamp() + greatest(
    interval '10 seconds', least(interval '1 hour', (clock_timestamp() - attempted_at) / 2))
WHERE id = %s AND read_back_at IS NULL
"""
_READ_BACK_DONE: Final = """
UPDATE communications_intent SET read_back_at = clock_timestamp() WHERE id = %s AND attempts = %s
RETURNING state IN ('unconfirmed', 'accepted')
"""
_ABSENT: Final = """
UPDATE communications_intent SET
    state = %(state)s, outcome = CASE %(state)s WHEN 'failed' THEN 'rejected' ELSE 'unknown' END, reason_code = %(code)s,
    reason = %(reason)s, settled_at = CASE WHEN %(state)s = 'failed' THEN now() END
WHERE id = %(id)s AND attempts = %(attempts)s AND state IN ('unconfirmed', 'accepted') RETURNING id
"""

_NEXT: Final = f"""
SELECT extract(epoch FROM min(moment) - clock_timestamp())::float8 FROM (
    SELECT min(greatest(intent.next_attempt_at, pace.not_before)) AS moment FROM communications_intent AS intent
    JOIN communications_channel AS channel ON channel.id = intent.channel_id
    LEFT JOIN communications_channelpace AS pace ON pace.channel_id = intent.channel_id
    WHERE intent.state = 'waiting' AND intent.kind = ANY(%(called)s) AND landline_channel_works(channel.status, channel.paused_at)
      AND {IS_FIRST}
    UNION ALL
    SELECT min(intent.next_attempt_at) FROM communications_intent AS intent WHERE {_TO_READ_BACK}
    UNION ALL
    -- What an echo lets go on is not told to the worker: it looks, for as long as one may come.
    SELECT clock_timestamp() + interval '1 second' WHERE EXISTS (
        SELECT FROM communications_intent AS held_up
        JOIN communications_intent AS ahead ON ahead.conversation_id = held_up.conversation_id AND ahead.id < held_up.id
        WHERE held_up.state = 'waiting' AND ahead.state = 'unconfirmed' AND NOT ahead.is_passed
          AND ahead.attempted_at > now() - interval '10 minutes')
) AS moments
"""  # noqa: S608 (constants)


async def intents_settle(connection: AsyncConnection[Any]) -> bool:
    """What has waited too long fails; what a channel holds up shows it; a channel that works again lets go.

    Returns whether anything changed.
    """
    changed = False
    for where, step in _STEPS:
        for channel_id, account in await (await connection.execute(where, _PARAMETERS)).fetchall():
            await _do(connection, account, step, {**_PARAMETERS, "channel": channel_id})
            changed = True
    return changed


async def abandoned_settle(connection: AsyncConnection[Any], *, alive: uuid.UUID | None) -> int:
    """What workers were sending that are gone may have left: nobody knows. ``alive`` is the asking one, if it is a worker.

    Returns the number of channels where that was so.
    """
    settled = 0
    for (worker,) in await (await connection.execute(_WORKERS)).fetchall():
        if worker == alive:
            continue
        async with connection.transaction():
            is_gone = await (await connection.execute(_IS_GONE, (str(worker),))).fetchone()
        if is_gone != (True,):
            continue
        asked = {**_PARAMETERS, "worker": worker}
        for channel_id, account in await (await connection.execute(_ABANDONED_WHERE, asked)).fetchall():
            await _do(connection, account, _ABANDON, {**asked, "channel": channel_id})
            settled += 1
    return settled


async def _do(
    connection: AsyncConnection[Any], account: str, step: LiteralString, asked: Mapping[str, object]
) -> None:
    """One step on the intents of one channel, and what their messages show then."""
    async with connection.transaction():
        await connection.execute(LOCK, (account,))
        changed = [row[0] for row in await (await connection.execute(step, asked)).fetchall()]
        await connection.execute(_SHOW, (changed,))


async def next_moment(
    connection: AsyncConnection[Any], *, called: list[str], read_back: list[str]
) -> float | None:
    """Seconds until something is due; ``None`` where nothing will be by itself."""
    asked = {**_PARAMETERS, "called": called, "kinds": read_back}
    row = await (await connection.execute(_NEXT, asked)).fetchone()
    return None if row is None or row[0] is None else float(row[0])


async def read_back_claim(connection: AsyncConnection[Any], kinds: list[str]) -> int | None:
    """The next intent of which upstream is to be asked whether it arrived."""
    asked = {"kinds": kinds, "claimed": CLAIMED_SECONDS}
    while True:
        async with connection.transaction():
            due = await (await connection.execute(_READ_BACK_WHERE, asked)).fetchone()
            if due is None:
                return None
            await connection.execute(LOCK, (due[1],))
            row = await (await connection.execute(_READ_BACK_CLAIM, {**asked, "id": due[0]})).fetchone()
            if row is not None:
                return int(row[0])


async def read_back_postpone(connection: AsyncConnection[Any], intent_id: int, account: str) -> None:
    """Upstream could not be asked; later it may be."""
    async with connection.transaction():
        await connection.execute(LOCK, (account,))
        await connection.execute(_READ_BACK_AGAIN, (intent_id,))


async def read_back_done(
    connection: AsyncConnection[Any], intent_id: int, attempts: int, account: str, absent: Absent
) -> bool:
    """Upstream was asked, once. What is still open then is not there: ``absent`` says what that means.

    Returns whether it was found.
    """
    async with connection.transaction():
        await connection.execute(LOCK, (account,))
        row = await (await connection.execute(_READ_BACK_DONE, (intent_id, attempts))).fetchone()
        if row != (True,):
            return True
        asked = {
            "id": intent_id,
            "attempts": attempts,
            "state": absent.state,
            "code": absent.reason_code,
            "reason": absent.reason,
        }
        await connection.execute(_ABSENT, asked)
        await connection.execute(_SHOW, ([intent_id],))
        return False
