"""Programs that end with the benchmark, however it ends: told to by its way out, or by the pipe that closes with it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from landline.lifeline import Lifeline

STOP_SECONDS = 20.0

LIFELINE = Lifeline()


class Program:
    """``python -m <module>``, which watches its lifeline; may be started again once it was killed. Its words go to ``log``."""

    def __init__(self, module: list[str], variables: Mapping[str, str], log: Path) -> None:
        self.log = log
        self._module, self._variables = module, variables
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("not started")
        return self._process.pid

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self._module],
                env={**os.environ, **self._variables, **LIFELINE.variables},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(LIFELINE.reading_end,),
                start_new_session=True,
            )

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
            self.kill()
