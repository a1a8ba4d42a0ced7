"""HTTP/1.1 as uvicorn speaks it, with bounds on the part before the body (B21, B24).

uvicorn on httptools waits for headers for ever and takes any number of them; bodies are the application's
affair, which knows how much it wants.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_SECONDS = 10.0
MAXIMUM_HEADER_BYTES = 65_536
MAXIMUM_HEADER_COUNT = 200

REFUSAL = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\ncache-control: no-store\r\nconnection: close\r\n\r\n"
)


class HeadersTooLargeError(Exception):
    """Stops the parser; the connection is answered 431 and closed."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """Closes a connection whose headers are late, too large or too many."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._headers_are_open = False
        self._header_bytes = 0
        self._unparsed_bytes = 0
        self._header_deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_header_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_header_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return
        if self._headers_are_open:
            # The parser hands a header over once it is whole: what it still holds is counted here.
            self._unparsed_bytes += len(data)
            if self._unparsed_bytes > MAXIMUM_HEADER_BYTES:
                self._refuse()
                return
        if self._headers_are_open or self.cycle is None or self.cycle.response_complete:
            self._start_header_deadline()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._headers_are_open = True
        self._header_bytes = 0
        self._unparsed_bytes = 0

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)
        if len(self.headers) > MAXIMUM_HEADER_COUNT:
            raise HeadersTooLargeError

    def on_headers_complete(self) -> None:
        self._headers_are_open = False
        self._stop_header_deadline()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        if self._header_bytes > MAXIMUM_HEADER_BYTES or len(self.headers or ()) > MAXIMUM_HEADER_COUNT:
            self._refuse()
        else:
            super().send_400_response(msg)

    def _refuse(self) -> None:
        self.transport.write(REFUSAL)
        self.transport.close()

    def _count(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > MAXIMUM_HEADER_BYTES:
            raise HeadersTooLargeError

    def _start_header_deadline(self) -> None:
        if self._header_deadline is None:
            self._header_deadline = self.loop.call_later(HEADER_SECONDS, self.transport.close)

    def _stop_header_deadline(self) -> None:
        if self._header_deadline is not None:
            self._header_deadline.cancel()
            self._header_deadline = None
