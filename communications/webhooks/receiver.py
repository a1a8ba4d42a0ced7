"""The addresses upstream delivers to. A delivery is answered 200 after the commit that holds it, whatever it says.

A plain ASGI application, mounted ahead of Django: Django's work per request alone costs more than saving a delivery.
"""

import asyncio
import datetime as dt
import hmac
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from functools import lru_cache
from typing import Any, Final

import structlog

from communications.errors import Unsaved
from communications.schemas.addresses import HOSTED_PATH
from communications.schemas.addresses import WEBHOOK_PATH as PATH
from communications.schemas.deliveries import Delivery, Source, sha256_of
from communications.schemas.identifiers import uuid7
from communications.webhooks.batcher import Batcher
from communications.webhooks.handlers.reading import delivery_read
from communications.webhooks.refusals import RefusalCounter

log = structlog.get_logger(__name__)

SECRET_HEADER: Final = b"unipile-auth"
BODY_MAX_BYTES: Final = 5_000_000
BODY_WITHIN_SECONDS: Final = 30
SAVED_WITHIN_SECONDS: Final = 2.5
RETRY_AFTER_SECONDS: Final = 5

KEPT_HEADERS: Final = frozenset(
    {
        b"host",
        b"user-agent",
        b"content-type",
        b"content-length",
        b"accept",
        b"accept-encoding",
        b"content-encoding",
    }
)
REMOVED: Final = "[removed]"
HEADERS_MAX: Final = 64
HEADER_MAX_CHARACTERS: Final = 300

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]


Answer = tuple[int, bytes, tuple[tuple[bytes, bytes], ...], bool]

UNAUTHENTIC: Final[Answer] = (401, b'{"error":"the secret is missing or wrong"}', (), True)
TOO_MANY: Final[Answer] = (429, b'{"error":"too many wrong secrets"}', ((b"retry-after", b"60"),), True)
TOO_LARGE: Final[Answer] = (413, b'{"error":"the body is over 5 MB"}', (), True)
ENCODED: Final[Answer] = (415, b'{"error":"compressed bodies are not taken"}', (), True)
UNSAVED: Final[Answer] = (
    503,
    b'{"error":"not saved, send it again"}',
    ((b"retry-after", str(RETRY_AFTER_SECONDS).encode()),),
    False,
)


class WebhookReceiver:
    """``secrets`` are the values of the secret header that count as valid: one, or two while it is being replaced.

    Without a ``hosted_token`` no callback of a hosted connection is taken.
    """

    def __init__(
        self,
        batcher: Batcher,
        *,
        secrets: Sequence[str],
        refusals: RefusalCounter,
        hosted_token: str | None = None,
        on_unsaved: Callable[[], None] = lambda: None,
    ) -> None:
        if not secrets:
            raise ValueError("a receiver without a secret would take deliveries from anybody")
        self._batcher = batcher
        self._secrets = [secret.encode() for secret in secrets]
        self._hosted_tokens = [] if hosted_token is None else [hosted_token.encode()]
        self._refusals = refusals
        self._on_unsaved = on_unsaved

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refuse(scope)
        if refusal is not None:
            await _answer(send, *refusal)
            return
        try:
            async with asyncio.timeout(BODY_WITHIN_SECONDS):
                raw = await _body(receive)
        except TimeoutError:
            await _answer(send, 408, b'{"error":"the body took too long"}', close=True)
            return
        except BodyTooLarge:
            await _answer(send, *TOO_LARGE)
            return
        if raw is None:
            return
        await self._take(raw, scope, send)

    def _refuse(self, scope: Scope) -> Answer | None:
        if scope["method"] != "POST":
            return 405, b'{"error":"only POST is taken here"}', ((b"allow", b"POST"),), True
        if not self._is_authentic(scope):
            client = self._refusals.address_of(scope)
            return TOO_MANY if self._refusals.count(client) else UNAUTHENTIC
        return _refuse_body(scope["headers"])

    def _is_authentic(self, scope: Scope) -> bool:
        if _source(scope) == "hosted":
            return _is_among(_token(scope), self._hosted_tokens)
        given = [value for name, value in scope["headers"] if name == SECRET_HEADER]
        return _is_among(given[0] if len(given) == 1 else b"", self._secrets)

    async def _take(self, raw: bytes, scope: Scope, send: Send) -> None:
        received_at = dt.datetime.now(dt.UTC)
        source = _source(scope)
        delivery = Delivery(
            id=uuid7(),
            source=source,
            received_at=received_at,
            headers=kept_headers(scope["headers"]),
            sha256=sha256_of(raw),
            size_bytes=len(raw),
            raw=raw,
            reading=delivery_read(raw, received_at, source),
        )
        try:
            await self._batcher.submit(delivery, within_seconds=SAVED_WITHIN_SECONDS)
        except Unsaved as failure:
            log.warning("delivery_unsaved", delivery=str(delivery.id), cause=type(failure).__name__)
            self._on_unsaved()
            await _answer(send, *UNSAVED)
            return
        await _answer(send, 200, b"{}", ((b"x-delivery-id", str(delivery.id).encode()),))


def takes(path: str) -> bool:
    """Whether an address, with its last slash, is one of ours."""
    return path == PATH or path.startswith(HOSTED_PATH)


def _source(scope: Scope) -> Source:
    return "hosted" if scope["path"].startswith(HOSTED_PATH) else "webhook"


def _token(scope: Scope) -> bytes:
    path: str = scope["path"]
    return path.removeprefix(HOSTED_PATH).removesuffix("/").encode("utf-8", "surrogatepass")


def _is_among(given: bytes, secrets: Sequence[bytes]) -> bool:
    """Compares with every one of them, in constant time."""
    matches = [hmac.compare_digest(given, secret) for secret in secrets]
    return any(matches)


class BodyTooLarge(Exception):
    """The sender goes on after the limit."""


def kept_headers(headers: Headers) -> dict[str, str]:
    """Headers as the ledger shows them: the harmless ones in words, of all others the name only."""
    return {
        _shown(name[:HEADER_MAX_CHARACTERS]): _shown(value[:HEADER_MAX_CHARACTERS])
        if name in KEPT_HEADERS
        else REMOVED
        for name, value in list(headers)[:HEADERS_MAX]
    }


@lru_cache(maxsize=1_024)  # a sender's headers are the same each time
def _shown(raw: bytes) -> str:
    return raw.decode("latin-1").replace("\x00", "")


def _refuse_body(headers: Headers) -> Answer | None:
    for name, value in headers:
        if name == b"content-length" and value.isdigit() and int(value) > BODY_MAX_BYTES:
            return TOO_LARGE
        if name == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
            return ENCODED
    return None


async def _body(receive: Receive) -> bytes | None:
    """The whole body, or ``None`` if the sender hung up before its end."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > BODY_MAX_BYTES:
            raise BodyTooLarge
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


async def _answer(
    send: Send, status: int, body: bytes, headers: tuple[tuple[bytes, bytes], ...] = (), close: bool = False
) -> None:
    closing = ((b"connection", b"close"),) if close else ()
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(body)).encode()),
                (b"cache-control", b"no-store"),
                *headers,
                *closing,
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
