"""Asking upstream what a delivery left open: a chat it told too little of, a message two edits of which contradict each other,
a message that never came.

One read for each question, caused by a delivery and counted as such; never a look for new messages. The answer enters the
ledger and is folded like any delivery.
"""

from collections import Counter
from typing import Any, Final

import structlog
from django.conf import settings
from procrastinate.contrib.django import app
from psycopg_pool import AsyncConnectionPool

from communications.feed.announce import changes_announce
from communications.ingest.connections import fold_connections
from communications.ingest.gaps import is_before_history, missing_ask, reference_gap_open
from communications.ingest.record import record
from communications.ingest.unfinished import READS_TASK, job_announce
from communications.ingest.upstream_reads import (
    Question,
    question_claim,
    question_postpone,
    question_settle,
    questions_are_due,
)
from communications.schemas.charges import charged
from communications.tasks.answers import answer_delivery
from communications.tasks.listing import Listing
from communications.tasks.metered import metered_client
from communications.tasks.pages import messages_keep
from communications.webhooks.handlers.answers import CHAT, MESSAGE, answer_bytes
from unipile.client import UnipileClient
from unipile.errors import EndlessPages, Rejected, UnipileError
from unipile.payloads.times import parse_time

log = structlog.get_logger(__name__)

ROUND_MAX: Final = 100
ATTENDEES_MAX: Final = 2_000


@app.task(name=READS_TASK, queueing_lock=READS_TASK)
async def upstream_reads() -> None:
    """Asks every question that is due."""
    if not settings.LANDLINE_UPSTREAM.is_configured():
        return
    async with (
        metered_client("answer") as client,
        fold_connections(max_size=1) as connections,
    ):
        await questions_ask(client, connections)


async def questions_ask(client: UnipileClient, connections: AsyncConnectionPool[Any]) -> Counter[str]:
    """One round over what is due, ``ROUND_MAX`` at most; returns how the questions ended."""
    ends: Counter[str] = Counter()
    while ends.total() < ROUND_MAX:
        async with connections.connection() as connection:
            question = await question_claim(connection)
        if question is None:
            break
        ends[await _ask(client, connections, question)] += 1
    if ends:
        log.info("upstream_asked", **ends)
    if ends.total() == ROUND_MAX:
        await job_announce(READS_TASK)
    return ends


async def _ask(client: UnipileClient, connections: AsyncConnectionPool[Any], question: Question) -> str:
    if question.is_needless:
        async with connections.connection() as connection:
            await question_settle(connection, question, "needless")
        return "needless"
    try:
        with charged(account=question.account):
            if question.subject == "missing":
                return await _fetch(client, connections, question)
            raw = await _answer(client, question)
    except Rejected as refusal:
        async with connections.connection() as connection:
            await question_settle(connection, question, "refused", refusal.code)
        if question.subject == "missing" and not await is_before_history(
            connections, question.channel_id, question.external_id, None
        ):
            await reference_gap_open(connections, question.channel_id, question.asked_at)
        return "refused"
    except UnipileError as error:
        log.warning("upstream_not_asked", subject=question.subject, because=error.sentence, code=error.code)
        async with connections.connection() as connection:
            await question_postpone(connection, question, error.code)
        return "postponed"
    await record(connections, [answer_delivery(raw)])
    async with connections.connection() as connection:
        await question_settle(connection, question, "answered")
        await changes_announce(connection)
    return "answered"


async def _fetch(client: UnipileClient, connections: AsyncConnectionPool[Any], question: Question) -> str:
    """A message that something was told of, kept as a comparison would if it is not older than what was copied. Where it is not
    old, others may be missing.
    """
    listing = Listing.begun(question.account, question.asked_by, "repair")
    stated = await client.messages.stated(
        question.external_id, reason=f"missing message left open by delivery {question.asked_by}"
    )
    sent_at = parse_time(stated.get("timestamp"))
    if sent_at is not None and await is_before_history(
        connections, question.channel_id, question.external_id, sent_at.moment
    ):
        async with connections.connection() as connection:
            await question_settle(connection, question, "answered")
        return "answered"
    kept = await messages_keep(connections, listing, [stated])
    async with connections.connection() as connection:
        await question_settle(connection, question, "answered")
    if kept.newest_at is not None:
        await reference_gap_open(connections, question.channel_id, kept.newest_at)
    return "answered"


async def _answer(client: UnipileClient, question: Question) -> bytes:
    reason = f"{question.subject} left open by delivery {question.asked_by}"
    account, external_id = question.account, question.external_id
    if question.subject == "message":
        message = await client.messages.stated(external_id, reason=reason)
        return answer_bytes(MESSAGE, account=account, asked_by=question.asked_by, answer=message)
    chat = await client.chats.stated(external_id, reason=reason, account_id=account)
    chat_id = chat.get("id")
    people = await _attendees(
        client, chat_id if isinstance(chat_id, str) and chat_id else external_id, reason
    )
    return answer_bytes(CHAT, account=account, asked_by=question.asked_by, answer=chat, people=people)


async def _attendees(client: UnipileClient, chat_id: str, reason: str) -> list[Any]:
    """Those whom upstream lists, as far as a conversation can show them; a chat without a list is better than none."""
    people: list[Any] = []
    try:
        async for page in client.chats.attendee_pages_stated(chat_id, reason=reason):
            people += page.items
            if len(people) >= ATTENDEES_MAX:
                break
    except (Rejected, EndlessPages) as error:
        log.warning("attendees_not_listed", because=error.sentence, code=error.code)
    return people[:ATTENDEES_MAX]


async def questions_due_announce(connections: AsyncConnectionPool[Any]) -> None:
    """Questions whose job was lost, or whose next attempt has come, and those after messages that did not come."""
    if not settings.LANDLINE_UPSTREAM.is_configured():
        return
    async with connections.connection() as connection:
        await missing_ask(connection)
        due = await questions_are_due(connection)
    if due:
        await job_announce(READS_TASK)
