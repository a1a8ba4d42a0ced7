"""Real Landline processes for tests: started, awaited, interrupted, killed."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from tests.side_by_side import free_port

START_SECONDS = 90.0
STOP_SECONDS = 60.0


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(condition: Callable[[], bool], *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


class LandlineProcess:
    """``python -m landline <arguments>`` with its output in a file."""

    def __init__(self, arguments: list[str], *, output: Path, variables: Mapping[str, str]) -> None:
        self.output_path = output
        self._output = output.open("wb")
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "landline", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **variables},
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def output(self) -> str:
        return self.output_path.read_text(encoding="utf-8", errors="replace")

    def wait_until_answering(self, port: int, path: str = "/", *, seconds: float = START_SECONDS) -> None:
        """Returns once HTTP on this port gives any answer; fails with the output if the process ends."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.popen.poll() is not None:
                raise AssertionError(f"exited with {self.popen.returncode}:\n{self.output}")
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            try:
                connection.request("GET", path)
                connection.getresponse().read()
            except (ConnectionError, http.client.HTTPException, TimeoutError):
                time.sleep(0.05)
            else:
                return
            finally:
                connection.close()
        raise AssertionError(f"no answer on port {port} in {seconds} s:\n{self.output}")

    def wait_for_output(self, text: str, *, seconds: float = START_SECONDS) -> str:
        """Returns the whole output once ``text`` stands in it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            written = self.output
            if text in written:
                return written
            if self.popen.poll() is not None and text not in self.output:
                break
            time.sleep(0.05)
        raise AssertionError(f"{text!r} was not written (exit code {self.popen.poll()}):\n{self.output}")

    def wait(self, *, seconds: float = STOP_SECONDS) -> int:
        """The exit code."""
        return self.popen.wait(timeout=seconds)

    def interrupt(self) -> None:
        """Ctrl-C."""
        self.popen.send_signal(signal.SIGINT)

    def stop(self) -> int:
        """SIGTERM and the exit code."""
        self.popen.terminate()
        return self.wait()

    def kill(self) -> None:
        """kill -9; no code of ours runs any more in this process."""
        self.popen.kill()
        self.popen.wait()

    def close(self) -> None:
        if self.popen.poll() is None:
            self.popen.terminate()
            try:
                self.popen.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
        self._output.close()


class LandlineServer(LandlineProcess):
    """``python -m landline web`` against the test database, on a port of its own."""

    def __init__(
        self, *, output: Path, variables: Mapping[str, str], arguments: list[str] | None = None
    ) -> None:
        self.port = int(variables.get("LANDLINE_BIND", f"127.0.0.1:{free_port()}").rpartition(":")[2])
        super().__init__(
            ["web", *(arguments or [])],
            output=output,
            variables={**variables, "LANDLINE_BIND": f"127.0.0.1:{self.port}"},
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Processes:
    """Starts processes for one test and leaves none behind."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[LandlineProcess] = []

    def start(self, *arguments: str, **variables: str) -> LandlineProcess:
        """``python -m landline <arguments>``; does not wait."""
        process = LandlineProcess(list(arguments), output=self._next_output(), variables=variables)
        self._started.append(process)
        return process

    def web(self, *arguments: str, **variables: str) -> LandlineServer:
        """A web server that answers. Pass ``LANDLINE_BIND`` to reuse a port after a restart."""
        server = LandlineServer(output=self._next_output(), variables=variables, arguments=list(arguments))
        self._started.append(server)
        server.wait_until_answering(server.port)
        return server

    def worker(self, *arguments: str, **variables: str) -> LandlineProcess:
        """A worker that has said it is ready."""
        process = self.start("worker", *arguments, **variables)
        process.wait_for_output("worker ready")
        return process

    def close(self) -> None:
        for process in reversed(self._started):
            process.close()

    def _next_output(self) -> Path:
        return self._folder / f"process-{len(self._started)}.log"
