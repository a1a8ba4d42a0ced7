"""First pages out of a full database, as the browser asks for them."""

from __future__ import annotations

from random import Random

import uvloop

from bench.cells import Bench
from bench.full_database import DATABASE, TOWN, FullDatabase
from bench.processor import Spent
from bench.server import landline_web
from bench.wrk import WrkReport, reads_load

CHATS_PATH = "/api/v1/communications/whatsapp/chats/"
CHATS_READ = 2_000


def reads_measure(bench: Bench, full: FullDatabase) -> dict[str, dict[str, float]]:
    """The first page of chats, and of messages in chats drawn at random: one reader at a time, over HTTP."""
    chosen = Random(1).sample(range(1, TOWN.chat_count + 1), CHATS_READ)
    paths = {
        "chats": [CHATS_PATH],
        "messages": [f"{CHATS_PATH}{conversation_id}/messages/" for conversation_id in chosen],
    }
    figures = {}
    with landline_web(bench.installation, DATABASE) as server:
        for name, asked in paths.items():
            file = bench.installation.folder / "paths"
            file.write_text("".join(f"{path}\n" for path in asked))
            uvloop.run(reads_load(server.url, file, full.session_cookie, seconds=bench.warm_up_seconds))
            spent = Spent(server.pid, bench.installation.postmaster)
            report = uvloop.run(reads_load(server.url, file, full.session_cookie, seconds=bench.seconds))
            figures[name] = _figures(report, spent.microseconds_each(report.requests))
    return figures


def _figures(report: WrkReport, cpu_us: tuple[float, float]) -> dict[str, float]:
    return {
        "per_second": round(report.per_second, 1),
        "p50_ms": round(report.p50_ms, 3),
        "p99_ms": round(report.p99_ms, 3),
        "server_cpu_us": round(cpu_us[0], 1),
        "postgres_cpu_us": round(cpu_us[1], 1),
    }
