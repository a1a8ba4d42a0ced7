"""The queue of intents, as the worker sees it: what is due, who may attempt it, how an attempt ended.

Every change is made under the lock of its channel, as the fold's are, and is committed before anything else happens.
"""

import uuid
from typing import Any, Final

import msgspec
from psycopg import AsyncConnection

from communications.ingest.channels import LOCK
from communications.outbox.pacing import PACED_KINDS, SECONDS_BETWEEN, SECONDS_BETWEEN_OTHERS
from communications.schemas.outbox import Accepted, Claimed, NotAccepted, OutgoingFile

EXPIRES_AFTER_HOURS: Final = 24

_MAY_GO_NOW: Final = """
(pace.channel_id IS NULL OR pace.not_before <= clock_timestamp()
    OR pace.reason_code = 'pacing' AND intent.kind <> ALL(%(paced)s))
"""

# Whether it is an intent's turn: nothing of its conversation is under way, and nothing wanted before it is still open. What
# failed, or may have, holds up what comes after it only where it is a message, and until a person lets the rest go on.
IS_FIRST: Final = """
NOT EXISTS (
    SELECT FROM communications_intent AS other
    WHERE other.conversation_id = intent.conversation_id AND other.id <> intent.id
      AND other.state IN ('waiting', 'sending', 'unconfirmed', 'failed')
      AND (other.state = 'sending'
           OR other.id < intent.id AND (
               other.state = 'waiting' OR NOT other.is_passed AND other.kind IN ('send', 'forward'))))
"""

_IS_FRESH: Final = f"intent.wanted_at > now() - interval '{EXPIRES_AFTER_HOURS} hours'"

_DUE: Final = f"""
FROM communications_intent AS intent
JOIN communications_channel AS channel ON channel.id = intent.channel_id
LEFT JOIN communications_channelpace AS pace ON pace.channel_id = intent.channel_id
WHERE intent.state = 'waiting' AND intent.next_attempt_at <= clock_timestamp() AND intent.kind = ANY(%(kinds)s)
  AND landline_channel_works(channel.status, channel.paused_at) AND {_MAY_GO_NOW} AND {_IS_FRESH}
  AND {IS_FIRST}
"""

_CHANNEL_DUE: Final = f"""
SELECT channel.id, channel.external_account_id {_DUE} ORDER BY intent.next_attempt_at, intent.id LIMIT 1
"""

_CLAIM: Final = f"""
WITH due AS (
    SELECT intent.id, channel.provider {_DUE} AND intent.channel_id = %(channel)s
    ORDER BY intent.next_attempt_at, intent.id LIMIT 1 FOR UPDATE OF intent SKIP LOCKED
), claimed AS (
    UPDATE communications_intent AS intent SET
        state = 'sending', worker = %(worker)s, attempts = intent.attempts + 1, attempted_at = clock_timestamp(),
        next_attempt_at = clock_timestamp() + interval '1 minute', is_answered = false,
        reason_code = '', reason = '', read_back_at = NULL
    FROM due WHERE intent.id = due.id
    RETURNING intent.*, due.provider
), paced AS (
    INSERT INTO communications_channelpace AS held (channel_id, not_before, reason_code)
    SELECT channel_id, clock_timestamp() + make_interval(
               secs => coalesce((%(between)s::jsonb ->> provider)::float8, %(between_others)s) * %(factor)s), 'pacing'
    FROM claimed WHERE kind = ANY(%(paced)s)
    ON CONFLICT (channel_id) DO UPDATE SET not_before = excluded.not_before, reason_code = excluded.reason_code
)
SELECT id FROM claimed
"""  # noqa: S608 (constants)

_CLAIMED: Final = """
SELECT intent.id, intent.kind, intent.channel_id, channel.external_account_id, channel.provider, intent.conversation_id,
       coalesce(conversation.external_thread_id, ''), intent.message_id, message.external_message_id, intent.author_id,
       intent.client_id, intent.payload, coalesce(message.text, ''),
       CASE WHEN intent.payload ? 'quoted_message_id' THEN coalesce(quoted.external_message_id, '') END, (
           SELECT json_agg(json_build_array(
               file.storage_key, part.name, file.mime_type, file.size_bytes, part.kind) ORDER BY part.position, part.id)::text
           FROM communications_attachment AS part JOIN communications_mediafile AS file ON file.id = part.file_id
           WHERE part.message_id = intent.message_id
       ), intent.attempts, intent.attempted_at
FROM communications_intent AS intent
JOIN communications_channel AS channel ON channel.id = intent.channel_id
LEFT JOIN communications_conversation AS conversation ON conversation.id = intent.conversation_id
LEFT JOIN communications_message AS message ON message.id = intent.message_id
LEFT JOIN communications_message AS quoted ON quoted.id = (intent.payload ->> 'quoted_message_id')::bigint
WHERE intent.id = %s
"""

# An attempt that was taken for lost may still end; only what a person has decided meanwhile stands.
_END: Final = """
UPDATE communications_intent SET
    state = %(state)s, outcome = %(outcome)s, reason_code = %(reason_code)s, reason = %(reason)s,
    next_attempt_at = clock_timestamp() + make_interval(secs => %(pause)s), worker = NULL,
    settled_at = CASE WHEN %(state)s = 'failed' THEN now() END
WHERE id = %(id)s AND attempts = %(attempts)s AND state IN ('sending', 'unconfirmed')
"""

_HOLD: Final = """
INSERT INTO communications_channelpace AS held (channel_id, not_before, reason_code, refusals)
VALUES (%(channel)s, clock_timestamp() + make_interval(secs => %(pause)s), %(reason_code)s, 1)
ON CONFLICT (channel_id) DO UPDATE SET
    not_before = greatest(held.not_before, excluded.not_before), reason_code = excluded.reason_code,
    refusals = held.refusals + 1, told_at = now()
"""

# Upstream accepted it, even where the answer could not be folded.
_ACCEPT: Final = """
UPDATE communications_intent SET
    state = %(state)s, outcome = 'accepted', reason_code = '', reason = '', worker = NULL, is_answered = true,
    evidence = CASE WHEN evidence = '' THEN 'answer' ELSE evidence END, evidence_at = coalesce(evidence_at, now()),
    next_attempt_at = clock_timestamp() + make_interval(secs => %(unproven)s),
    settled_at = CASE WHEN %(state)s = 'done' THEN now() END
WHERE id = %(id)s AND attempts = %(attempts)s AND state IN ('sending', 'unconfirmed', 'accepted')
"""
# An echo was faster than an answer that names nothing.
_ANSWERED: Final = """
UPDATE communications_intent SET is_answered = true
WHERE id = %(id)s AND attempts = %(attempts)s AND state = 'done' AND answered_id = '' AND NOT is_answered
"""
_SHOW: Final = "SELECT landline_sending_show(ARRAY[%s::bigint])"

_AT_EASE: Final = "UPDATE communications_channelpace SET refusals = 0 WHERE channel_id = %s AND refusals > 0"
_REFUSALS: Final = "SELECT refusals FROM communications_channelpace WHERE channel_id = %s"


async def intent_claim(
    connection: AsyncConnection[Any], *, worker: uuid.UUID, kinds: list[str], pace_factor: float
) -> Claimed | None:
    """The next intent that is due, as this worker's own; ``None`` where none is. Committed before it returns."""
    asked = {
        "kinds": kinds,
        "paced": list(PACED_KINDS),
        "worker": worker,
        "factor": pace_factor,
        "between": msgspec.json.encode(SECONDS_BETWEEN).decode(),
        "between_others": SECONDS_BETWEEN_OTHERS,
    }
    while True:
        async with connection.transaction():
            channel = await (await connection.execute(_CHANNEL_DUE, asked)).fetchone()
            if channel is None:
                return None
            await connection.execute(LOCK, (channel[1],))
            claimed = await (await connection.execute(_CLAIM, {**asked, "channel": channel[0]})).fetchone()
            # Another worker may have been faster.
            if claimed is not None:
                await connection.execute(_SHOW, claimed)
                return await intent_by_id(connection, claimed[0])


def claimed_read(row: tuple[Any, ...]) -> Claimed:
    files = () if row[14] is None else msgspec.json.decode(row[14], type=list[tuple[str, str, str, int, str]])
    return Claimed._make((*row[:14], tuple(OutgoingFile(*file) for file in files), *row[15:]))


async def intent_by_id(connection: AsyncConnection[Any], intent_id: int) -> Claimed | None:
    row = await (await connection.execute(_CLAIMED, (intent_id,))).fetchone()
    return None if row is None else claimed_read(row)


async def intent_end(connection: AsyncConnection[Any], claimed: Claimed, end: NotAccepted) -> None:
    """Writes how an attempt ended that was not accepted."""
    asked = {
        "id": claimed.id,
        "attempts": claimed.attempts,
        "channel": claimed.channel_id,
        "state": end.state,
        "outcome": end.outcome,
        "reason_code": end.reason_code,
        "reason": end.reason,
        "pause": end.pause_seconds,
    }
    async with connection.transaction():
        await connection.execute(LOCK, (claimed.account,))
        await connection.execute(_END, asked)
        await connection.execute(_SHOW, (claimed.id,))
        if end.holds_channel:
            await connection.execute(_HOLD, asked)


async def intent_accept(
    connection: AsyncConnection[Any], claimed: Claimed, accepted: Accepted, *, unproven_seconds: float
) -> None:
    """Writes that an attempt was accepted. What made a message was told to the fold before, which binds it to its row."""
    asked = {
        "id": claimed.id,
        "attempts": claimed.attempts,
        "state": "done" if accepted.is_done else "accepted",
        "unproven": unproven_seconds,
    }
    async with connection.transaction():
        await connection.execute(LOCK, (claimed.account,))
        await connection.execute(_ACCEPT, asked)
        await connection.execute(_ANSWERED, asked)
        await connection.execute(_SHOW, (claimed.id,))
        await connection.execute(_AT_EASE, (claimed.channel_id,))


async def channel_refusals(connection: AsyncConnection[Any], channel_id: int) -> int:
    """How often in a row upstream told the channel to wait."""
    row = await (await connection.execute(_REFUSALS, (channel_id,))).fetchone()
    return 0 if row is None else int(row[0])
