"""A stand-in for a pooler in transaction mode: every session is served by the same server process."""

from __future__ import annotations

import socketserver
import struct
from typing import Self

SERVER_PROCESS = b"4242"
REQUESTS_FOR_ENCRYPTION = (80877103, 80877104)


def message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


READY = message(b"Z", b"I")
WELCOME = b"".join(
    (
        message(b"R", struct.pack("!I", 0)),
        message(b"S", b"server_version\x0017.0\x00"),
        message(b"S", b"client_encoding\x00UTF8\x00"),
        message(b"S", b"standard_conforming_strings\x00on\x00"),
        message(b"K", struct.pack("!II", 1, 1)),
        READY,
    )
)
COLUMN = b"pg_backend_pid\x00" + struct.pack("!IHIhIH", 0, 0, 23, 4, 0xFFFFFFFF, 0)
ROW = b"".join(
    (
        message(b"T", struct.pack("!H", 1) + COLUMN),
        message(b"D", struct.pack("!HI", 1, len(SERVER_PROCESS)) + SERVER_PROCESS),
        message(b"C", b"SELECT 1\x00"),
    )
)
PARSED_AND_BOUND = message(b"1") + message(b"2")


class Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while True:
            length, code = struct.unpack("!II", self.rfile.read(8))
            self.rfile.read(length - 8)
            if code not in REQUESTS_FOR_ENCRYPTION:
                break
            self.wfile.write(b"N")
        self.wfile.write(WELCOME)
        while kind := self.rfile.read(1):
            (length,) = struct.unpack("!I", self.rfile.read(4))
            self.rfile.read(length - 4)
            if kind == b"Q":
                self.wfile.write(ROW + READY)
            elif kind == b"S":
                self.wfile.write(PARSED_AND_BOUND + ROW + READY)
            elif kind == b"X":
                return


class TransactionPooler(socketserver.ThreadingTCPServer):
    """Answers every statement with one number, whoever asks."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)

    @property
    def url(self) -> str:
        return f"postgresql://landline@127.0.0.1:{self.server_address[1]}/landline"

    def __enter__(self) -> Self:
        return self
