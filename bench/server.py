"""Servers started for one cell and stopped with it."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.installation import Installation
from bench.measured import BenchmarkError
from bench.programs import Program
from tests.side_by_side import free_port

START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def landline_web(installation: Installation, database: str) -> Iterator[Server]:
    """The product's own server, ``landline web``, over this database."""
    with _serving(["landline", "web"], installation, database) as server:
        yield server


@contextmanager
def no_op_web(installation: Installation, database: str) -> Iterator[Server]:
    """The same ASGI server with an application that reads the body and answers."""
    with _serving(["bench.no_op"], installation, database) as server:
        yield server


@contextmanager
def _serving(module: list[str], installation: Installation, database: str) -> Iterator[Server]:
    """``python -m <module>`` listening, below the ports that the kernel hands to outgoing connections."""
    port = free_port()
    variables = {**installation.variables(database), "LANDLINE_BIND": f"127.0.0.1:{port}"}
    program = Program(module, variables, installation.folder / "server.log")
    program.start()
    try:
        _wait_until_answering(program, port)
        yield Server(port, program.pid)
    finally:
        program.stop()


def _wait_until_answering(program: Program, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and program.is_running():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except (ConnectionError, http.client.HTTPException, TimeoutError):
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()
    words = program.log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["no word"]
    raise BenchmarkError(f"The server did not start: {words[-1]}")
