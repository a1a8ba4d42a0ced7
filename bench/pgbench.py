"""pgbench over the unix socket: what PostgreSQL alone does with the same rows."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path

from bench.bodies import ACCOUNT, CHAT_ID_PREFIX, FIRST_CONVERSATION, LINES, new_message_id, ordinary_body
from bench.installation import Installation
from bench.measured import BenchmarkError, Cell, percentile
from bench.prepared import delivery_headers
from landline.postgres.roles import RUNTIME

ORDINARY = Path(__file__).with_name("ordinary.sql")
ONE_STATEMENT = Path(__file__).with_name("one_statement.sql")
THREADS = 2


async def transactions_load(
    installation: Installation,
    database: str,
    script: Path,
    *,
    channel_id: int,
    clients: int,
    warm_up_seconds: int,
    seconds: int,
) -> Cell:
    """The rate and latency of the transactions that ended after the warm-up.

    Raises BenchmarkError when a transaction failed.
    """
    log = installation.folder / "pgbench"
    arguments = [
        f"--client={clients}",
        f"--jobs={min(clients, THREADS)}",
        f"--time={warm_up_seconds + seconds}",
        "--protocol=prepared",
        "--no-vacuum",
        "--log",
        f"--log-prefix={log}",
        f"--file={script}",
        f"--host={installation.socket}",
        f"--username={RUNTIME}",
        *(f"--define={name}={value}" for name, value in script_variables(channel_id).items()),
        database,
    ]
    process = await asyncio.create_subprocess_exec(
        installation.program("pgbench"),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, complaints = await process.communicate()
    if process.returncode != 0 or b"number of failed transactions: 0 " not in output:
        words = complaints.decode().strip().splitlines() or output.decode().strip().splitlines()
        raise BenchmarkError(f"pgbench ended with {process.returncode}: {words[-1]}")
    logs = list(log.parent.glob(f"{log.name}.*"))
    cell = cell_from_logs(logs, warm_up_seconds=warm_up_seconds, seconds=seconds)
    for path in logs:
        path.unlink()
    return cell


def script_variables(channel_id: int) -> dict[str, str | int]:
    """What an application computes outside PostgreSQL comes as a parameter, the body included."""
    raw = ordinary_body(FIRST_CONVERSATION, new_message_id())
    headers = {**delivery_headers("[removed]"), "host": "127.0.0.1:28000", "content-length": str(len(raw))}
    return {
        "account": ACCOUNT,
        "channel_id": channel_id,
        "chat_prefix": CHAT_ID_PREFIX,
        "headers": json.dumps(headers),
        "sha256": f"\\x{hashlib.sha256(raw).hexdigest()}",
        "size_bytes": len(raw),
        "body": raw.decode(),
        "sender_name": f"Jana Nováková {FIRST_CONVERSATION}",
        "text": LINES[0],
        "search_text": LINES[0].lower(),
    }


def cell_from_logs(logs: list[Path], *, warm_up_seconds: int, seconds: int) -> Cell:
    """From pgbench's log of every transaction: client, number, microseconds it took, script, end (s, µs)."""
    ended: list[tuple[float, int]] = []
    for path in logs:
        with path.open() as lines:
            for line in lines:
                fields = line.split()
                ended.append((int(fields[4]) + int(fields[5]) / 1e6, int(fields[2])))
    start = min(end - took / 1e6 for end, took in ended) + warm_up_seconds
    took = [took / 1e3 for end, took in ended if start <= end < start + seconds]
    return Cell(len(took) / seconds, percentile(took, 0.50), percentile(took, 0.99))
