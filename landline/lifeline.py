"""A pipe that ties programs to the launcher that started them.

The launcher keeps the writing end and never writes. When it ends, even by kill -9, the kernel closes that
end, and every program that holds the reading end stops itself as if it had been asked to.
"""

from __future__ import annotations

import os
import signal
import threading
import time

VARIABLE = "LANDLINE_LIFELINE"
SECONDS_TO_STOP = 20.0


class Lifeline:
    """The launcher's side: give ``reading_end`` to children by ``pass_fds`` and :attr:`variables`."""

    def __init__(self) -> None:
        self.reading_end, self._writing_end = os.pipe()

    @property
    def variables(self) -> dict[str, str]:
        return {VARIABLE: str(self.reading_end)}


def lifeline_watch() -> None:
    """The child's side: stops this process when its launcher is gone; does nothing without a launcher."""
    descriptor = os.environ.pop(VARIABLE, None)
    if descriptor is not None:
        os.set_inheritable(int(descriptor), False)
        threading.Thread(target=wait_for_end, args=(int(descriptor),), name="lifeline", daemon=True).start()


def wait_for_end(descriptor: int) -> None:
    os.read(descriptor, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(SECONDS_TO_STOP)
    os._exit(1)
