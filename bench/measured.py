"""What one cell of the benchmark gives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


class BenchmarkError(Exception):
    """The benchmark cannot be run, or what it saw makes its figures worthless; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Rate and latency of one load; processor time is per delivery, of all processes of that side."""

    per_second: float
    p50_ms: float
    p99_ms: float
    server_cpu_us: float | None = None
    postgres_cpu_us: float | None = None


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; ``values`` need not be sorted."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
