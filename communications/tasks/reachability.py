"""Whether this server reaches itself by its public address, through the real receiver: a delivery of our own, looked for in the
ledger afterwards.

That proves the way from here: name, certificate, proxy, secret. Upstream has no call that would make it deliver something,
so its way is proven by the next delivery of its own.
"""

import secrets
import ssl
import uuid
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import aiohttp
import msgspec
from psycopg_pool import AsyncConnectionPool

from communications.schemas.deliveries import sha256_of
from communications.tasks.registrations import SECRET_HEADER
from communications.webhooks.handlers.reading import PROBE
from unipile.endpoint import AddressRefused, Endpoint, PinnedResolver, Resolve

WITHIN_SECONDS: Final = 15.0
ANSWER_MAX_BYTES: Final = 2_000

_STORED: Final = "SELECT FROM communications_webhookdelivery WHERE id = %s AND sha256 = %s"
_TESTED: Final = """
INSERT INTO communications_reachabilitytest (id, asked_at, tested_at, address, code)
VALUES (1, %(asked_at)s, clock_timestamp(), %(address)s, %(code)s)
ON CONFLICT (id) DO UPDATE SET
    asked_at = excluded.asked_at, tested_at = excluded.tested_at, address = excluded.address, code = excluded.code
"""


class Answered(NamedTuple):
    """``code`` is ``ok`` where the delivery is said to be stored, under ``delivery``; else it says what is wrong."""

    code: str
    delivery: uuid.UUID | None = None
    sha256: bytes = b""


async def reachability_test(
    connections: AsyncConnectionPool[Any],
    address: str,
    secret: str,
    *,
    tls: ssl.SSLContext | None = None,
    resolve: Resolve | None = None,
    within_seconds: float = WITHIN_SECONDS,
) -> str:
    """The code of how it ended, which is written down too. ``tls`` adds a private certificate authority."""
    async with connections.connection() as connection:
        [(asked_at,)] = await (await connection.execute("SELECT clock_timestamp()")).fetchall()
    code = await ourselves_reached(
        connections, address, secret, tls=tls, resolve=resolve, within_seconds=within_seconds
    )
    async with connections.connection() as connection:
        await connection.execute(_TESTED, {"asked_at": asked_at, "address": address, "code": code})
    return code


async def ourselves_reached(
    connections: AsyncConnectionPool[Any],
    address: str,
    secret: str,
    *,
    tls: ssl.SSLContext | None = None,
    resolve: Resolve | None = None,
    within_seconds: float = WITHIN_SECONDS,
) -> str:
    if not address:
        return "no_address"
    answered = await _deliver(address, secret, tls or ssl.create_default_context(), resolve, within_seconds)
    if answered.code != "ok":
        return answered.code
    async with connections.connection() as connection:
        stored = await connection.execute(_STORED, (answered.delivery, answered.sha256))
        return "ok" if await stored.fetchone() is not None else "other_installation"


async def _deliver(
    address: str, secret: str, tls: ssl.SSLContext, resolve: Resolve | None, within_seconds: float
) -> Answered:
    """One delivery, on the terms of every call that leaves: to its host only, checked as resolved, without redirects."""
    body = msgspec.json.encode({"event": PROBE, "token": secrets.token_urlsafe(24)})
    connector = aiohttp.TCPConnector(
        ssl=tls, resolver=PinnedResolver(_endpoint(address), resolve), use_dns_cache=False, force_close=True
    )
    headers = {SECRET_HEADER: secret, "Content-Type": "application/json", "User-Agent": "landline"}
    try:
        async with (
            aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=within_seconds),
                trust_env=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            ) as session,
            session.post(address, data=body, headers=headers, allow_redirects=False) as response,
        ):
            head = await response.content.read(ANSWER_MAX_BYTES)
            return _judge(response.status, response.headers, head, sha256_of(body))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return Answered(_failure(error))


def _endpoint(address: str) -> Endpoint:
    parts = urlsplit(address)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return Endpoint(parts.scheme, host, port, is_loopback=host in {"localhost", "127.0.0.1", "::1"})


def _judge(status: int, headers: Mapping[str, str], head: bytes, sha256: bytes) -> Answered:
    if status == 200:
        try:
            return Answered("ok", uuid.UUID(headers.get("X-Delivery-Id", "")), sha256)
        except ValueError:
            pass
    if 300 <= status < 400:
        return Answered("redirected")
    if status in (401, 403):
        return Answered("secret_refused")
    if "html" in headers.get("Content-Type", "") or head.lstrip()[:1] == b"<":
        return Answered("html")
    return Answered("not_stored" if status in (429, 500, 502, 503, 504) else "not_landline")


def _failure(error: Exception) -> str:
    if isinstance(error, AddressRefused) or isinstance(error.__cause__, AddressRefused):
        return "private_address"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "unresolved"
    if isinstance(error, (aiohttp.ClientSSLError, ssl.SSLError)):
        return "tls_wrong"
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "refused"
    return "connection_lost"
