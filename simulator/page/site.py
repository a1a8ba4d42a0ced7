"""What the simulator serves outside its API: the page, its files, and what the page asks for.

Whoever can reach it can play every customer, so it answers on loopback only: the address that is bound, the
name that was asked for, and where a script comes from are all checked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from simulator.hosted import Hosted
from simulator.model import Chat
from simulator.page.attempts import AttemptPlays
from simulator.page.control import Control
from simulator.page.machinery import Machinery
from simulator.page.plays import Plays
from simulator.page.refusals import RefusedError
from simulator.page.views import chat_line, chat_view, delivery_view, message_view
from simulator.web.forms import MalformedBodyError
from simulator.web.messages import BodyTooLargeError, Request, Response, json_response
from simulator.web.router import Handler, Router
from simulator.webhooks.deliveries import Deliveries, Delivery
from simulator.world import chat_position

if TYPE_CHECKING:
    from simulator.acts import Acts
    from simulator.happenings import Happening

CHATS_SHOWN, MESSAGES_SHOWN = 200, 200
KEEP_ALIVE_SECONDS = 15.0
LOOPBACK_NAMES = frozenset(("127.0.0.1", "localhost", "::1"))

_FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    **{
        f"/{name}.js": (f"{name}.js", "text/javascript; charset=utf-8")
        for name in ("page", "dom", "thread", "composer", "panels", "attempts")
    },
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
_SECURITY_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


class ClosedSite:
    """In place of the page where others than this machine could reach it."""

    async def answer(self, _request: Request) -> Response:
        """404 with a sentence."""
        return RefusedError(404, "The page is served on a loopback address only.").response()

    def close(self) -> None:
        """Nothing is open."""


class PlaySite:
    """The page and its API below `/play`."""

    def __init__(self, acts: Acts, deliveries: Deliveries, hosted: Hosted, control: Control) -> None:
        self._world = acts.world
        self._deliveries = deliveries
        self._readers: set[asyncio.Queue[bytes | None]] = set()
        self._routes: Router[Handler] = Router()
        self._routes.add("GET", "/play/chats", self._chats)
        self._routes.add("GET", "/play/chats/{chat_id}", self._chat)
        self._routes.add("GET", "/play/stream", self._stream)
        for part in (
            Plays(acts),
            Machinery(acts, deliveries, hosted),
            AttemptPlays(control.service),
            control,
        ):
            for method, template, handler in part.routes():
                self._routes.add(method, template, handler)
        acts.changes.listen(self._happened)
        control.service.connecting.listen(lambda: self._publish({"type": "accounts"}))
        deliveries.listen(self._delivered)

    async def answer(self, request: Request) -> Response:
        """A file, or an answer of the page's API; 403 and 421 for callers from elsewhere."""
        try:
            _require_loopback(request)
            if request.method in {"GET", "HEAD"} and request.path in _FILES:
                name, kind = _FILES[request.path]
                body = files("simulator.page").joinpath(name).read_bytes()
                response = Response(body=body, content_type=kind)
            else:
                response = await self._route(request)
        except RefusedError as refusal:
            response = refusal.response()
        response.headers.update(_SECURITY_HEADERS)
        return response

    def close(self) -> None:
        """End every open stream."""
        for reader in self._readers:
            reader.put_nowait(None)

    async def _route(self, request: Request) -> Response:
        found = self._routes.match(request.method, request.segments)
        if found is None:
            raise RefusedError(404, "There is nothing here.")
        request.params = found[1]
        try:
            return await found[2](request)
        except (MalformedBodyError, BodyTooLargeError) as error:
            raise RefusedError(400, str(error) or "The body is too large.") from error

    async def _chats(self, request: Request) -> Response:
        """The account's chats, the newest first; `search` looks at names and numbers."""
        wanted = request.query.get("search", "").casefold()
        chats = [
            chat
            for chat in self._world.chats.values()
            if chat.account.id == request.query.get("account_id") and wanted in chat_line(chat).casefold()
        ]
        chats.sort(key=chat_position, reverse=True)
        return json_response({"chats": [chat_view(self._world, one) for one in chats[:CHATS_SHOWN]]})

    async def _chat(self, request: Request) -> Response:
        """One chat with its people and its newest messages, oldest first."""
        chat = self._chat_of(request)
        messages = []
        for message in self._world.chat_messages(chat):
            messages.append(message_view(self._world, message, self._deliveries.of(message.id)))
            if len(messages) == MESSAGES_SHOWN:
                break
        return json_response({"chat": chat_view(self._world, chat), "messages": messages[::-1]})

    async def _stream(self, request: Request) -> Response:
        reader: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._readers.add(reader)
        return Response(content_type="text/event-stream", stream=self._events(request, reader))

    async def _events(self, request: Request, reader: asyncio.Queue[bytes | None]) -> AsyncIterator[bytes]:
        gone = asyncio.create_task(request.hung_up())
        gone.add_done_callback(lambda _task: reader.put_nowait(None))
        try:
            yield b": open\n\n"
            while True:
                try:
                    event = await asyncio.wait_for(reader.get(), KEEP_ALIVE_SECONDS)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if event is None:
                    break
                yield b"data: " + event + b"\n\n"
        finally:
            self._readers.discard(reader)
            gone.cancel()

    def _happened(self, happening: Happening) -> None:
        if happening.message is not None:
            view = message_view(self._world, happening.message, [])
            self._publish(
                {"type": "message", "chat": chat_view(self._world, happening.message.chat), "message": view}
            )
        else:
            self._publish({"type": "accounts"})

    def _delivered(self, delivery: Delivery) -> None:
        if delivery.message_id is not None:
            self._publish({"type": "delivery", "delivery": delivery_view(delivery)})

    def _publish(self, event: dict[str, Any]) -> None:
        if self._readers:
            encoded = msgspec.json.encode(event)
            for reader in self._readers:
                reader.put_nowait(encoded)

    def _chat_of(self, request: Request) -> Chat:
        chat = self._world.chats.get(request.params["chat_id"])
        if chat is None:
            raise RefusedError(404, "There is no such conversation.")
        return chat


def _require_loopback(request: Request) -> None:
    """A name that merely resolves to this machine is another site's; so is a script's foreign origin."""
    name = urlsplit(f"//{request.headers.get('host', '')}").hostname
    if name not in LOOPBACK_NAMES:
        raise RefusedError(421, "Ask for this page by a loopback address.")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers["host"]:
        raise RefusedError(403, "This page answers its own scripts only.")
