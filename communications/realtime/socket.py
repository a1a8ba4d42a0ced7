"""``/ws/communications/``: changes as they happen, resumed from where a browser left off."""

from collections.abc import MutableMapping
from typing import Any, Final
from urllib.parse import parse_qs

import structlog

from communications.errors import NotAuthenticated, NotPermitted
from communications.realtime.asgi import Receive, Send
from communications.realtime.hub import Hub
from communications.realtime.presence import PresenceRelay
from communications.realtime.socket_connection import (
    NOT_LOGGED_IN,
    RESTARTING,
    WRONG_ORIGIN,
    SocketConnection,
)
from communications.realtime.timing import Timing
from communications.realtime.trouble import DATABASE_TROUBLE
from communications.realtime.visitor import check_origin, visitor_of

log = structlog.get_logger(__name__)

PATH: Final = "/ws/communications/"


class Socket:
    """The ASGI application of the socket's address."""

    def __init__(self, hub: Hub, timing: Timing | None = None) -> None:
        self._hub = hub
        self._presence = PresenceRelay(hub.notices)
        self._timing = timing or Timing()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        await receive()
        try:
            check_origin(scope)
            visitor = await visitor_of(scope)
        except NotPermitted as refusal:
            log.info("socket_refused", because=refusal.detail)
            await _refuse(send, WRONG_ORIGIN)
        except NotAuthenticated:
            await _refuse(send, NOT_LOGGED_IN)
        except DATABASE_TROUBLE as trouble:
            log.warning("socket_refused", because=type(trouble).__name__)
            await _refuse(send, RESTARTING)
        else:
            await send({"type": "websocket.accept"})
            connection = SocketConnection(self._hub, self._presence, visitor, send, self._timing)
            await connection.serve(receive, _cursor(scope))


def _cursor(scope: MutableMapping[str, Any]) -> str | None:
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    return query["cursor"][0] if "cursor" in query else None


async def _refuse(send: Send, code: int) -> None:
    """A browser reads the code only after the handshake; before it, a refusal is a bare HTTP 403."""
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": code})
