"""A web server on loopback that a test tells what to answer, and that remembers what it was asked."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

API_KEY = "canary-key-0123456789"


@dataclass
class Asked:
    method: str
    path: str
    query: dict
    headers: dict
    body: bytes
    parts: list = field(default_factory=list)


class UpstreamServer:
    """`answers` maps "METHOD /raw/path" to an answer, or to a list of answers given one after the other.

    An answer is an object (sent as JSON), bytes, `(status, answer)`, `(status, answer, headers)`, or a
    coroutine function that is given the request and returns a response.
    """

    def __init__(self):
        self.answers = {}
        self.asked = []
        self.port = 0

    @property
    def dsn(self):
        return f"http://127.0.0.1:{self.port}"

    async def handle(self, request):
        asked = Asked(
            method=request.method,
            path=request.rel_url.raw_path,
            query=dict(request.query),
            headers=dict(request.headers),
            body=await request.read(),
        )
        if request.content_type == "multipart/form-data":
            asked.parts = await read_parts(asked)
        self.asked.append(asked)
        planned = self.answers.get(f"{request.method} {request.rel_url.raw_path.removeprefix('/api/v1')}")
        if isinstance(planned, list):
            planned = planned.pop(0)
        if planned is None:
            planned = (
                404,
                {"type": "errors/resource_not_found", "title": "Resource not found.", "status": 404},
            )
        if callable(planned):
            return await planned(request)
        return as_response(planned)


def as_response(planned):
    status, answer, headers = 200, planned, {}
    if isinstance(planned, tuple):
        status, answer, headers = (*planned, {}) if len(planned) == 2 else planned
    if isinstance(answer, bytes):
        return web.Response(status=status, body=answer, headers=headers)
    return web.json_response(answer, status=status, headers=headers)


async def read_parts(asked):
    from aiohttp import MultipartReader, StreamReader
    from aiohttp.base_protocol import BaseProtocol

    stream = StreamReader(BaseProtocol(asyncio.get_running_loop()), 2**16)
    stream.feed_data(asked.body)
    stream.feed_eof()
    reader = MultipartReader(asked.headers, stream)
    parts = []
    while (part := await reader.next()) is not None:
        parts.append((part.name, part.filename, part.headers.get("Content-Type"), bytes(await part.read())))
    return parts


@asynccontextmanager
async def upstream_server(ssl_context=None):
    server = UpstreamServer()
    application = web.Application(client_max_size=64 * 1024 * 1024)
    application.router.add_route("*", "/{tail:.*}", server.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=ssl_context)
    await site.start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_server(talk):
    """A bare TCP server: `talk(reader, writer)` says whatever it likes to each connection."""
    connections = []

    async def handle(reader, writer):
        connections.append(writer)
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], connections
    finally:
        server.close()
        for writer in connections:
            writer.transport.abort()
        await server.wait_closed()
