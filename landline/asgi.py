"""The server: deliveries and sockets ahead of Django, everything else by Django."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "landline.settings")

import django

django.setup()

from django.core.handlers.asgi import ASGIHandler  # noqa: E402

from communications.realtime import longpoll, socket  # noqa: E402
from communications.webhooks import receiver  # noqa: E402
from landline.services import Services  # noqa: E402

NOT_RUNNING = b'{"error":"this server takes no deliveries: start it with `landline web`"}'


class Application:
    """Routes by path. Opens and closes the services by the server's ``lifespan``; without one the receiver says 503."""

    def __init__(self) -> None:
        self._django = ASGIHandler()
        self._services: Services | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        handler = self._handler(scope)
        if handler is None:
            await _unavailable(scope, receive, send)
            return
        await handler(scope, receive, send)

    def _handler(self, scope: Any) -> Any:
        path = scope["path"].rstrip("/") + "/"
        services = self._services
        if scope["type"] == "websocket":
            return services.socket if services and path == socket.PATH else None
        if path == receiver.PATH:
            return services.receiver if services else None
        if path == longpoll.PATH:
            return services.longpoll if services else None
        return self._django

    async def _lifespan(self, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    self._services = await Services.open()
                except Exception as error:
                    await send(
                        {"type": "lifespan.startup.failed", "message": f"{type(error).__name__}: {error}"}
                    )
                    raise
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self._services is not None:
                    await self._services.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


async def _unavailable(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 4404})
        return
    headers = [(b"content-type", b"application/json"), (b"retry-after", b"5")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": NOT_RUNNING})


application = Application()
