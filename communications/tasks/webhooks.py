"""What is registered upstream, compared with what we want, and registered by us.

Looked at when a worker starts and when a person asks, and never on a timer. Registered when a person asks; or, where we had
registered before, when our secret or our address has changed since.
"""

import asyncio
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Final

import structlog
from django.conf import settings
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from psycopg_pool import AsyncConnectionPool

from communications.feed.announce import changes_announce
from communications.health.alarms import alarms_settle
from communications.health.conditions import webhooks_missing_read
from communications.ingest.connections import fold_connections
from communications.ingest.unfinished import WEBHOOKS_TASK
from communications.models import Alarm
from communications.selectors.webhooks import deliveries_address
from communications.tasks.metered import metered_client
from communications.tasks.registrations import (
    EVENTS,
    SECRET_HEADER,
    Judged,
    Wanted,
    registrations_judge,
    unserved,
)
from unipile.client import UnipileClient
from unipile.errors import NotFound, Refused, UnipileError
from unipile.resources.webhook import Webhook, WebhookSource, value_mark

log = structlog.get_logger(__name__)

TRIES: Final = 6
WAITS_SECONDS: Final = 0.2

# Held by the connection of whoever registers: it ends with a killed worker.
_ALONE: Final = "SELECT pg_try_advisory_lock(hashtextextended('webhooks', 0))"
_NOT_ALONE: Final = "SELECT pg_advisory_unlock(hashtextextended('webhooks', 0))"
_OURS: Final = """
SELECT external_webhook_id, secret_mark FROM communications_upstreamwebhook WHERE registered_at IS NOT NULL
"""
_REGISTERED: Final = """
INSERT INTO communications_upstreamwebhook AS held (
    external_webhook_id, source, request_url, problems, events_missing, registered_at, secret_mark)
VALUES (%(id)s, %(source)s, %(url)s, '{}', '{}', now(), %(mark)s)
ON CONFLICT (external_webhook_id) DO UPDATE SET registered_at = excluded.registered_at, secret_mark = excluded.secret_mark
"""
_SEEN: Final = """
INSERT INTO communications_upstreamwebhook AS held (
    external_webhook_id, source, name, request_url, problems, events_missing)
VALUES (%(id)s, %(source)s, %(name)s, %(url)s, %(problems)s, %(events_missing)s)
ON CONFLICT (external_webhook_id) DO UPDATE SET
    source = excluded.source, name = excluded.name, request_url = excluded.request_url, problems = excluded.problems,
    events_missing = excluded.events_missing
"""
_GONE: Final = "DELETE FROM communications_upstreamwebhook WHERE external_webhook_id <> ALL(%s::text[])"
_CHECKED: Final = """
INSERT INTO communications_webhookschecked (id, checked_at, address) VALUES (1, clock_timestamp(), %s)
ON CONFLICT (id) DO UPDATE SET checked_at = excluded.checked_at, address = excluded.address
"""


class NotWanted(Refused):
    """Something of our own is missing, so that nothing can be registered."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(status=None, code=code, title=sentence)


@app.task(
    name=WEBHOOKS_TASK,
    queueing_lock=WEBHOOKS_TASK,
    retry=RetryStrategy(max_attempts=TRIES, exponential_wait=2, retry_exceptions={UnipileError}),
)
async def webhooks_look() -> None:
    """Compares, and registers anew what we had registered for an earlier address or secret.

    Raises ``UnipileError``, logged in words; the job is then tried again with growing pauses.
    """
    source = settings.LANDLINE_UPSTREAM.source()
    is_demo = source == "simulated" or (settings.LANDLINE_DEMO and source != "kept")
    # The simulator of a demo is told by the launcher where to deliver.
    if source is None or is_demo:
        return
    try:
        async with metered_client("manage") as client, fold_connections(max_size=2) as connections:
            await webhooks_check(client, connections, reason="whether webhooks lead here", renews_ours=True)
    except UnipileError as error:
        log.error("webhooks_not_checked", because=error.sentence, code=error.code)
        raise


async def webhooks_look_at_start() -> None:
    """Defers the look; one that still waits from an earlier start serves as well."""
    try:
        await app.configure_task(WEBHOOKS_TASK, queueing_lock=WEBHOOKS_TASK).defer_async()
    except AlreadyEnqueued:
        return


async def webhooks_check(
    client: UnipileClient, connections: AsyncConnectionPool[Any], *, reason: str, renews_ours: bool = False
) -> list[Judged]:
    """Writes down what is registered, with its alarm. Changes something upstream only if ``renews_ours`` and there is cause."""
    async with connections.connection() as alone:
        await _alone(alone)
        try:
            address = deliveries_address()
            if not address:
                await _write(connections, "", [])
                return []
            wanted = await _wanted(connections, address)
            judged = registrations_judge(await _listed(client, reason), wanted)
            if renews_ours and _is_outdated(judged, wanted):
                judged = await _register(client, connections, wanted, judged, is_asked_for=False)
            await _write(connections, address, judged)
            return judged
        finally:
            await alone.execute(_NOT_ALONE)


async def webhooks_register(
    client: UnipileClient, connections: AsyncConnectionPool[Any], *, reason: str
) -> list[Judged]:
    """Makes upstream deliver to us, all of it, and once. Raises ``NotWanted`` without a public address or a secret."""
    async with connections.connection() as alone:
        await _alone(alone)
        try:
            address = deliveries_address()
            if not address:
                await _write(connections, "", [])
                raise NotWanted(
                    "no_address",
                    "Set PUBLIC_URL to the https address by which this server is reached from outside.",
                )
            wanted = await _wanted(connections, address)
            judged = registrations_judge(await _listed(client, reason), wanted)
            judged = await _register(client, connections, wanted, judged, is_asked_for=True)
            await _write(connections, address, judged)
            return judged
        finally:
            await alone.execute(_NOT_ALONE)


async def _alone(connection: Any) -> None:
    while True:
        [(is_alone,)] = await (await connection.execute(_ALONE)).fetchall()
        if is_alone:
            return
        await asyncio.sleep(WAITS_SECONDS)


async def _wanted(connections: AsyncConnectionPool[Any], address: str) -> Wanted:
    if not settings.LANDLINE_WEBHOOK_SECRETS:
        raise NotWanted("no_secret", "Set LANDLINE_WEBHOOK_SECRET: without it anybody could deliver here.")
    async with connections.connection() as connection:
        ours = await (await connection.execute(_OURS)).fetchall()
    marks = {webhook: bytes(mark) for webhook, mark in ours}
    return Wanted(address, settings.LANDLINE_WEBHOOK_SECRETS[0], marks)


def _is_outdated(judged: Sequence[Judged], wanted: Wanted) -> bool:
    """Whether a source is not served, and what we had registered is there for another secret or at another address."""
    ours = [one for one in judged if one.webhook.id in wanted.marks]
    return bool(unserved(judged)) and any(
        not one.is_aimed or wanted.marks[one.webhook.id] != value_mark(wanted.secret) for one in ours
    )


async def _listed(client: UnipileClient, reason: str) -> list[Webhook]:
    return [webhook async for page in client.webhooks.pages(reason=reason) for webhook in page.items]


async def _register(
    client: UnipileClient,
    connections: AsyncConnectionPool[Any],
    wanted: Wanted,
    judged: Sequence[Judged],
    *,
    is_asked_for: bool,
) -> list[Judged]:
    """Registers the new webhook before the old one is deleted, so that nothing is lost; what then comes twice is stored once."""
    missing = unserved(judged)
    for source in missing:
        await _create(client, connections, wanted, source)
    doomed = [one for one in judged if _may_go(one, wanted, is_asked_for=is_asked_for)]
    for one in doomed:
        await _delete(client, one)
    log.info("webhooks_registered", created=[source.value for source in missing], deleted=len(doomed))
    if not missing and not doomed:
        return list(judged)
    listed = await _listed(client, "what became of the webhooks we registered")
    return registrations_judge(listed, await _wanted(connections, wanted.address))


def _may_go(one: Judged, wanted: Wanted, *, is_asked_for: bool) -> bool:
    """Never one of somebody else that is aimed elsewhere. Ours at an earlier address only for a person who asks: a copy of this
    database that is started elsewhere would take them from the installation that it is a copy of.
    """
    if not one.problems or one.source not in EVENTS:
        return False
    return one.is_aimed or (is_asked_for and one.webhook.id in wanted.marks)


async def _create(
    client: UnipileClient, connections: AsyncConnectionPool[Any], wanted: Wanted, source: WebhookSource
) -> None:
    webhook = await client.webhooks.create(
        source=source,
        request_url=wanted.address,
        name=f"landline {source.value}",
        events=EVENTS[source],
        headers={SECRET_HEADER: wanted.secret},
        reason="registering where to deliver",
    )
    told = {
        "id": webhook,
        "source": source.value,
        "url": wanted.address,
        "mark": value_mark(wanted.secret),
    }
    async with connections.connection() as connection:
        await connection.execute(_REGISTERED, told)


async def _delete(client: UnipileClient, one: Judged) -> None:
    try:
        await client.webhooks.delete(one.webhook.id, reason="one that delivers wrongly, or twice")
    except NotFound:
        log.info("webhook_gone_already")


async def _write(connections: AsyncConnectionPool[Any], address: str, judged: Iterable[Judged]) -> None:
    found = [
        {
            "id": one.webhook.id,
            "source": one.webhook.source or "" if one.source is None else one.source.value,
            "name": one.webhook.name or "",
            "url": one.webhook.request_url or "",
            "problems": list(one.problems),
            "events_missing": list(one.events_missing),
        }
        for one in judged
    ]
    async with connections.connection() as connection:
        async with connection.transaction():
            if address:
                await connection.execute(_GONE, ([one["id"] for one in found],))
            for one in found:
                await connection.execute(_SEEN, one)
            await connection.execute(_CHECKED, (address,))
        conditions = await webhooks_missing_read(connection, now=dt.datetime.now(dt.UTC))
        if await alarms_settle(connection, conditions, kinds=[Alarm.Kind.WEBHOOKS_MISSING.value]):
            await changes_announce(connection)
