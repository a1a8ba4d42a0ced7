"""First pages out of a full database, as the browser asks for them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import uvloop
from django.db import connection

from bench.installation import Installation
from bench.prepared import reader_make
from bench.seed import town_seed
from bench.server import landline_web
from bench.wrk import WrkReport, reads_load
from simulator.generate import Town

DATABASE = "large"
CHATS = 20_000
MESSAGES = 1_000_000
CHATS_PATH = "/api/v1/communications/whatsapp/chats/"
CHATS_READ = 2_000


def large_database_make(installation: Installation, *, announce: Callable[[str], None]) -> str:
    """Makes it, points this process's Django at it, and answers with a reader's session cookie."""
    announce(f"pouring {CHATS:,} chats and {MESSAGES:,} messages into PostgreSQL")
    installation.database_make(DATABASE)
    connection.close()
    connection.settings_dict["NAME"] = DATABASE
    user_id, session_cookie = reader_make()
    town_seed(installation, DATABASE, Town(chats=CHATS, messages=MESSAGES), user_id=user_id)
    return session_cookie


def reads_measure(
    installation: Installation, session_cookie: str, *, warm_up_seconds: int, seconds: int
) -> dict[str, dict[str, float]]:
    """The first page of chats, and of messages in chats drawn at random: one reader at a time, over HTTP."""
    chosen = Random(1).sample(range(1, CHATS + 1), CHATS_READ)
    paths = {
        "chats": [CHATS_PATH],
        "messages": [f"{CHATS_PATH}{conversation_id}/messages/" for conversation_id in chosen],
    }
    figures = {}
    with landline_web(installation, DATABASE) as server:
        for name, asked in paths.items():
            file = installation.folder / "paths"
            file.write_text("".join(f"{path}\n" for path in asked))
            uvloop.run(reads_load(server.url, file, session_cookie, seconds=warm_up_seconds))
            report = uvloop.run(reads_load(server.url, file, session_cookie, seconds=seconds))
            figures[name] = _figures(report)
    return figures


def _figures(report: WrkReport) -> dict[str, float]:
    return {
        "per_second": round(report.per_second, 1),
        "p50_ms": round(report.p50_ms, 3),
        "p99_ms": round(report.p99_ms, 3),
    }
