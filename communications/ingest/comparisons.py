"""How far the comparisons with upstream are: which is due, what its pages showed, how it came out."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

import msgspec
from psycopg import AsyncConnection

from communications.ingest.coverage import coverage_add

LEASE_SECONDS: Final = 120.0
# What came this shortly before the comparison began may be here before upstream's list shows it.
SETTLED_AFTER: Final = dt.timedelta(minutes=1)

_CLAIM: Final = """
SELECT run.id, run.attempts, run.channel_id, channel.external_account_id, run.trigger, run.compared_from, run.compared_to,
       run.phase, run.page_cursor, run.oldest_at, run.refused, run.chats
FROM communications_comparisonwindow AS run JOIN communications_channel AS channel ON channel.id = run.channel_id
WHERE run.id = %s
"""
_SAVE: Final = """
UPDATE communications_comparisonwindow AS run SET
    phase = %(phase)s, page_cursor = %(cursor)s, oldest_at = %(oldest_at)s, found = found + %(found)s,
    recovered = recovered + %(recovered)s, changed = changed + %(changed)s, known = known + %(known)s,
    not_shown = not_shown + %(not_shown)s, refused = %(refused)s, chats = %(chats)s,
    latest_by_seconds = greatest(latest_by_seconds, %(late)s),
    leased_until = clock_timestamp() + make_interval(secs => %(lease)s),
    calls = (
        SELECT count(*) FROM communications_upstreamcall AS made
        WHERE made.external_account_id = %(account)s AND made.at >= %(since)s AND made.window_id = run.id)
WHERE run.id = %(id)s AND run.attempts = %(attempts)s AND run.state = 'running'
"""
_LATE: Final = """
SELECT max(greatest(0, ceil(extract(epoch FROM now() - message.sent_at))))::integer FROM communications_message AS message
WHERE message.channel_id = %(channel)s AND message.external_message_id = ANY(%(ids)s)
"""
# By the conversations that were active then: messages have no index by channel and time.
_NOT_SHOWN: Final = """
SELECT count(*) FROM communications_conversation AS conversation
JOIN communications_message AS message
    ON message.conversation_id = conversation.id AND message.sent_at > %(after)s AND message.sent_at < %(before)s
    AND NOT message.is_stub AND NOT message.is_hidden
WHERE conversation.channel_id = %(channel)s AND message.deleted_at IS NULL AND message.external_message_id <> ''
  AND NOT message.external_message_id = ANY(%(ids)s)
"""
_END: Final = "SELECT landline_comparison_end(%s, %s, %s, %s, %s, %s)"
_ARE_DUE: Final = """
SELECT EXISTS (
    SELECT FROM communications_comparisonwindow AS gap
    JOIN communications_channel AS channel
        ON channel.id = gap.channel_id AND channel.status IN ('ok', 'unknown') AND channel.paused_at IS NULL
    WHERE gap.state = 'waiting' OR gap.state = 'held' AND gap.held_until <= clock_timestamp()
       OR gap.state = 'running' AND gap.leased_until <= clock_timestamp())
"""


class LeaseLost(Exception):
    """Another worker has the comparison, or its window is gone."""


class Chat(msgspec.Struct):
    """What was missing of a chat; the times are of what was listed of it."""

    recovered: int = 0
    oldest_at: str | None = None
    newest_at: str | None = None


@dataclass
class Comparison:
    """A comparison as its worker has it: what it covers, and how far its lists were read."""

    id: int
    attempts: int
    channel_id: int
    account: str
    trigger: str
    since: dt.datetime
    until: dt.datetime
    phase: Literal["chats", "messages"]
    page_cursor: str
    oldest_at: dt.datetime | None
    refused: Counter[str] = field(default_factory=Counter)
    chats: dict[str, Chat] = field(default_factory=dict)

    @property
    def asked_by(self) -> uuid.UUID:
        """What its rows of the ledger name as their reason."""
        return uuid.UUID(int=self.id)


class Listed(NamedTuple):
    """What one page of messages showed, and what of that was new."""

    ids: Sequence[str]
    new_ids: Sequence[str]
    found: int = 0
    recovered: int = 0
    changed: int = 0
    known: int = 0


NOTHING: Final = Listed((), ())


async def comparison_claim(connection: AsyncConnection[Any]) -> Comparison | None:
    """The next comparison that is due, as this worker's own."""
    [(number,)] = await (
        await connection.execute("SELECT landline_comparison_claim(%s)", (LEASE_SECONDS,))
    ).fetchall()
    row = await (await connection.execute(_CLAIM, (number,))).fetchone()
    if row is None:
        return None
    run = Comparison(*row[:-2])
    run.refused, run.chats = Counter(row[-2]), msgspec.convert(row[-1], dict[str, Chat])
    return run


async def comparison_save(
    connection: AsyncConnection[Any], run: Comparison, listed: Listed = NOTHING, *, not_shown: int = 0
) -> None:
    """Notes where the comparison stands, after what it read was kept. Raises ``LeaseLost``."""
    late = None
    if listed.new_ids:
        asked = {"channel": run.channel_id, "ids": list(listed.new_ids)}
        [(late,)] = await (await connection.execute(_LATE, asked)).fetchall()
    saved = await connection.execute(
        _SAVE,
        {
            "id": run.id,
            "attempts": run.attempts,
            "account": run.account,
            "since": run.until,
            "phase": run.phase,
            "cursor": run.page_cursor,
            "oldest_at": run.oldest_at,
            "found": listed.found,
            "recovered": listed.recovered,
            "changed": listed.changed,
            "known": listed.known,
            "not_shown": not_shown,
            "refused": msgspec.json.encode(run.refused).decode(),
            "chats": msgspec.json.encode(run.chats).decode(),
            "late": late,
            "lease": LEASE_SECONDS,
        },
    )
    if not saved.rowcount:
        raise LeaseLost


async def not_shown_between(
    connection: AsyncConnection[Any],
    run: Comparison,
    ids: Sequence[str],
    *,
    after: dt.datetime,
    before: dt.datetime,
) -> int:
    """How many messages are held of that time that a page over it did not list."""
    asked = {
        "channel": run.channel_id,
        "ids": list(ids),
        "after": after,
        "before": min(before, run.until - SETTLED_AFTER),
    }
    [(number,)] = await (await connection.execute(_NOT_SHOWN, asked)).fetchall()
    return int(number)


async def comparison_done(connection: AsyncConnection[Any], run: Comparison) -> bool:
    """All of its time is held now. Returns whether it was still this worker's to end."""
    async with connection.transaction():
        await coverage_add(
            connection, run.channel_id, starts_at=run.since, ends_at=run.until, compared_at=run.until
        )
        return await _end(connection, run, "done")


async def comparison_hold(
    connection: AsyncConnection[Any], run: Comparison, until: dt.datetime, code: str, reason: str
) -> bool:
    """It goes on where it stands, not before ``until``."""
    return await _end(connection, run, "held", until, code, reason)


async def comparison_fail(connection: AsyncConnection[Any], run: Comparison, code: str, reason: str) -> bool:
    return await _end(connection, run, "failed", None, code, reason)


async def _end(
    connection: AsyncConnection[Any],
    run: Comparison,
    state: str,
    until: dt.datetime | None = None,
    *why: str,
) -> bool:
    code, reason = why or ("", "")
    [(is_ours,)] = await (
        await connection.execute(_END, (run.id, run.attempts, state, until, code, reason))
    ).fetchall()
    return bool(is_ours)


async def comparisons_are_due(connection: AsyncConnection[Any]) -> bool:
    [(due,)] = await (await connection.execute(_ARE_DUE)).fetchall()
    return bool(due)
