"""Every request has an id: in its log lines, in its answer's header, and in the problem it may end in."""

from __future__ import annotations

import structlog

from communications.schemas.identifiers import uuid7_text
from landline.security_headers import AsgiApplication, Message, Receive, Scope, Send


class RequestIds:
    """Binds ``request_id`` for the log and answers it as X-Request-Id. A sender's own id is not used."""

    def __init__(self, application: AsgiApplication) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
            return
        request_id = uuid7_text()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        bound = structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self._application(scope, receive, send_with_id)
        finally:
            structlog.contextvars.reset_contextvars(**bound)
