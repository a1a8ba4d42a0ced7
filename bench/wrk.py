"""wrk as the loader: compiled, closed-loop, with its script beside this file."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from pathlib import Path

import msgspec

from bench.installation import Installation
from bench.measured import BenchmarkError

SCRIPT = Path(__file__).with_name("deliveries.lua")


class WrkReport(msgspec.Struct, frozen=True):
    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    other_answers: int
    broken: int


def wrk_check() -> None:
    if shutil.which("wrk") is None:
        raise BenchmarkError(
            "The benchmark loads the server with wrk, which is not installed: apt install wrk (or brew install wrk)."
        )


async def deliveries_load(installation: Installation, url: str, *, clients: int, seconds: int) -> WrkReport:
    """New messages from ``clients`` connections, each sending its next when the last is answered.

    Raises BenchmarkError when anything but 200 was answered or a connection failed.
    """
    arguments = ["-t1", f"-c{clients}", f"-d{seconds}s", "--timeout=10s", "--latency", "-s", str(SCRIPT), url]
    script_arguments = [
        str(installation.folder / "templates"),
        installation.webhook_secret,
        str(secrets.randbelow(2**31)),
    ]
    process = await asyncio.create_subprocess_exec(
        "wrk",
        *arguments,
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
            f"Of {report.requests} deliveries {report.other_answers} were not answered 200 and "
            f"{report.broken} broke: the cell's figures are worthless."
        )
    return report
