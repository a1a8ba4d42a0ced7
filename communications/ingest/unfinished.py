"""Telling the worker at once what a commit has left to do; without it, its next sweep finds it."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import structlog
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import JobDeferrer

from communications.schemas.deliveries import Delivery
from communications.schemas.facts import (
    ChannelStatusReported,
    MessageEdited,
    MessageReceived,
    MessagesListed,
    received_told,
)

log = structlog.get_logger(__name__)

RETRY_TASK: Final = "deliveries_retry"
RETRY_AFTER_SECONDS: Final = 2
FILES_TASK: Final = "files_fetch"
ACCOUNTS_TASK: Final = "accounts_list"
READS_TASK: Final = "upstream_reads"
OUTBOX_TASK: Final = "outbox"
ERASE_TASK: Final = "accounts_erase"
ACTS_TASK: Final = "account_acts"
WEBHOOKS_TASK: Final = "webhooks_look"
HISTORY_TASK: Final = "sync_chat_history"
COMPARISONS_TASK: Final = "comparisons"
PAUSE_SECONDS: Final = 0.25


def brings_files(deliveries: Iterable[Delivery]) -> bool:
    """Whether any of these messages has a file that is to be fetched at once: those of history wait for their turn."""
    return any(
        attachment.state == "wanted"
        for delivery in deliveries
        for received in received_told(delivery.reading.fact)
        if received.message.found_by != "history"
        for attachment in received.message.attachments
    )


def tells_of_new_account(deliveries: Iterable[Delivery], *, some_are_parked: bool) -> bool:
    """Whether an account that may not be known here is said to work: then upstream's list of accounts is worth one look."""
    return any(
        delivery.reading.fact.status == "ok" and (some_are_parked or delivery.source == "hosted")
        for delivery in deliveries
        if isinstance(delivery.reading.fact, ChannelStatusReported)
    )


def tells_of_working_account(deliveries: Iterable[Delivery]) -> bool:
    """Whether an account is said to work: then what it held up may go."""
    return any(
        isinstance(delivery.reading.fact, ChannelStatusReported) and delivery.reading.fact.status == "ok"
        for delivery in deliveries
    )


def leaves_questions(deliveries: Iterable[Delivery], *, some_repeat: bool) -> bool:
    """Whether upstream may have to be asked: bodies that do not name their chat, or an edit that may have come again."""
    for fact in (delivery.reading.fact for delivery in deliveries):
        match fact:
            case MessageEdited():
                is_left = some_repeat
            case MessageReceived():
                is_left = not _names_its_chat(fact)
            case MessagesListed():
                is_left = any(listed.received.message.found_by == "repair" for listed in fact.messages)
            case _:
                is_left = False
        if is_left:
            return True
    return False


def _names_its_chat(fact: MessageReceived) -> bool:
    if fact.chat.kind != "direct":
        return fact.chat.title != ""
    return any(person.name for person in fact.people if not person.is_self)


async def job_announce(task: str, *, after_seconds: int = 0) -> None:
    """Defers a job, once however often it is called. Never raises for a database that is not there."""
    with _harmless(task):
        await _job(task, after_seconds).defer_async()


def job_announce_on_commit(task: str) -> None:
    """For code that writes through Django: defers the job once the present transaction is committed."""

    def announce() -> None:
        with _harmless(task):
            _job(task, 0).defer()

    transaction.on_commit(announce)


def _job(task: str, after_seconds: int) -> JobDeferrer:
    return app.configure_task(
        task,
        queueing_lock=task,
        schedule_in={"seconds": after_seconds} if after_seconds else None,
        allow_unknown=True,
    )


@contextmanager
def _harmless(task: str) -> Iterator[None]:
    try:
        yield
    except AlreadyEnqueued:
        return
    except ConnectorException as error:
        log.warning("job_not_deferred", task=task, error=type(error).__name__)


class JobAnnouncer:
    """For a server that commits many times a second: the job is deferred a few times a second at most."""

    def __init__(self, task: str, *, after_seconds: int = 0, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._task = task
        self._after_seconds = after_seconds
        self._pause_seconds = pause_seconds
        self._asked = False
        self._announcing: asyncio.Task[None] | None = None

    def ask(self) -> None:
        self._asked = True
        if self._announcing is None or self._announcing.done():
            self._announcing = asyncio.create_task(self._announce(), name=f"announcing {self._task}")

    async def close(self) -> None:
        """What was asked for is deferred first."""
        if self._announcing is not None:
            await self._announcing

    async def _announce(self) -> None:
        while self._asked:
            self._asked = False
            await job_announce(self._task, after_seconds=self._after_seconds)
            await asyncio.sleep(self._pause_seconds)
