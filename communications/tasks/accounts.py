"""Which accounts there are: asked when the worker starts, and when one not known here is said to work; never on a timer."""

import asyncio
import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, cast

import structlog
from django.conf import settings
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from psycopg_pool import AsyncConnectionPool

from communications.feed.announce import changes_announce
from communications.ingest.channels import channel_upsert, channels_unlist, channels_unlisted
from communications.ingest.connections import fold_connections
from communications.ingest.unfinished import (
    ACCOUNTS_TASK,
    COMPARISONS_TASK,
    FILES_TASK,
    HISTORY_TASK,
    job_announce,
)
from communications.refold.replay import parked_replay
from communications.schemas.accounts import AccountFact
from communications.tasks.key import key_judge
from communications.tasks.metered import metered_client
from unipile.client import UnipileClient
from unipile.errors import Unauthorised, UnipileError
from unipile.operations.paging import PAGE_LIMIT_MAX
from unipile.payloads.identity import own_identity_keys
from unipile.resources.account import Account, SourceStatus

log = structlog.get_logger(__name__)

TRIES: Final = 12
WAITS_SECONDS: Final = 0.2

# Held by the connection of whoever lists: it ends with a killed worker.
_ALONE: Final = "SELECT pg_try_advisory_lock(hashtextextended('accounts list', 0)), clock_timestamp()"
_NOT_ALONE: Final = "SELECT pg_advisory_unlock(hashtextextended('accounts list', 0))"
_ASKED_AT: Final = "SELECT min(at) FROM procrastinate_events WHERE job_id = %s AND type = 'deferred'"
_LISTED_SINCE: Final = "SELECT FROM communications_accountslisted WHERE began_at > %s"
_LISTED: Final = """
INSERT INTO communications_accountslisted (id, began_at) VALUES (1, %s)
ON CONFLICT (id) DO UPDATE SET began_at = excluded.began_at
"""
NOT_A_WORD: Final = re.compile(r"[^a-z0-9_]+")

STATUS_OF_SOURCE: Final[Mapping[SourceStatus, str]] = {
    SourceStatus.OK: "ok",
    SourceStatus.CONNECTING: "connecting",
    SourceStatus.CREDENTIALS: "credentials",
    SourceStatus.PERMISSIONS: "permissions",
    SourceStatus.ERROR: "error",
    SourceStatus.STOPPED: "stopped",
    SourceStatus.UNKNOWN: "unknown",
}


@app.task(
    name=ACCOUNTS_TASK,
    queueing_lock=ACCOUNTS_TASK,
    pass_context=True,
    retry=RetryStrategy(max_attempts=TRIES, exponential_wait=2, retry_exceptions={UnipileError}),
)
async def accounts_list(context: JobContext) -> None:
    """Lists the accounts, makes their channels, and folds what was parked for them.

    Raises ``UnipileError``, logged in words; the job is then tried again with growing pauses.
    """
    if not settings.LANDLINE_UPSTREAM.is_configured():
        log.info("accounts_not_listed", because="no Unipile is configured")
        return
    try:
        async with (
            metered_client("manage") as client,
            fold_connections(max_size=3) as connections,
        ):
            asked_at = await _asked_at(connections, context.job.id)
            is_news = await accounts_take(client, connections, asked_at=asked_at)
            await key_judge(connections, refused_as="")
        await job_announce(COMPARISONS_TASK)
        log.info("accounts_listed" if is_news else "accounts_listed_already")
    except UnipileError as error:
        if isinstance(error, Unauthorised):
            async with fold_connections(max_size=1) as connections:
                await key_judge(connections, refused_as=error.code)
        log.error("accounts_not_listed", because=error.sentence, code=error.code)
        raise


async def accounts_take(
    client: UnipileClient, connections: AsyncConnectionPool[Any], *, asked_at: dt.datetime | None
) -> bool:
    """One listing at a time over all workers; ``False`` where one has begun since it was asked for, and has ended well.

    Several askings at a start are answered by one listing.
    """
    async with connections.connection() as alone:
        while True:
            [(is_alone, begins_at)] = await (await alone.execute(_ALONE)).fetchall()
            if is_alone:
                break
            await asyncio.sleep(WAITS_SECONDS)
        try:
            if await (await alone.execute(_LISTED_SINCE, (asked_at,))).fetchone() is not None:
                return False
            listed = await _list(client, connections)
            if listed.is_whole:
                await _unlist(client, connections, listed.accounts, begins_at)
            await alone.execute(_LISTED, (begins_at,))
            await job_announce(HISTORY_TASK)
            return True
        finally:
            await alone.execute(_NOT_ALONE)


class Listed(NamedTuple):
    """``is_whole``: no page came short though another followed, and none held what cannot be read."""

    accounts: frozenset[str]
    is_whole: bool


async def _list(client: UnipileClient, connections: AsyncConnectionPool[Any]) -> Listed:
    accounts: set[str] = set()
    is_whole = True
    async for page in client.accounts.pages(reason="which accounts there are"):
        is_whole &= not page.refused and (page.cursor is None or len(page.items) == PAGE_LIMIT_MAX)
        for account in page.items:
            await account_take(connections, account)
            accounts.add(account.id)
    return Listed(frozenset(accounts), is_whole)


async def _unlist(
    client: UnipileClient,
    connections: AsyncConnectionPool[Any],
    listed: frozenset[str],
    begun_at: dt.datetime,
) -> None:
    """Accounts that are missing on a whole list are looked for on a second before it is believed: a list may be short."""
    async with connections.connection() as connection:
        if not await channels_unlisted(connection, listed, begun_at):
            return
    again = await _list(client, connections)
    if not again.is_whole:
        return
    async with connections.connection() as connection:
        gone = await channels_unlist(connection, listed | again.accounts, begun_at)
        await changes_announce(connection)
    log.warning("accounts_not_listed_any_more", accounts=gone)


async def _asked_at(connections: AsyncConnectionPool[Any], job_id: int | None) -> dt.datetime | None:
    async with connections.connection() as connection:
        [(asked_at,)] = await (await connection.execute(_ASKED_AT, (job_id,))).fetchall()
    return cast("dt.datetime | None", asked_at)


async def account_take(connections: AsyncConnectionPool[Any], account: Account) -> None:
    """The channel of one account, then whatever came for it before it was known."""
    async with connections.connection() as connection:
        await channel_upsert(connection, account_fact(account))
        await changes_announce(connection)
    totals = await parked_replay(connections, account.id)
    if totals:
        await job_announce(FILES_TASK)
    log.info("account_known", account=account.id, provider=account.provider, replayed=totals.total())


def account_fact(account: Account) -> AccountFact:
    """An account in the product's words; a provider's word we do not know becomes one that may stand in an address."""
    provider = NOT_A_WORD.sub("_", (account.provider or "").lower())[:32] or "unknown"
    return AccountFact(
        external_account_id=account.id,
        provider=provider,
        provider_word=account.upstream_type or "",
        name=account.name or "",
        own_identities=own_identity_keys(account.own, account.provider),
        status=STATUS_OF_SOURCE[account.status],
        status_word=account.status.value,
    )


async def accounts_list_at_start() -> None:
    """Defers the listing; one that still waits from an earlier start serves as well."""
    try:
        await app.configure_task(ACCOUNTS_TASK, queueing_lock=ACCOUNTS_TASK).defer_async()
    except AlreadyEnqueued:
        return
