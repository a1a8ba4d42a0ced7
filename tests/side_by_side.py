"""Several test processes on one machine: each has a database, folders and ports of its own.

A test marked ``alone`` measures time: while it runs, the other processes wait.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import random
import socket
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

# Below the ports that the kernel hands to outgoing connections.
FIRST_PORT, PORTS_OF_A_PROCESS = 20_000, 1_500
MOST_PROCESSES = 8

WORKER = os.environ.get("PYTEST_XDIST_WORKER")
PROCESS_NUMBER = int((WORKER or "gw0").removeprefix("gw"))

# Nothing is written to them: they are what the processes of a run have in common.
DOOR = Path(__file__)
ROOM = Path(__file__).parent


def own_ports() -> Iterator[int]:
    """Every port of this process in turn, so that none is given again soon."""
    first = FIRST_PORT + PROCESS_NUMBER % MOST_PROCESSES * PORTS_OF_A_PROCESS
    begin = random.randrange(PORTS_OF_A_PROCESS)
    for number in itertools.count(begin):
        yield first + number % PORTS_OF_A_PROCESS


PORTS = own_ports()


def free_port() -> int:
    """A free TCP port on 127.0.0.1 that no other test process is given."""
    for port in itertools.islice(PORTS, PORTS_OF_A_PROCESS):
        with socket.socket() as candidate:
            try:
                candidate.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port")


@contextmanager
def locked(path: Path, operation: int) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, operation)
        yield
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Who waits to be alone lets nobody else begin: everybody comes in through one door."""
    if WORKER is None:
        return (yield)
    is_alone = item.get_closest_marker("alone") is not None
    with ExitStack() as inside:
        with locked(DOOR, fcntl.LOCK_EX):
            inside.enter_context(locked(ROOM, fcntl.LOCK_EX if is_alone else fcntl.LOCK_SH))
        return (yield)
