"""Processor time of a process and everything below it (Linux: from /proc)."""

from __future__ import annotations

import os
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
        # After pid and name: utime, stime, cutime and cstime are fields 14 to 17 of proc(5).
        total += sum(int(field) for field in fields[11:15])
        waiting.extend(map(int, below))
    return total / TICKS_PER_SECOND
