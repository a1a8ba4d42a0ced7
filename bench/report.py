"""What was measured, as a table for people and as ``bench/latest.json``."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

from bench.installation import POSTGRES_SETTINGS, Installation
from bench.pgbench import ORDINARY

LATEST = Path(__file__).with_name("latest.json")


def circumstances(installation: Installation, *, rounds: int, seconds: int) -> dict[str, Any]:
    """The machine and the settings, without which no figure means anything."""
    with installation.owner_connection() as connection:
        version = connection.execute("SHOW server_version").fetchone()
    return {
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "machine": {
            "processors": os.cpu_count(),
            "model": processor_model(),
            "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
            "system": platform.platform(),
            "python": platform.python_version(),
            "postgres": version[0] if version else None,
            "load_at_start": round(os.getloadavg()[0], 2),
        },
        "postgres_settings": POSTGRES_SETTINGS,
        "rounds": rounds,
        "seconds": seconds,
    }


def processor_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except FileNotFoundError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def write(figures: dict[str, Any]) -> None:
    LATEST.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write("\n".join(lines(figures)) + "\n")


def lines(figures: dict[str, Any]) -> list[str]:
    machine = figures["machine"]
    text = [
        "",
        f"{figures['date']}  {machine['processors']} × {machine['model']}, {machine['memory_gb']} GB, "
        f"PostgreSQL {machine['postgres']} with fsync on, "
        f"{figures['rounds']} interleaved rounds of {figures['seconds']} s",
    ]
    if "ingest" in figures:
        text += ingest_lines(figures["ingest"])
    return text


def ingest_lines(ingest: dict[str, Any]) -> list[str]:
    text = [
        "",
        "Deliveries per second (median), p50/p99 in ms, processor time in µs per delivery",
        "",
        "| clients | (a) endpoint | p50/p99 | app/PostgreSQL µs | (b) pgbench | p50/p99 | µs | (b') one statement | µs "
        "| (c) no-op | (a)/(b) | (a)/(b') |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for clients, row in ingest.items():
        ours, theirs, single, nothing = (
            row["loads"][name] for name in ("full_endpoint", "pgbench", "prepared_statement", "no_op")
        )
        text.append(
            f"| {clients} | {ours['per_second']:.0f} | {ours['p50_ms']:.1f}/{ours['p99_ms']:.1f} "
            f"| {ours['server_cpu_us']:.0f}/{ours['postgres_cpu_us']:.0f} "
            f"| {theirs['per_second']:.0f} | {theirs['p50_ms']:.1f}/{theirs['p99_ms']:.1f} "
            f"| {theirs['postgres_cpu_us']:.0f} | {single['per_second']:.0f} | {single['postgres_cpu_us']:.0f} "
            f"| {nothing['per_second']:.0f} | {row['ratio_to_pgbench']:.2f} "
            f"| {row['ratio_to_prepared_statement']:.2f} |"
        )
    return [
        *text,
        "",
        "(b) is pgbench over the same unix socket with this script:",
        "",
        ORDINARY.read_text().rstrip(),
    ]
