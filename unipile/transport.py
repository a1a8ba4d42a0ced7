"""One HTTP exchange with Unipile, and how it can fail.

The seam between what is asked (`operations`) and how it travels: anything with `exchange` and `stream` can
stand in. Redirects are refused, so the key goes to the configured host only. Reads may reuse a connection; a
write gets a fresh one, since a reused one that the other side has just closed would leave it open whether
bytes arrived.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Protocol
from urllib.parse import quote

import aiohttp
from yarl import URL

from unipile.endpoint import AddressRefused, Endpoint, PinnedResolver, Resolve
from unipile.errors import NotSent, Unknown

ANSWER_MAX_BYTES = 5 * 1024 * 1024

_MIME_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}", re.ASCII)
_NOT_IN_A_HEADER = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

# A session closed meanwhile raises RuntimeError, some malformed answers ValueError.
_NETWORK_ERRORS = (TimeoutError, aiohttp.ClientError, OSError, RuntimeError, ValueError)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds. `answer` covers a whole exchange, `upload` one that carries files, `download` one streamed to
    disk.
    """

    connect: float = 5.0
    answer: float = 30.0
    upload: float = 120.0
    download: float = 600.0
    silence: float = 30.0


@dataclass(frozen=True, slots=True)
class FilePart:
    """One file of a form, held in memory: between its first and last byte only the network can fail."""

    name: str
    mime_type: str
    content: bytes = field(repr=False)


FormField = tuple[str, str | FilePart]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked. `path` is percent-encoded and begins after `/api/v1`; at most one of `json` and `form`
    is set.
    """

    method: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    json: bytes | None = field(default=None, repr=False)
    form: Sequence[FormField] | None = field(default=None, repr=False)

    @property
    def is_write(self) -> bool:
        return self.method != "GET"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer of any status."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class AnswerStream(Protocol):
    """An answer whose body is read piece by piece."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def chunks(self, max_bytes: int) -> AsyncIterator[bytes]:
        """The body; raises `Unknown` (code `answer_too_large`) once it passes `max_bytes`."""


class Transport(Protocol):
    """Carries a request there and its answer back; raises `NotSent` or `Unknown` and nothing else."""

    async def exchange(self, request: Request) -> Answer: ...

    def stream(self, request: Request) -> AbstractAsyncContextManager[AnswerStream]: ...

    async def close(self) -> None: ...


@cache
def authorities_of_the_system() -> ssl.SSLContext:
    """Read once: that takes tens of milliseconds."""
    return ssl.create_default_context()


class HttpTransport:
    """The transport over aiohttp. Make it inside the event loop it serves, and close it there.

    `tls` adds a private certificate authority; certificates are always checked. `resolve` replaces the
    system's resolver and is checked all the same.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        api_key: str,
        *,
        deadlines: Deadlines | None = None,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        if not api_key or not api_key.isascii() or not api_key.isprintable() or " " in api_key:
            raise ValueError("The Unipile API key is empty or holds characters no header takes.")
        self._base = endpoint.api_base
        self._deadlines = deadlines or Deadlines()
        context = tls or authorities_of_the_system()
        if context.verify_mode is not ssl.CERT_REQUIRED or not context.check_hostname:
            raise ValueError("The TLS context must check certificates and host names.")
        resolver = PinnedResolver(endpoint, resolve)
        headers = {
            "X-API-KEY": api_key,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "landline",
        }
        self._reads = self._session(context, resolver, headers, force_close=False)
        self._writes = self._session(context, resolver, headers, force_close=True)

    async def exchange(self, request: Request) -> Answer:
        """The whole answer, whatever its status."""
        deadline = self._deadlines.upload if _carries_files(request) else self._deadlines.answer
        async with self._open(request, deadline) as stream:
            pieces = [piece async for piece in stream.chunks(ANSWER_MAX_BYTES)]
            return Answer(stream.status, stream.headers, b"".join(pieces))

    def stream(self, request: Request) -> AbstractAsyncContextManager[AnswerStream]:
        """The answer with its body still to be read; leaving the context drops the rest."""
        return self._open(request, self._deadlines.download)

    async def close(self) -> None:
        await asyncio.gather(self._reads.close(), self._writes.close())

    @asynccontextmanager
    async def _open(self, request: Request, deadline_seconds: float) -> AsyncIterator[AnswerStream]:
        deadline = asyncio.timeout(deadline_seconds)
        progress = SimpleNamespace(has_connection=False)
        try:
            async with deadline, await self._send(request, progress) as response:
                yield _HttpStream(response)
        except TimeoutError as error:
            if not deadline.expired():
                raise  # from whoever reads the stream
            raise _failure(error, has_connection=progress.has_connection) from error

    async def _send(self, request: Request, progress: SimpleNamespace) -> aiohttp.ClientResponse:
        session = self._writes if request.is_write else self._reads
        if session.closed:
            raise NotSent("client_closed", "The connection to Unipile is being shut down.")
        payload = _payload(request)
        try:
            return await session.request(
                request.method,
                _url(self._base, request),
                data=payload,
                headers={"Content-Type": "application/json"} if request.json is not None else None,
                allow_redirects=False,
                trace_request_ctx=progress,
            )
        except _NETWORK_ERRORS as error:
            raise _failure(error, has_connection=progress.has_connection) from error

    def _session(
        self,
        context: ssl.SSLContext,
        resolver: PinnedResolver,
        headers: Mapping[str, str],
        *,
        force_close: bool,
    ) -> aiohttp.ClientSession:
        trace = aiohttp.TraceConfig()
        trace.on_connection_create_end.append(_note_connection)
        trace.on_connection_reuseconn.append(_note_connection)
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                ssl=context, resolver=resolver, use_dns_cache=False, force_close=force_close, limit_per_host=8
            ),
            headers=headers,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            timeout=aiohttp.ClientTimeout(
                sock_connect=self._deadlines.connect, sock_read=self._deadlines.silence
            ),
            trace_configs=[trace],
        )


class _HttpStream:
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers

    async def chunks(self, max_bytes: int) -> AsyncIterator[bytes]:
        received = 0
        while piece := await self._next_piece():
            received += len(piece)
            if received > max_bytes:
                self._response.close()
                raise Unknown(
                    "answer_too_large",
                    f"Unipile's answer is longer than {max_bytes:,} bytes.",
                    status=self.status,
                )
            yield piece

    async def _next_piece(self) -> bytes:
        try:
            return await self._response.content.readany()
        except _NETWORK_ERRORS as error:
            raise _failure(error, has_connection=True) from error


async def _note_connection(
    _session: aiohttp.ClientSession,
    context: SimpleNamespace,
    _params: aiohttp.TraceConnectionCreateEndParams | aiohttp.TraceConnectionReuseconnParams,
) -> None:
    context.trace_request_ctx.has_connection = True


def _url(base: str, request: Request) -> URL:
    query = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in request.query)
    return URL(f"{base}{request.path}{'?' + query if query else ''}", encoded=True)


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _payload(request: Request) -> bytes | aiohttp.FormData | None:
    if request.form is None:
        return request.json
    form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    for name, value in request.form:
        if isinstance(value, str):
            form.add_field(name, value)
        else:
            mime_type = (
                value.mime_type if _MIME_TYPE.fullmatch(value.mime_type) else "application/octet-stream"
            )
            file_name = _NOT_IN_A_HEADER.sub("_", value.name) or "file"
            form.add_field(name, value.content, filename=file_name, content_type=mime_type)
    return form


def _carries_files(request: Request) -> bool:
    return any(isinstance(value, FilePart) for _, value in request.form or ())


def _failure(error: Exception, *, has_connection: bool) -> NotSent | Unknown:
    """A connection makes the difference: without one nothing was written, with one anything may have been."""
    if not has_connection:
        code, sentence = _connecting_failure(error)
        return NotSent(code, sentence)
    if isinstance(error, TimeoutError):
        return Unknown("timeout", "Unipile did not answer in time.")
    return Unknown("connection_lost", "The connection to Unipile was lost before its answer was complete.")


def _connecting_failure(error: Exception) -> tuple[str, str]:
    if isinstance(error.__cause__, AddressRefused):
        return "address_refused", "Unipile's host name stands for an address that may not be called."
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "unresolved", "Unipile's host name could not be resolved."
    if isinstance(error, (aiohttp.ClientSSLError, ssl.SSLError)):
        return "tls_refused", "Unipile's certificate or TLS was refused."
    if isinstance(error, TimeoutError):
        return "connect_timeout", "No connection to Unipile in time."
    return "connect_failed", "No connection to Unipile."
