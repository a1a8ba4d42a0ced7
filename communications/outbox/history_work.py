"""Copies of history as a worker takes them, notes how far they are, and ends them."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from psycopg import AsyncConnection

from communications.schemas.history import ChatFound, ClaimedRun, Progress

_DOWN: Final = "('credentials', 'permissions', 'error', 'stopped', 'deleted')"

# PostgreSQL has released the lock of a worker that is gone.
_TIDY: Final = f"""
WITH gone AS (
    SELECT held.worker FROM (
        SELECT DISTINCT worker FROM communications_historyrun WHERE state = 'running' AND worker <> %(worker)s OFFSET 0
    ) AS held
    WHERE pg_try_advisory_xact_lock(hashtextextended('landline worker ' || held.worker::text, 0))
), freed AS (
    UPDATE communications_historyrun SET state = 'waiting', worker = NULL
    WHERE state = 'running' AND worker IN (SELECT worker FROM gone)
)
UPDATE communications_historyrun AS run SET
    state = CASE channel.status WHEN 'deleted' THEN 'cancelled' ELSE 'held' END,
    ended_at = CASE channel.status WHEN 'deleted' THEN now() END,
    held_until = NULL, worker = NULL,
    reason_code = CASE channel.status WHEN 'deleted' THEN 'removed' ELSE 'disconnected' END,
    reason = CASE channel.status WHEN 'deleted' THEN %(removed)s ELSE %(disconnected)s END
FROM communications_channel AS channel
WHERE channel.id = run.channel_id AND channel.status IN {_DOWN}
  AND (run.state IN ('waiting', 'running') OR run.state IN ('held', 'paused') AND channel.status = 'deleted')
"""  # noqa: S608 (a constant of this file)
REMOVED: Final = "The account was removed; what was copied stays."
DISCONNECTED: Final = "The account is not connected: it goes on by itself once it is."

# A run for each account that has none and works, and one more when upstream has ended its own import since.
_BEGIN: Final = """
INSERT INTO communications_historyrun (channel_id, client_id, trigger, since, refused)
SELECT channel.id, gen_random_uuid(), CASE WHEN newest.id IS NULL THEN 'connected' ELSE 'imported' END,
       now() - make_interval(days => %(days)s), '{}'
FROM communications_channel AS channel
LEFT JOIN LATERAL (
    SELECT run.id, run.created_at, run.state FROM communications_historyrun AS run
    WHERE run.channel_id = channel.id AND run.conversation_id IS NULL ORDER BY run.id DESC LIMIT 1
) AS newest ON true
WHERE channel.status = 'ok' AND (newest.id IS NULL OR newest.state = 'done' AND EXISTS (
    SELECT FROM communications_channelstatus AS entry
    WHERE entry.channel_id = channel.id AND entry.at > newest.created_at
      AND upper(entry.status_word) LIKE '%%SYNC%%SUCCESS%%'))
ON CONFLICT DO NOTHING
"""

_CLAIM: Final = f"""
UPDATE communications_historyrun AS run SET
    state = 'running', worker = %(worker)s, attempts = run.attempts + 1, started_at = coalesce(run.started_at, now()),
    held_until = NULL, reason_code = '', reason = ''
FROM (
    SELECT waiting.id, channel.external_account_id
    FROM communications_historyrun AS waiting
    JOIN communications_channel AS channel ON channel.id = waiting.channel_id
    WHERE (waiting.conversation_id IS NOT NULL) = %(of_chat)s AND channel.status NOT IN {_DOWN}
      AND (waiting.state = 'waiting' OR waiting.state = 'held' AND coalesce(waiting.held_until <= now(), true))
    ORDER BY waiting.id LIMIT 1 FOR UPDATE OF waiting SKIP LOCKED
) AS due
WHERE run.id = due.id
RETURNING run.id, run.attempts, run.channel_id, due.external_account_id, run.conversation_id, run.client_id, run.phase,
          run.cursor, run.since, run.media, run.from_phone, run.listed_at, run.reached_at, run.counted_at, run.failures
"""  # noqa: S608 (a constant of this file)

_SAVE: Final = """
UPDATE communications_historyrun AS run SET
    phase = %(phase)s, cursor = %(cursor)s, listed_at = %(listed_at)s, reached_at = %(reached_at)s,
    counted_at = %(counted_at)s, failures = 0, calls = run.calls + %(calls)s, rate_per_second = %(rate)s,
    chats_found = run.chats_found + %(chats)s, people_found = run.people_found + %(people)s,
    found = run.found + %(found)s, stored = run.stored + %(stored)s, changed = run.changed + %(changed)s,
    known = run.known + %(known)s,
    refused = CASE WHEN %(refused)s::jsonb = '{}' THEN run.refused ELSE (
        SELECT jsonb_object_agg(reason, total) FROM (
            SELECT each.key AS reason, sum(each.value::integer) AS total FROM (
                SELECT * FROM jsonb_each_text(run.refused) UNION ALL SELECT * FROM jsonb_each_text(%(refused)s::jsonb)
            ) AS each GROUP BY each.key
        ) AS summed) END,
    newest_at = greatest(run.newest_at, %(newest_at)s), oldest_at = least(run.oldest_at, %(oldest_at)s)
WHERE run.id = %(id)s AND run.attempts = %(attempts)s AND run.state = 'running'
"""

_SAVE_CHATS: Final = """
INSERT INTO communications_historychat AS held (
    run_id, external_id, title, unread_left, active_at, found, stored, changed, known, refused, newest_at, oldest_at)
SELECT %(run)s, told.external_id, told.title, told.unread_left, told.active_at, told.found, told.stored, told.changed, told.known,
       told.refused, told.newest_at, told.oldest_at
FROM ROWS FROM (json_to_recordset(%(chats)s::json) AS (
    external_id text, title text, unread_left integer, active_at timestamptz, found integer, stored integer, changed integer,
    known integer, refused integer, newest_at timestamptz, oldest_at timestamptz)) WITH ORDINALITY AS told
ORDER BY told.ordinality
ON CONFLICT (run_id, external_id) DO UPDATE SET
    title = coalesce(nullif(excluded.title, ''), held.title),
    unread_left = coalesce(excluded.unread_left, held.unread_left),
    active_at = coalesce(excluded.active_at, held.active_at),
    found = held.found + excluded.found, stored = held.stored + excluded.stored, changed = held.changed + excluded.changed,
    known = held.known + excluded.known, refused = held.refused + excluded.refused,
    newest_at = greatest(held.newest_at, excluded.newest_at), oldest_at = least(held.oldest_at, excluded.oldest_at)
"""

_END: Final = """
UPDATE communications_historyrun SET
    state = %(state)s, phase = CASE WHEN %(state)s = 'done' THEN 'done' ELSE phase END, worker = NULL,
    held_until = %(held_until)s, calls = calls + %(calls)s,
    failures = CASE WHEN %(state)s = 'held' THEN failures + %(counts)s ELSE 0 END,
    reason_code = %(code)s, reason = %(reason)s,
    ended_at = CASE WHEN %(state)s IN ('done', 'failed') THEN now() END
WHERE id = %(id)s AND attempts = %(attempts)s AND state = 'running'
"""

_UNREAD: Final = """
SELECT external_id, unread_left FROM communications_historychat WHERE run_id = %s AND unread_left > 0
"""
_NEXT: Final = f"""
SELECT extract(epoch FROM min(run.held_until) - now())::double precision FROM communications_historyrun AS run
JOIN communications_channel AS channel ON channel.id = run.channel_id AND channel.status NOT IN {_DOWN}
WHERE run.state = 'held' AND run.held_until IS NOT NULL
"""  # noqa: S608 (a constant of this file)


async def history_tidy(
    connection: AsyncConnection[Any], *, worker: uuid.UUID, first_days: int | None
) -> None:
    """Frees what dead workers held, holds what cannot go on, and begins what begins by itself.

    ``first_days``: how far back the first copy of an account goes, 0 for as far as there is, ``None`` for none at all.
    """
    await connection.execute(_TIDY, {"worker": worker, "removed": REMOVED, "disconnected": DISCONNECTED})
    if first_days is not None:
        await connection.execute(_BEGIN, {"days": first_days or None})


async def history_claim(
    connection: AsyncConnection[Any], *, worker: uuid.UUID, of_chat: bool
) -> ClaimedRun | None:
    found = await connection.execute(_CLAIM, {"worker": worker, "of_chat": of_chat})
    row = await found.fetchone()
    return None if row is None else ClaimedRun._make(row)


async def history_save(
    connection: AsyncConnection[Any],
    claimed: ClaimedRun,
    progress: Progress,
    counts: Mapping[str, Any],
    chats: list[ChatFound],
) -> bool:
    """The position with what was found up to it; ``False``, with nothing written, where the run is no longer this worker's."""
    async with connection.transaction():
        saved = await connection.execute(
            _SAVE,
            {
                "id": claimed.id,
                "attempts": claimed.attempts,
                "phase": progress.phase,
                "cursor": progress.cursor,
                "listed_at": progress.listed_at,
                "reached_at": progress.reached_at,
                "counted_at": progress.counted_at,
                "rate": progress.rate,
                **counts,
                "refused": msgspec.json.encode(counts["refused"]).decode(),
            },
        )
        if saved.rowcount == 0:
            return False
        if chats:
            await connection.execute(
                _SAVE_CHATS, {"run": claimed.id, "chats": msgspec.json.encode(chats).decode()}
            )
    return True


async def history_end(
    connection: AsyncConnection[Any],
    claimed: ClaimedRun,
    *,
    state: str,
    code: str = "",
    reason: str = "",
    held_until: dt.datetime | None = None,
    calls: int = 0,
    is_failure: bool = False,
) -> None:
    """``done``, ``failed``, ``held``, or ``waiting`` for any worker; nothing where somebody else has decided meanwhile."""
    await connection.execute(
        _END,
        {
            "id": claimed.id,
            "attempts": claimed.attempts,
            "state": state,
            "code": code,
            "reason": reason,
            "held_until": held_until,
            "calls": calls,
            "counts": int(is_failure),
        },
    )


async def unread_left(connection: AsyncConnection[Any], run_id: int) -> dict[str, int]:
    """What upstream counted as unread, and the pages read so far have not shown."""
    found = await connection.execute(_UNREAD, (run_id,))
    return dict(await found.fetchall())


async def history_next_seconds(connection: AsyncConnection[Any]) -> float | None:
    """Seconds until something that is held may go on; ``None`` if nothing waits for a time."""
    [(seconds,)] = await (await connection.execute(_NEXT)).fetchall()
    return None if seconds is None else max(float(seconds), 0.02)
