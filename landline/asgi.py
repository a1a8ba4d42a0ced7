"""The server: deliveries and sockets ahead of Django, everything else by Django."""

import gc
import os
from importlib import import_module
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "landline.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402

from communications.realtime import socket  # noqa: E402
from communications.schemas.addresses import CHANGES_PATH  # noqa: E402
from communications.webhooks import receiver  # noqa: E402
from landline.django_handler import DjangoHandler  # noqa: E402
from landline.request_ids import RequestIds  # noqa: E402
from landline.security_headers import SecurityHeaders  # noqa: E402
from landline.services import Services  # noqa: E402


class Application:
    """Routes by path. Services are opened and closed by the server's ``lifespan``; without one Django answers for them."""

    def __init__(self) -> None:
        self._django = DjangoHandler()
        self._services: Services | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        await self._handler(scope)(scope, receive, send)

    def _handler(self, scope: Any) -> Any:
        services, path = self._services, scope["path"].rstrip("/") + "/"
        if scope["type"] == "websocket":
            return services.socket if services and path == socket.PATH else _no_such_socket
        if services and receiver.takes(path):
            return services.receiver
        if services and path == CHANGES_PATH:
            return services.longpoll
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
                if settings.LANDLINE_PROCESS_ROLE == "web":
                    _memory_settle()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self._services is not None:
                    await self._services.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


def _memory_settle() -> None:
    """What a server keeps for its life is looked through no more: each full collection would stop it for 30 ms."""
    import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()


async def _no_such_socket(_scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.close"})


application = RequestIds(SecurityHeaders(Application()))
