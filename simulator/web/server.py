"""The server: uvicorn on a socket of ours, without its signal handlers, with connections that can be cut."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

GRACE_SECONDS = 2


class Connections:
    """The open connections by the address of their caller. ASGI cannot cut one without an answer; a
    transport can.
    """

    def __init__(self) -> None:
        self._transports: dict[tuple[str, int], asyncio.BaseTransport] = {}
        self.none_open = asyncio.Event()
        self.none_open.set()

    def protocol(self) -> type[asyncio.Protocol]:
        """uvicorn's HTTP protocol, which reports its connections here."""
        transports, none_open = self._transports, self.none_open

        class ReportingProtocol(HttpToolsProtocol):
            def connection_made(self, transport: Any) -> None:
                transports[transport.get_extra_info("peername")[:2]] = transport
                none_open.clear()
                super().connection_made(transport)

            def connection_lost(self, exc: Exception | None) -> None:
                transports.pop(self.transport.get_extra_info("peername")[:2], None)
                if not transports:
                    none_open.set()
                super().connection_lost(exc)

        return ReportingProtocol

    def cut(self, client: tuple[str, int] | None) -> None:
        """Reset the connection of `client`: it gets nothing more."""
        transport = self._transports.get(client) if client else None
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()


class _Server(uvicorn.Server):
    """uvicorn that leaves signals to whoever runs the simulator."""

    def __init__(self, config: uvicorn.Config, connections: Connections) -> None:
        super().__init__(config)
        self._connections = connections
        self.listening = asyncio.Event()
        self.ending = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def main_loop(self) -> None:
        """Ends at once when told to; the date in the answers is set every second."""
        while not self.ending.is_set():
            await self.on_tick(0)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.ending.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, without its pauses."""
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS):
                await self._connections.none_open.wait()
                await asyncio.gather(*self.server_state.tasks, return_exceptions=True)
        for task in self.server_state.tasks:
            task.cancel()


class HttpServer:
    """Carries an ASGI application over HTTP on `host` and `port` (0 means any free one)."""

    def __init__(self, host: str, port: int) -> None:
        self.connections = Connections()
        self._address = (host, port)
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self, application: Any) -> int:
        """Listen and return the port; raises OSError when it is taken."""
        host, port = self._address
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
        except OSError:
            listener.close()
            raise
        config = uvicorn.Config(
            application,
            http=self.connections.protocol(),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
        )
        self._server = _Server(config, self.connections)
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]), name="simulator-http")
        port = int(listener.getsockname()[1])
        listening = asyncio.create_task(self._server.listening.wait())
        await asyncio.wait({self._task, listening}, return_when=asyncio.FIRST_COMPLETED)
        listening.cancel()
        if self._task.done():
            await self._task
        return port

    async def stop(self) -> None:
        """Stop listening and let running answers end."""
        if self._server is not None and self._task is not None:
            self._server.ending.set()
            await self._task
