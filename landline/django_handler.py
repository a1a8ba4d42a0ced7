"""Django behind ASGI, in one thread per request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from communications.errors import Busy, LandlineError, TooLarge
from communications.media.outgoing import too_large_detail
from communications.outbox.uploads import MESSAGE_MAX_BYTES
from communications.realtime.http_answers import problem_send
from communications.realtime.trouble import DATABASE_TROUBLE
from communications.realtime.visitor import visitor_of

UPLOADS_PATH = "/api/v1/communications/uploads/"

Receive = Callable[[], Awaitable[Mapping[str, Any]]]


class DjangoHandler(ASGIHandler):
    """Runs middleware and view as the synchronous code they are, in one go.

    Django's own handler takes each middleware through the event loop and back, a dozen thread switches for one
    request: measured as more than half of the processor time of a short answer. It also keeps any body whole before it looks
    at it: here one that is too large is answered as soon as that is known, and files are taken from people only.
    """

    def __init__(self) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = await sync_to_async(self.get_response)(request)
        return response

    async def handle(self, scope: Any, receive: Receive, send: Any) -> None:
        try:
            body = await _body_expected(scope, receive)
            await super().handle(scope, body.receive, send)
            if body.is_too_large:
                raise TooLarge(body.detail)
        except LandlineError as error:
            await problem_send(send, error)


class _Body:
    """What comes of a request, up to so many bytes. To Django more looks like a browser that has gone."""

    def __init__(self, receive: Receive, largest: int, detail: str) -> None:
        self._receive = receive
        self._left = largest
        self.detail = detail

    @property
    def is_too_large(self) -> bool:
        return self._left < 0

    async def receive(self) -> Mapping[str, Any]:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        return {"type": "http.disconnect"} if self.is_too_large else message


async def _body_expected(scope: Any, receive: Receive) -> _Body:
    """Raises TooLarge at once for a length that says so, NotAuthenticated for a file of nobody."""
    is_file = scope["path"] == UPLOADS_PATH and scope["method"] == "POST"
    largest = MESSAGE_MAX_BYTES if is_file else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    detail = too_large_detail() if is_file else f"at most {largest:,} bytes are taken here"
    if is_file:
        await _check_is_somebody(scope)
    if _announced_bytes(scope) > largest:
        raise TooLarge(detail)
    return _Body(receive, largest, detail)


async def _check_is_somebody(scope: Any) -> None:
    try:
        await visitor_of(scope)
    except DATABASE_TROUBLE as error:
        raise Busy from error


def _announced_bytes(scope: Any) -> int:
    told = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(told) if told.isdigit() and len(told) < 19 else 0
