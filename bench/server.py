"""Servers started for one cell and stopped with it."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.installation import Installation
from bench.measured import BenchmarkError
from tests.side_by_side import free_port

START_SECONDS = 30.0
STOP_SECONDS = 15.0


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
    log = installation.folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            _wait_until_answering(process, port, log)
            yield Server(port, process.pid)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_answering(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
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
    words = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["no word"]
    raise BenchmarkError(f"The server did not start: {words[-1]}")
