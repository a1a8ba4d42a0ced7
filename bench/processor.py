"""Processor time (Linux: from /proc), because a machine is rarely ours alone."""

from __future__ import annotations

import os
import time
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid: int) -> float:
    """User and system time of the process, of its living descendants, and of children it has reaped."""
    total = 0
    waiting = [pid]
    while waiting:
        member = waiting.pop()
        try:
            fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
            below = Path(f"/proc/{member}/task/{member}/children").read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        # utime, stime, cutime and cstime are fields 14 to 17 of proc(5); two stand before the parenthesis.
        total += sum(map(int, fields[11:15]))
        waiting.extend(map(int, below))
    return total / TICKS_PER_SECOND


class Spent:
    """What a server and its PostgreSQL have spent since this was made."""

    def __init__(self, server: int, postmaster: int) -> None:
        self._processes = (server, postmaster)
        self._before = (processor_seconds(server), processor_seconds(postmaster))

    def microseconds_each(self, requests: int) -> tuple[float, float]:
        """Per request: the server's processor time, and PostgreSQL's."""
        server, postgres = (
            (processor_seconds(pid) - before) / requests * 1e6
            for pid, before in zip(self._processes, self._before, strict=True)
        )
        return server, postgres


def machine_busy_seconds() -> float:
    """Time that all processors together did not idle; what the host took away for others is included."""
    with Path("/proc/stat").open() as stat:
        user, nice, system, _idle, _waiting, interrupts, soft, stolen = map(int, stat.readline().split()[1:9])
    return (user + nice + system + interrupts + soft + stolen) / TICKS_PER_SECOND


class ForeignLoad:
    """How much of the machine everybody else has used since this was made.

    A crowded machine is unfair to the endpoint: the scheduler gives a share to each process that wants one,
    and pgbench has one for every client where the endpoint has one in all.
    """

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._busy = machine_busy_seconds()
        self._ours = processor_seconds(os.getpid())

    def share(self) -> float:
        """0 when the machine was ours alone, 1 when nothing was left for us."""
        ours = processor_seconds(os.getpid()) - self._ours
        theirs = machine_busy_seconds() - self._busy - ours
        available = (time.monotonic() - self._since) * (os.cpu_count() or 1)
        return max(0.0, theirs / available)
