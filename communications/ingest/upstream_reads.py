"""How far the asking of upstream is, question by question."""

import datetime as dt
import uuid
from typing import Any, Final, NamedTuple

from psycopg import AsyncConnection

ATTEMPTS_MAX: Final = 5
CLAIMED_SECONDS: Final = 120
DELAYS_SECONDS: Final = (60, 600, 3_600, 21_600)


class Question(NamedTuple):
    id: int
    channel_id: int
    account: str
    subject: str
    external_id: str
    asked_by: uuid.UUID
    asked_at: dt.datetime
    attempts: int
    is_needless: bool


# Claimed for as long as asking may take, so that a killed worker's question is asked again. A chat needs no asking once
# deliveries have told its title, or its partner's name.
_CLAIM: Final = """
WITH due AS (
    SELECT wanted.id FROM communications_upstreamread AS wanted
    JOIN communications_channel AS channel ON channel.id = wanted.channel_id AND channel.paused_at IS NULL
    WHERE wanted.state = 'wanted' AND wanted.next_attempt_at <= now()
    ORDER BY wanted.next_attempt_at, wanted.id LIMIT 1 FOR UPDATE OF wanted SKIP LOCKED
)
UPDATE communications_upstreamread AS question SET
    attempts = question.attempts + 1, next_attempt_at = now() + make_interval(secs => %s)
FROM due, communications_channel AS channel
WHERE question.id = due.id AND channel.id = question.channel_id
RETURNING question.id, question.channel_id, channel.external_account_id, question.subject, question.external_id,
    question.asked_by, question.asked_at, question.attempts, question.subject = 'missing' AND EXISTS (
        SELECT FROM communications_message AS come
        WHERE come.channel_id = question.channel_id AND come.external_message_id = question.external_id AND NOT come.is_stub
    ) OR question.subject = 'chat' AND EXISTS (
        SELECT FROM communications_conversation AS held
        JOIN communications_conversation AS conversation ON conversation.id = coalesce(held.continues_id, held.id)
        LEFT JOIN communications_chatattendee AS contact ON contact.id = conversation.contact_id
        WHERE held.channel_id = question.channel_id AND held.external_thread_id = question.external_id
          AND (conversation.described_at IS NOT NULL OR CASE conversation.kind
              WHEN 'direct' THEN coalesce(contact.name, '') <> '' ELSE conversation.title <> '' END))
"""
_SETTLE: Final = "UPDATE communications_upstreamread SET state = %s, failure = %s WHERE id = %s"
_LATER: Final = """
UPDATE communications_upstreamread SET failure = %s, next_attempt_at = now() + make_interval(secs => %s) WHERE id = %s
"""
_ARE_DUE: Final = """
SELECT EXISTS (
    SELECT FROM communications_upstreamread AS wanted
    JOIN communications_channel AS channel ON channel.id = wanted.channel_id AND channel.paused_at IS NULL
    WHERE wanted.state = 'wanted' AND wanted.next_attempt_at <= now())
"""


async def question_claim(connection: AsyncConnection[Any]) -> Question | None:
    found = await connection.execute(_CLAIM, (CLAIMED_SECONDS,))
    row = await found.fetchone()
    return None if row is None else Question._make(row)


async def question_settle(
    connection: AsyncConnection[Any], question: Question, state: str, failure: str = ""
) -> None:
    await connection.execute(_SETTLE, (state, failure, question.id))


async def question_postpone(connection: AsyncConnection[Any], question: Question, failure: str) -> None:
    """Asks again later, a few times at most."""
    if question.attempts >= ATTEMPTS_MAX:
        await question_settle(connection, question, "refused", failure)
        return
    delay = DELAYS_SECONDS[min(question.attempts, len(DELAYS_SECONDS)) - 1]
    await connection.execute(_LATER, (failure, delay, question.id))


async def questions_are_due(connection: AsyncConnection[Any]) -> bool:
    found = await connection.execute(_ARE_DUE)
    row = await found.fetchone()
    return bool(row and row[0])
