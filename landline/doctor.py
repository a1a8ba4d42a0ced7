"""``landline doctor``: what is well, what is not, and what to do. Imported once Django is set up.

Leaves nothing behind but one delivery to itself, where a public address is set.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connection
from django.utils import timezone
from psycopg import OperationalError

from communications.health.conditions import disk_free_bytes
from communications.ingest.connections import fold_connections
from communications.schemas.webhooks import REACHABILITY_SENTENCES
from communications.selectors.statuses import last_delivery_at
from communications.selectors.webhooks import deliveries_address, webhooks_document
from communications.tasks.connecting import CLOCK_OFF_SECONDS, CLOCK_SENTENCE, Tried, credentials_try
from communications.tasks.reachability import ourselves_reached
from landline.preflight import database_check, migrations_check, secrets_check

Level = Literal["ok", "warn", "fail"]

DATABASE_CLOCK_OFF_SECONDS = 5
JOBS_WAITING_SECONDS = 120
WRITER_SECONDS = 60

# By kind of alarm.
REMEDIES = {
    "account_down": "Connect it again on the page Accounts.",
    "unusually_quiet": "Check that its phone is on, and test on the page Accounts whether deliveries arrive.",
    "outbox_waiting": "See that a worker runs; the bubble that waits says what for.",
    "deliveries_failing": "Look at the failed ones on the page Deliveries: each says why.",
    "feed_held": "End the long transaction: PostgreSQL's pg_stat_activity names it.",
    "disk_full": "Make room on the disk of LANDLINE_DATA_DIR.",
    "key_refused": "Run `landline connect` with a key that works.",
    "webhooks_missing": "Register them on the page Accounts, or by `landline webhooks --register`.",
}


class Finding(NamedTuple):
    """One line: about what, how it is, and what to do where it is not well."""

    check: str
    level: Level
    says: str
    do: str = ""


def doctor_run(*, as_json: bool) -> int:
    """0: nothing fails; 1: something does."""
    findings = [finding for check in CHECKS for finding in _safely(check)]
    failed = any(finding.level == "fail" for finding in findings)
    if as_json:
        told = {"ok": not failed, "findings": [finding._asdict() for finding in findings]}
        sys.stdout.write(f"{json.dumps(told, ensure_ascii=False)}\n")
    else:
        for finding in findings:
            sys.stdout.write(f"{finding.level:<4}  {finding.check}: {finding.says}\n")
            if finding.do:
                sys.stdout.write(f"      {finding.do}\n")
    return 1 if failed else 0


def _safely(check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """What a check found; a database that is not there fails each check that needs it in a line of its own."""
    name = check.__name__.removesuffix("_findings").replace("_", " ")
    try:
        return list(check())
    except ImproperlyConfigured as problem:
        return [Finding(name, "fail", str(problem))]
    except (Error, OperationalError):
        return [Finding(name, "fail", "the database did not answer", "See the line about the database.")]


def configuration_findings() -> Iterator[Finding]:
    secrets_check()
    yield Finding("configuration", "ok", f"{settings.LANDLINE_MODE}, data in {settings.LANDLINE_DATA_DIR}")
    if settings.LANDLINE_PUBLIC_URL is None:
        yield Finding(
            "public address",
            "warn",
            "PUBLIC_URL is not set: Unipile cannot deliver to this machine",
            "Set PUBLIC_URL to the https address by which this server is reached from outside.",
        )
    else:
        yield Finding("public address", "ok", settings.LANDLINE_PUBLIC_URL.origin)


def database_findings() -> Iterator[Finding]:
    database_check()
    migrations_check()
    yield Finding("database", "ok", "answers, takes writes, and has this version's schema")
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp() - %s::timestamptz)", [timezone.now()])
        off = round(float(cursor.fetchone()[0]))
        if abs(off) > DATABASE_CLOCK_OFF_SECONDS:
            yield Finding("clock", "fail", f"the database's is {off} s before ours", "Set both by NTP.")
        cursor.execute(
            "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(xact_start)), 0)::int, min(pid) "
            "FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
        )
        seconds, pid = cursor.fetchone()
        if seconds > WRITER_SECONDS:
            yield Finding(
                "writers",
                "fail",
                f"a transaction has been writing for {seconds} s; what is newer is not shown before it ends",
                f"Look what it does in pg_stat_activity; SELECT pg_terminate_backend({pid}) ends it.",
            )
        else:
            yield Finding("writers", "ok", "nothing holds back what browsers see")


def unipile_findings() -> Iterator[Finding]:
    source = settings.LANDLINE_UPSTREAM.source()
    credentials = settings.LANDLINE_UPSTREAM.credentials()
    if credentials is None:
        yield Finding(
            "Unipile", "warn", "no account is configured; the simulator plays it", "Run `landline connect`."
        )
        return
    tried = asyncio.run(credentials_try(credentials.base_url, credentials.api_key))
    if tried.code == "connected":
        yield Finding("Unipile", "ok", f"{tried.sentence} (credentials: {source})")
    else:
        yield Finding("Unipile", "fail", tried.code.replace("_", " "), tried.sentence)
    yield from _upstream_clock(tried)


def _upstream_clock(tried: Tried) -> Iterator[Finding]:
    off = tried.clock_off_seconds
    if off is None:
        return
    if abs(off) > CLOCK_OFF_SECONDS:
        yield Finding("clock", "warn", f"{off} s off Unipile's", CLOCK_SENTENCE.format(seconds=off))
    else:
        yield Finding("clock", "ok", "agrees with Unipile's")


def reachability_findings() -> Iterator[Finding]:
    """One delivery to ourselves, by the way that Unipile's take; where no public address is set there is none."""
    if settings.LANDLINE_PUBLIC_URL is None:
        return
    address = deliveries_address()
    code = asyncio.run(_reached(address, next(iter(settings.LANDLINE_WEBHOOK_SECRETS), "")))
    sentence = REACHABILITY_SENTENCES[code]
    if code == "ok":
        yield Finding("reachability", "ok", f"this server reaches itself at {address}")
    else:
        level: Level = "warn" if code == "private_address" else "fail"
        yield Finding("reachability", level, code.replace("_", " "), sentence)


async def _reached(address: str, secret: str) -> str:
    async with fold_connections(max_size=1) as connections:
        return await ourselves_reached(connections, address, secret)


def webhooks_findings() -> Iterator[Finding]:
    """As the last look at upstream's list found it: by a worker that started, or by a person."""
    found = webhooks_document()
    if found.checked_at is None:
        yield Finding(
            "webhooks", "warn", "nobody has looked yet", "Start a worker, or run `landline webhooks`."
        )
        return
    faults = [f"{one.source} {_spoken(one.problem)}" for one in found.sources if one.problem is not None]
    if faults:
        yield Finding("webhooks", "fail", ", ".join(faults), REMEDIES["webhooks_missing"])
    else:
        yield Finding("webhooks", "ok", f"lead here, as listed {found.checked_at}")


def queue_findings() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FILTER (WHERE job.status = 'todo'), count(*) FILTER (WHERE job.status = 'failed'),
                      coalesce(extract(epoch FROM now() - min(deferred.at) FILTER (WHERE job.status = 'todo'
                          AND (job.scheduled_at IS NULL OR job.scheduled_at < now()))), 0)::int
               FROM procrastinate_jobs AS job
               LEFT JOIN procrastinate_events AS deferred ON deferred.job_id = job.id AND deferred.type = 'deferred'
               WHERE job.status IN ('todo', 'failed')"""
        )
        waiting, dead, oldest_seconds = cursor.fetchone()
    if oldest_seconds > JOBS_WAITING_SECONDS:
        yield Finding(
            "queue",
            "fail",
            f"{waiting} jobs wait, the oldest for {oldest_seconds} s",
            "Is a worker running? Start `landline worker`.",
        )
    else:
        yield Finding("queue", "ok", f"{waiting} jobs wait")
    if dead:
        yield Finding(
            "queue", "warn", f"{dead} jobs have failed for good", "Look for them in the worker's log."
        )


def disk_findings() -> Iterator[Finding]:
    free = disk_free_bytes(settings.LANDLINE_DATA_DIR)
    if free is None:
        yield Finding(
            "disk", "warn", f"{settings.LANDLINE_DATA_DIR} is not there yet", "The first start makes it."
        )
    elif free < settings.LANDLINE_MEDIA_KEEP_FREE_BYTES:
        yield Finding(
            "disk", "fail", f"{free / 1e6:,.0f} MB are free", "Make room, or move LANDLINE_DATA_DIR."
        )
    else:
        yield Finding("disk", "ok", f"{free / 1e9:,.1f} GB are free")
    media = settings.LANDLINE_DATA_DIR / "media"
    if media.exists() and not os.access(media, os.W_OK | os.X_OK):
        yield Finding(
            "files", "fail", f"{media} cannot be written", "Give this user the right to write there."
        )


def accounts_findings() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, coalesce(nullif(name, ''), external_account_id), status
               FROM communications_channel WHERE status <> 'deleted' ORDER BY id"""
        )
        accounts = cursor.fetchall()
        cursor.execute(
            "SELECT kind, channel_id, reason FROM communications_alarm WHERE closed_at IS NULL ORDER BY id"
        )
        alarms = cursor.fetchall()
    if not accounts:
        yield Finding("accounts", "warn", "none is connected", "Connect one on the page Accounts.")
    for channel_id, name, status in accounts:
        last_at = last_delivery_at(channel_id)
        theirs = [kind for kind, of_channel, _ in alarms if of_channel == channel_id]
        if status not in {"ok", "connecting"} and not theirs:
            theirs = ["account_down"]
        came = "no delivery yet" if last_at is None else f"last delivery {last_at}"
        says = ", ".join([status, came, *(_spoken(kind) for kind in theirs)])
        if theirs:
            yield Finding(f"account {name}", "fail", says, REMEDIES[theirs[0]])
        elif last_at is None:
            yield Finding(f"account {name}", "warn", says, REMEDIES["webhooks_missing"])
        else:
            yield Finding(f"account {name}", "ok", says)
    for kind, channel_id, reason in alarms:
        if channel_id is None and kind != "webhooks_missing":
            yield Finding("alarm", "fail", f"{_spoken(kind)} {reason}".strip(), REMEDIES[kind])


def _spoken(kind: str) -> str:
    return kind.replace("_", " ")


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    configuration_findings,
    database_findings,
    unipile_findings,
    reachability_findings,
    webhooks_findings,
    queue_findings,
    disk_findings,
    accounts_findings,
)
