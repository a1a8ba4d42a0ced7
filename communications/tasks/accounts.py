"""Which accounts there are: asked when the worker starts, and when one not known here is said to work; never on a timer."""

import re
from collections.abc import Mapping
from typing import Any, Final

import structlog
from django.conf import settings
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from psycopg_pool import AsyncConnectionPool

from communications.feed.announce import changes_announce
from communications.history.replay import parked_replay
from communications.ingest.channels import channel_upsert
from communications.ingest.connections import fold_connections
from communications.ingest.unfinished import ACCOUNTS_TASK, FILES_TASK, job_announce
from communications.schemas.accounts import AccountFact
from unipile.client import connect_client
from unipile.errors import UnipileError
from unipile.payloads.identity import own_identity_keys
from unipile.resources.account import Account, SourceStatus

log = structlog.get_logger(__name__)

TRIES: Final = 12
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
    retry=RetryStrategy(max_attempts=TRIES, exponential_wait=2, retry_exceptions={UnipileError}),
)
async def accounts_list() -> None:
    """Lists the accounts, makes their channels, and folds what was parked for them.

    Raises ``UnipileError``, logged in words; the job is then tried again with growing pauses.
    """
    credentials = settings.LANDLINE_UPSTREAM.credentials()
    if credentials is None:
        log.info("accounts_not_listed", because="no Unipile is configured")
        return
    try:
        async with (
            connect_client(credentials.base_url, credentials.api_key) as client,
            fold_connections(max_size=2) as connections,
        ):
            async for page in client.accounts.pages(reason="which accounts there are"):
                for account in page.items:
                    await account_take(connections, account)
        log.info("accounts_listed")
    except UnipileError as error:
        log.error("accounts_not_listed", because=error.sentence, code=error.code)
        raise


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
