"""wrk as the loader: compiled, closed-loop, with scripts beside this file."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from pathlib import Path

import msgspec

from bench.installation import Installation
from bench.measured import BenchmarkError

SCRIPTS = Path(__file__).parent


class WrkReport(msgspec.Struct, frozen=True):
    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    other_answers: int
    broken: int

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def wrk_check() -> None:
    if shutil.which("wrk") is None:
        raise BenchmarkError(
            "The benchmark loads the server with wrk, which is not installed: apt install wrk."
        )


async def deliveries_load(
    installation: Installation, url: str, *, clients: int, seconds: int, is_mixed: bool = False
) -> WrkReport:
    """New messages from ``clients`` connections, each sending its next when the last is answered.

    ``is_mixed``: and what happens to them, as ``events.lua`` mixes it.
    """
    seed = str(secrets.randbelow(2**31))
    templates = str(installation.folder / ("event_templates" if is_mixed else "templates"))
    return await _load(
        "events.lua" if is_mixed else "deliveries.lua",
        url,
        [templates, installation.webhook_secret, seed],
        clients=clients,
        seconds=seconds,
    )


async def reads_load(origin: str, paths: Path, cookie: str, *, seconds: int) -> WrkReport:
    """GET requests for the paths in that file, in random order, one at a time."""
    return await _load("reads.lua", origin, [str(paths), cookie], clients=1, seconds=seconds)


async def _load(
    script: str, url: str, script_arguments: list[str], *, clients: int, seconds: int
) -> WrkReport:
    """Raises BenchmarkError when anything but 200 was answered or a connection failed."""
    process = await asyncio.create_subprocess_exec(
        "wrk",
        "--threads=1",
        f"--connections={clients}",
        f"--duration={seconds}s",
        "--timeout=10s",
        f"--script={SCRIPTS / script}",
        url,
        "--",
        *script_arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, complaints = await process.communicate()
    if process.returncode != 0:
        raise BenchmarkError(f"wrk ended with {process.returncode}: {complaints.decode().strip()}")
    report = msgspec.json.decode(output.splitlines()[-1], type=WrkReport)
    if report.other_answers or report.broken or not report.requests:
        raise BenchmarkError(
            f"Of {report.requests} requests {report.other_answers} were not answered 200 and "
            f"{report.broken} broke, so the figures are worthless."
        )
    return report
