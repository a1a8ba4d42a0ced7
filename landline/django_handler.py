"""Django behind ASGI, in one thread per request."""

from __future__ import annotations

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class DjangoHandler(ASGIHandler):
    """Runs middleware and view as the synchronous code they are, in one go.

    Django's own handler takes each middleware through the event loop and back, a dozen thread switches for one
    request: measured as more than half of the processor time of a short answer.
    """

    def __init__(self) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = await sync_to_async(self.get_response)(request)
        return response
