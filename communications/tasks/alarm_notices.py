"""Alarms by e-mail and to the owner's webhook, where those are set: tried until they are taken."""

import asyncio
import datetime as dt
from email.errors import MessageError
from smtplib import SMTPException
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import structlog
from django.conf import settings
from django.core.mail import send_mail
from psycopg_pool import AsyncConnectionPool

from communications.health.notices import (
    Notice,
    notice_claim,
    notice_failed,
    notice_sent,
    notices_make,
)
from communications.health.words import notice_subject, notice_text
from communications.selectors.values import instant, optional_id, optional_instant
from unipile.endpoint import PinnedResolver, endpoint_from_dsn

log = structlog.get_logger(__name__)

DEADLINE_SECONDS: Final = 15
ROUND_MAX: Final = 50


class NotTaken(Exception):
    """The owner's webhook did not answer with 2xx."""


_FAILURES: Final = (
    NotTaken,
    SMTPException,
    MessageError,
    aiohttp.ClientError,
    OSError,
    ValueError,
    TimeoutError,
)


async def alarm_notices_send(connections: AsyncConnectionPool[Any]) -> None:
    await alarm_notices_send_at(connections, dt.datetime.now(dt.UTC))


async def alarm_notices_send_at(connections: AsyncConnectionPool[Any], now: dt.datetime) -> None:
    """One round, as of ``now``. No connection is held while something is sent."""
    ways = _ways()
    if not ways:
        return
    async with connections.connection() as connection:
        await notices_make(connection, ways, now=now)
    for _ in range(ROUND_MAX):
        async with connections.connection() as connection:
            notice = await notice_claim(connection, ways, now=now)
        if notice is None:
            return
        try:
            await (_mail(notice) if notice.way == "email" else _post(notice))
        except _FAILURES as error:
            log.warning("alarm_not_told", notice=notice.id, way=notice.way, error=type(error).__name__)
            async with connections.connection() as connection:
                await notice_failed(connection, notice, type(error).__name__)
            continue
        async with connections.connection() as connection:
            await notice_sent(connection, notice)


def _ways() -> list[str]:
    set_up = {"email": settings.LANDLINE_ALARM_EMAIL, "webhook": settings.LANDLINE_ALARM_WEBHOOK_URL}
    return [way for way, where in set_up.items() if where]


async def _mail(notice: Notice) -> None:
    await asyncio.to_thread(
        send_mail,
        notice_subject(notice),
        notice_text(notice, address=_address()),
        None,
        list(settings.LANDLINE_ALARM_EMAIL),
    )


async def _post(notice: Notice) -> None:
    """To the one address that is set, on the terms of every call that leaves: its host only, checked as resolved, no redirect."""
    address = settings.LANDLINE_ALARM_WEBHOOK_URL or ""
    url = urlsplit(address)
    endpoint = endpoint_from_dsn(f"{url.scheme}://{url.netloc}")
    connector = aiohttp.TCPConnector(resolver=PinnedResolver(endpoint), use_dns_cache=False, force_close=True)
    timeout = aiohttp.ClientTimeout(total=DEADLINE_SECONDS)
    async with (
        aiohttp.ClientSession(
            connector=connector, timeout=timeout, trust_env=False, cookie_jar=aiohttp.DummyCookieJar()
        ) as session,
        session.post(
            address,
            json=_body(notice),
            headers={"Idempotency-Key": str(notice.id), "User-Agent": "landline"},
            allow_redirects=False,
        ) as response,
    ):
        if not 200 <= response.status < 300:
            raise NotTaken


def _body(notice: Notice) -> dict[str, object]:
    return {
        "what": notice.what,
        "text": notice_text(notice, address=_address()),
        "alarm": {
            "id": str(notice.alarm_id),
            "kind": notice.kind,
            "channel_id": optional_id(notice.channel_id),
            "account": notice.account or None,
            "opened_at": instant(notice.opened_at),
            "closed_at": optional_instant(notice.closed_at),
            "since": optional_instant(notice.since),
            "count": notice.number,
            "reason": notice.reason or None,
        },
    }


def _address() -> str:
    public_url = settings.LANDLINE_PUBLIC_URL
    return f"{settings.LANDLINE_BIND.url if public_url is None else public_url.origin}/"
