"""The whole benchmark, as short as it can be."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_a_short_run_measures_ingest_and_push_and_leaves_nothing_behind() -> None:
    latest = REPOSITORY / "bench" / "latest.json"
    before = latest.read_bytes() if latest.exists() else None
    try:
        arguments = ["--only=ingest", "--only=push", "--clients=4", "--rounds=1", "--seconds=1"]
        subprocess.run(
            [sys.executable, "-m", "bench", *arguments], cwd=REPOSITORY, check=True, env=os.environ
        )
        figures = json.loads(latest.read_bytes())
    finally:
        if before is not None:
            latest.write_bytes(before)
    assert set(figures["ingest"]["4"]["loads"]) == {
        "full_endpoint",
        "mixed_stream",
        "pgbench",
        "prepared_statement",
        "no_op",
    }
    assert figures["ingest"]["4"]["ratio_to_pgbench"] > 0
    assert figures["push"]["p50_ms"] > 0
    assert not (REPOSITORY / "var" / "bench").exists()
