"""The socket served in this process, with timing of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from communications.realtime.hub import Hub
from communications.realtime.longpoll import LongPoll
from communications.realtime.socket import Socket
from communications.realtime.socket_protocol import SocketProtocol
from communications.realtime.timing import Timing
from communications.schemas.addresses import CHANGES_PATH
from tests.side_by_side import free_port


class Served:
    def __init__(self, hub: Hub, port: int) -> None:
        self.hub = hub
        self.port = port


@asynccontextmanager
async def served(timing: Timing | None = None, *, port: int | None = None) -> AsyncIterator[Served]:
    hub = await Hub.open()
    socket, longpoll = Socket(hub, timing), LongPoll(hub)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await (longpoll if scope["path"] == CHANGES_PATH else socket)(scope, receive, send)

    port = port or free_port()
    server = uvicorn.Server(
        uvicorn.Config(
            application,
            host="127.0.0.1",
            port=port,
            ws=SocketProtocol,
            ws_max_size=65_536,
            ws_ping_interval=None,
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
    )
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield Served(hub, port)
    finally:
        server.should_exit = True
        await serving
        await hub.close()
