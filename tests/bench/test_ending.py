"""Whatever ends a benchmark ends the programs and the database that it started."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.processes import is_alive, wait_until

ROOT = Path(__file__).resolve().parents[2]
BENCHMARK = """
import sys, time
from pathlib import Path
from bench.installation import Installation
from bench.programs import Program
from bench.server import no_op_web

folder = Path(sys.argv[1])
simulated = ["landline", "simulator", "--bind", "127.0.0.1:0", "--scenario", "empty"]
with Installation(folder) as installation, no_op_web(installation, "postgres"):
    simulator = Program(simulated, {"UNIPILE_API_KEY": "a-key"}, folder / "simulator.log")
    simulator.start()
    while "ready" not in simulator.log.read_text():
        time.sleep(0.05)
    print("running", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that PostgreSQL's user may enter, where the tests are root's."""
    top = Path(tempfile.mkdtemp(prefix="landline-bench-"))
    top.chmod(0o711)
    yield top / "bench"
    shutil.rmtree(top)


def heeds_hang_ups() -> None:
    """Though the tests run under nohup: a benchmark that was started so goes on."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_programs_and_database_end_with_the_benchmark(folder: Path, number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", BENCHMARK, str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        preexec_fn=heeds_hang_ups,  # noqa: PLW1509
    ) as benchmark:
        assert benchmark.stdout is not None
        assert benchmark.stdout.readline() == b"running\n"
        started = psutil.Process(benchmark.pid).children(recursive=True)
        assert len(started) > 3
        benchmark.send_signal(number)
    assert benchmark.returncode == (-number if number == signal.SIGKILL else 128 + number)
    wait_until(lambda: not any(is_alive(process) for process in started))
    # After kill -9 the next run clears it away.
    assert folder.exists() == (number == signal.SIGKILL)
