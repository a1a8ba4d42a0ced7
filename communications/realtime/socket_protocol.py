"""The WebSocket protocol as uvicorn speaks it, with what the feed needs: large frames travel compressed.

RFC 7692 leaves it to the sender which messages to compress. Small frames stay as they are: compressing each
of them for each reader costs more than it saves.
"""

import asyncio
import logging
import socket
from collections.abc import Sequence
from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.frames import Frame
from websockets.server import ServerProtocol
from websockets.typing import ExtensionParameter

COMPRESSED_FROM_BYTES: Final = 16_000
COMPRESSION: Final = {"level": 3, "memLevel": 8}
UNACKNOWLEDGED_MAX_MS: Final = 60_000

# uvicorn notes each handshake with its address, and that holds the whole cursor.
log = logging.getLogger("communications.realtime.socket_protocol")
log.setLevel(logging.WARNING)


class LargeFramesDeflate(PerMessageDeflate):
    """Keeps no window between messages, so that an idle socket holds no memory for it."""

    def __init__(self, agreed: PerMessageDeflate) -> None:
        super().__init__(
            remote_no_context_takeover=agreed.remote_no_context_takeover,
            local_no_context_takeover=agreed.local_no_context_takeover,
            remote_max_window_bits=agreed.remote_max_window_bits,
            local_max_window_bits=agreed.local_max_window_bits,
            compress_settings=COMPRESSION,
        )

    def encode(self, frame: Frame) -> Frame:
        return frame if len(frame.data) < COMPRESSED_FROM_BYTES else super().encode(frame)


class LargeFramesDeflateFactory(ServerPerMessageDeflateFactory):
    def __init__(self) -> None:
        super().__init__(server_no_context_takeover=True, client_no_context_takeover=True)

    def process_request_params(
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Extension]
    ) -> tuple[list[ExtensionParameter], PerMessageDeflate]:
        answer, agreed = super().process_request_params(params, accepted_extensions)
        return answer, LargeFramesDeflate(agreed)


class SocketProtocol(WebSocketsSansIOProtocol):
    """A peer that acknowledges nothing, or takes nothing, for a minute is given up by the kernel."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.logger = log
        self.conn = ServerProtocol(
            extensions=[LargeFramesDeflateFactory()], max_size=self.config.ws_max_size, logger=log
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        peer = transport.get_extra_info("socket")
        if peer is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MAX_MS)
