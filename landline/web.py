"""``landline web``: uvicorn in front of ``landline.asgi``."""

from __future__ import annotations

import os

import uvicorn
from django.conf import settings
from uvicorn.supervisors import Multiprocess

from communications.realtime.socket_protocol import SocketProtocol
from landline.http_protocol import BoundedHttpProtocol
from landline.listening import listen

SOCKET_FRAME_BYTES = 65_536
SHUTDOWN_SECONDS = 10


def web_serve(*, workers: int) -> None:
    """Serves until SIGINT or SIGTERM. Raises ConfigurationError when the address cannot be had."""
    forget_upstream_key()
    listener = listen(settings.LANDLINE_BIND, variable="LANDLINE_BIND")
    config = server_config(workers)
    server = uvicorn.Server(config)
    with listener:
        if workers > 1:
            Multiprocess(config, sockets=[listener]).run()
        else:
            server.run(sockets=[listener])


def forget_upstream_key() -> None:
    """A web process has no use for the key of Unipile, so its memory and its children do not hold it."""
    for name in ("UNIPILE_API_KEY", "UNIPILE_API_KEY_FILE"):
        os.environ.pop(name, None)


def server_config(workers: int) -> uvicorn.Config:
    trusted_proxies = list(settings.LANDLINE_TRUSTED_PROXIES)
    return uvicorn.Config(
        "landline.asgi:application",
        host=settings.LANDLINE_BIND.host,
        port=settings.LANDLINE_BIND.port,
        workers=workers,
        loop="uvloop",
        http=BoundedHttpProtocol,
        ws=SocketProtocol,
        ws_max_size=SOCKET_FRAME_BYTES,
        ws_per_message_deflate=False,
        # The protocol of the feed has its own heartbeat, both ways.
        ws_ping_interval=None,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=trusted_proxies,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        # A worker process that is still importing does not answer yet.
        timeout_worker_healthcheck=30,
    )
