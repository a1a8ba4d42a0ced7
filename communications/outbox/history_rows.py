"""What a copy of history leaves behind beside the messages: what is whole now, and files that were not asked for."""

import datetime as dt
from typing import Any, Final, NamedTuple

from psycopg import AsyncConnection

from communications.ingest.coverage import conversations_whole, coverage_add
from communications.schemas.history import ClaimedRun

# The list of messages covers all chats: as far back as it was read, every chat was read.
_CONVERSATIONS: Final = """
SELECT DISTINCT coalesce(conversation.continues_id, conversation.id)
FROM communications_historychat AS chat
JOIN communications_conversationalias AS alias
    ON alias.channel_id = %(channel)s AND alias.kind = 'id' AND alias.value = chat.external_id
JOIN communications_conversation AS conversation ON conversation.id = alias.conversation_id
WHERE chat.run_id = %(run)s
"""
_BOUNDS: Final = "SELECT oldest_at FROM communications_historyrun WHERE id = %s"
_VERIFIED: Final = """
UPDATE communications_channel SET verified_until = %(until)s
WHERE id = %(channel)s AND (verified_until IS NULL
    OR verified_until < %(until)s AND verified_until >= coalesce(%(since)s::timestamptz, '-infinity'))
"""

# The oldest of what the newest comparison reaches, as a late edit brings a message alone, with a hole after it. Where nothing was
# compared, of what came by itself or on pages.
_PARTS: Final = """
WITH compared AS (
    SELECT least(whole.whole_since, (
        SELECT max(lower(piece)) FROM unnest((
            SELECT range_agg(tstzrange(held.starts_at, held.ends_at)) FROM communications_coveragerange AS held
            WHERE held.channel_id = whole.channel_id AND (held.conversation_id IS NULL OR held.conversation_id = whole.id)
        )) AS piece)) AS since
    FROM communications_conversation AS whole WHERE whole.id = %(conversation)s
)
SELECT part.external_thread_id, (
    SELECT min(message.sent_at) FROM communications_message AS message
    WHERE message.conversation_id = part.id AND NOT message.is_stub
      AND coalesce(message.sent_at >= compared.since, message.found_by <> 'repair'))
FROM compared, communications_conversation AS part
JOIN communications_conversationalias AS alias
    ON alias.channel_id = part.channel_id AND alias.kind = 'id' AND alias.value = part.external_thread_id
WHERE part.id = %(conversation)s OR part.continues_id = %(conversation)s
ORDER BY part.id
"""

# What was compared without a hole reaches further back by what joins it.
_CHAT_WHOLE: Final = """
UPDATE communications_conversation SET
    is_whole = is_whole OR %(is_whole)s,
    whole_since = CASE WHEN whole_since <= %(before)s THEN least(whole_since, %(since)s) ELSE whole_since END
WHERE id = %(conversation)s AND (NOT is_whole AND %(is_whole)s OR whole_since <= %(before)s AND whole_since > %(since)s)
"""

_FILES_LEAVE: Final = """
UPDATE communications_attachment AS attachment SET state = 'unavailable', failure = 'not_asked_for'
FROM communications_message AS message
JOIN communications_channel AS channel ON channel.id = message.channel_id
WHERE channel.external_account_id = %(account)s AND message.external_message_id = ANY(%(ids)s)
  AND attachment.message_id = message.id AND attachment.state = 'wanted'
"""


class Part(NamedTuple):
    """A chat of upstream's that is part of a conversation, and when the oldest message was sent after which none is missing."""

    external_id: str
    held_since: dt.datetime | None


async def account_whole(
    connection: AsyncConnection[Any], run: ClaimedRun, *, listed_at: dt.datetime
) -> list[int]:
    """Notes how far back everything is held, once all of a list begun at ``listed_at`` is. Returns the conversations."""
    [(oldest_at,)] = await (await connection.execute(_BOUNDS, (run.id,))).fetchall()
    since = run.since or oldest_at or listed_at
    found = await connection.execute(_CONVERSATIONS, {"channel": run.channel_id, "run": run.id})
    conversations = [row[0] for row in await found.fetchall()]
    if conversations:
        await conversations_whole(connection, conversations, since, is_whole=run.since is None)
    await coverage_add(connection, run.channel_id, starts_at=since, ends_at=listed_at, compared_at=listed_at)
    await connection.execute(_VERIFIED, {"channel": run.channel_id, "until": listed_at, "since": run.since})
    return conversations


async def chat_parts(connection: AsyncConnection[Any], conversation_id: int) -> list[Part]:
    found = await connection.execute(_PARTS, {"conversation": conversation_id})
    return [Part._make(row) for row in await found.fetchall()]


async def chat_whole(
    connection: AsyncConnection[Any],
    run: ClaimedRun,
    *,
    before: dt.datetime,
    since: dt.datetime,
    compared_at: dt.datetime,
    is_whole: bool,
) -> None:
    """Notes that a chat's messages from ``since`` to ``before`` are held, and whether nothing is older."""
    asked = {"conversation": run.conversation_id, "before": before, "since": since, "is_whole": is_whole}
    await connection.execute(_CHAT_WHOLE, asked)
    await coverage_add(
        connection,
        run.channel_id,
        starts_at=since,
        ends_at=before,
        compared_at=compared_at,
        conversation_id=run.conversation_id,
    )


async def files_leave(connection: AsyncConnection[Any], account: str, external_ids: list[str]) -> None:
    """The files of these messages are fetched only when somebody asks for them."""
    await connection.execute(_FILES_LEAVE, {"account": account, "ids": external_ids})
