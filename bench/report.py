"""What was measured, as tables for people and as ``bench/latest.json``."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.cells import CELLS
from bench.installation import POSTGRES_SETTINGS, Installation
from bench.pgbench import ORDINARY
from bench.screen import SLOW_FRAME_MS

LATEST = Path(__file__).with_name("latest.json")
CROWDED = 0.1
INGEST_TITLES = {
    "ingest": "Deliveries, medians of the rounds; µs is processor time per delivery:",
    "ingest_over_full": "The same with 20,000 chats and 1,000,000 messages beside them:",
}

Figures = dict[str, Any]


def circumstances(installation: Installation, *, rounds: int, seconds: int) -> Figures:
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
        },
        "postgres_settings": POSTGRES_SETTINGS,
        "rounds": rounds,
        "seconds": seconds,
    }


def processor_model() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def write(figures: Figures) -> None:
    LATEST.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write("\n".join(text(figures)) + "\n")


def text(figures: Figures) -> list[str]:
    lines = heading(figures)
    for part, title in INGEST_TITLES.items():
        if part in figures:
            lines += ["", title, "", *ingest_table(figures[part])]
    if "push" in figures:
        lines += ["", *arrivals_text([figures["push"], figures["acknowledged"]])]
    for part, part_text in (
        ("ledger", refold_text),
        ("history", history_text),
        ("depth", depth_text),
        ("reads", reads_text),
        ("search", search_text),
        ("browser", browser_text),
    ):
        if part in figures:
            lines += ["", *part_text(figures[part])]
    if "ingest" in figures:
        lines += ["", "(b) is this script of pgbench over the same unix socket:", "", "```sql"]
        lines += [*ORDINARY.read_text().splitlines(), "```"]
    return lines


def heading(figures: Figures) -> list[str]:
    machine = figures["machine"]
    lines = [
        f"{figures['date']}: {machine['processors']} × {machine['model']}, {machine['memory_gb']} GB, "
        f"PostgreSQL {machine['postgres']} with fsync on; "
        f"{figures['rounds']} rounds of {figures['seconds']} s; loader, server and database on this machine."
    ]
    others = machine["used_by_others"]
    if others > CROWDED:
        lines.append(
            f"Others used {others:.0%} of the machine meanwhile; on a quiet one the ratios are better."
        )
    return lines


def ingest_table(ingest: Figures) -> list[str]:
    rows = []
    for clients, row in ingest.items():
        ours, mixed, theirs, single, nothing = (row["loads"].get(name, {}) for name in CELLS)
        rows.append(
            [
                clients,
                number(ours, "per_second"),
                f"{number(ours, 'p50_ms', 1)}/{number(ours, 'p99_ms', 1)}",
                f"{number(ours, 'server_cpu_us')}/{number(ours, 'postgres_cpu_us')}",
                number(mixed, "per_second"),
                f"{number(mixed, 'server_cpu_us')}/{number(mixed, 'postgres_cpu_us')}",
                number(theirs, "per_second"),
                f"{number(theirs, 'p50_ms', 1)}/{number(theirs, 'p99_ms', 1)}",
                number(theirs, "postgres_cpu_us"),
                number(single, "per_second"),
                number(single, "postgres_cpu_us"),
                number(nothing, "per_second"),
                number(row, "ratio_to_pgbench", 2),
                number(row, "ratio_to_prepared_statement", 2),
                number(row, "mixed_ratio_to_pgbench", 2),
            ]
        )
    titles = (
        "clients",
        "(a) full endpoint/s",
        "p50/p99 ms",
        "app/PostgreSQL µs",
        "(m) mixed/s",
        "app/PostgreSQL µs",
        "(b) pgbench/s",
        "p50/p99 ms",
        "µs",
        "(b') one statement/s",
        "µs",
        "(c) no-op/s",
        "(a)/(b)",
        "(a)/(b')",
        "(m)/(b)",
    )
    return table(titles, rows)


def arrivals_text(paces: Sequence[Figures]) -> list[str]:
    rows = [
        [
            number(pace, "per_second"),
            f"{number(pace, 'answered_p50_ms', 1)}/{number(pace, 'answered_p99_ms', 1)}",
            f"{number(pace, 'p50_ms', 1)}/{number(pace, 'p99_ms', 1)}",
            number(pace, "sockets"),
        ]
        for pace in paces
    ]
    titles = ("deliveries/s", "answered p50/p99 ms", "in the sockets p50/p99 ms", "sockets")
    return [
        "Deliveries at a fixed pace, timed from the moment they were due:",
        "",
        *table(titles, rows),
    ]


def refold_text(ledger: Figures) -> list[str]:
    rows = [
        [
            name.replace("_", " "),
            number(way, "deliveries"),
            number(way, "per_second"),
            f"{number(way, 'app_cpu_us')}/{number(way, 'postgres_cpu_us')}",
        ]
        for name, way in ledger.items()
    ]
    return [
        "The ledger folded again:",
        "",
        *table(("way", "deliveries", "deliveries/s", "app/PostgreSQL µs"), rows),
    ]


def history_text(copied: Figures) -> list[str]:
    titles = (
        "a history copied",
        "messages/s",
        "app/PostgreSQL µs",
        "against bare rows",
        "grown MB",
        "live p50/p99 ms alone",
        "beside it",
    )
    rows = [
        [
            name,
            number(way, "per_second"),
            f"{number(way, 'app_cpu_us')}/{number(way, 'postgres_cpu_us')}",
            number(way, "to_bare", 3),
            number(way, "grown_mb", 1),
            *(
                f"{number(way, f'live_{when}_p50_ms', 1)}/{number(way, f'live_{when}_p99_ms', 1)}"
                for when in ("alone", "beside")
            ),
        ]
        for name, way in (("alone", copied["alone"]), ("beside 50 deliveries/s", copied["beside"]))
    ]
    return ["A history copied:", "", *table(titles, rows)]


def reads_text(reads: Figures) -> list[str]:
    rows = [
        [
            name,
            f"{number(page, 'p50_ms', 2)}/{number(page, 'p99_ms', 2)}",
            f"{number(page, 'server_cpu_us')}/{number(page, 'postgres_cpu_us')}",
            number(page, "per_second"),
        ]
        for name, page in reads.items()
    ]
    titles = ("first page of", "p50/p99 ms", "app/PostgreSQL µs", "pages/s")
    return [
        "Over 20,000 chats and 1,000,000 messages, one HTTP request at a time:",
        "",
        *table(titles, rows),
    ]


def depth_text(depths: Figures) -> list[str]:
    rows = [
        [kind.replace("_", " "), *milliseconds(one), number(one, "p50_to_opened", 2)]
        for kind, one in depths.items()
    ]
    titles = ("ms", "p50", "p95", "max", "p50 / that of opening")
    return [
        "A conversation of 200,000 messages opened, and pages around messages of it by depth:",
        "",
        *table(titles, rows),
    ]


def search_text(searches: Figures) -> list[str]:
    rows = [
        [
            kind.replace("_", " "),
            *milliseconds(one),
            number(one, "p50_to_page", 1),
            f"{one['found_share']:.0%}",
        ]
        for kind, one in searches.items()
    ]
    titles = ("ms", "p50", "p95", "max", "p50 / that of a page", "with a result")
    return [
        "Searches over the same database, one HTTP request at a time:",
        "",
        *table(titles, rows),
    ]


def browser_text(browser: Figures) -> list[str]:
    switch, painted, scroll = browser["switch"], browser["painted"], browser["scroll"]
    rows = [
        ["conversation opened for the first time", *milliseconds(switch, "first_")],
        ["conversation opened again", *milliseconds(switch, "again_")],
        ["delivery due → answered", *milliseconds(painted, "answered_")],
        ["delivery due → text painted", *milliseconds(painted)],
        ["the same beside the long list", *milliseconds(browser["painted_beside_long_list"])],
    ]
    for slowdown, seen in browser["writing"].items():
        machine = "" if slowdown == 1 else f", processor slowed {slowdown}×"
        rows.append([f"Enter → bubble in the page{machine}", *milliseconds(seen, "drawn_")])
        rows.append([f"Enter → bubble painted{machine}", *milliseconds(seen, "painted_")])
    steps = scroll["by_step"]
    rows += [[f"frame of scrolling, {step} px each", *milliseconds(seen)] for step, seen in steps.items()]
    slow, frames = (sum(seen[count] for seen in steps.values()) for count in ("slow_frames", "frames"))
    return [
        f"In Chromium, over the same database; {browser['javascript_gzip_kb']} kB of scripts, gzipped. "
        f"Scrolling {scroll['rows']} rows, {slow} of {frames} frames took over {SLOW_FRAME_MS:.0f} ms.",
        "",
        *table(("ms", "p50", "p95", "max"), rows),
    ]


def milliseconds(figures: Figures, prefix: str = "") -> list[str]:
    return [number(figures, f"{prefix}{name}_ms", 1) for name in ("p50", "p95", "max")]


def number(figures: Figures, name: str, digits: int = 0) -> str:
    return f"{figures[name]:.{digits}f}" if name in figures else "–"


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table, aligned for terminals."""
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    lines = [
        " | ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in (titles, *rows)
    ]
    rule = "|".join("-" * (width + 1) + ":" for width in widths)
    return [f"| {lines[0]} |", f"|{rule}|", *(f"| {line} |" for line in lines[1:])]
