"""What a person feels in the browser: opening conversations, scrolling a long list, seeing a message arrive.

On Debian's Chromium, headless and without a graphics card, over the full database.
"""

from __future__ import annotations

import gzip
import http.client
import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.bodies import Chat, body, new_message_id
from bench.full_database import DATABASE, TOWN, FullDatabase
from bench.installation import Installation
from bench.ledger import applied_deliveries
from bench.measured import BenchmarkError, percentile
from bench.prepared import delivery_headers
from bench.server import Server, landline_web
from communications.schemas.addresses import WEBHOOK_PATH

PAGE_SCRIPT = Path(__file__).with_name("page.js")
ASSETS = Path(__file__).resolve().parent.parent / "landline" / "static" / "app" / "assets"
ROW_HEIGHT_PX = 64
LIST_ROWS = 10_000
# A hand on the wheel, a hard fling, and the scroll bar dragged: pixels per frame.
SCROLL_STEPS_PX = (60, 400, 2_000)
SCROLL_FRAMES = 300
SLOW_FRAME_MS = 32.0
SWITCHED = 30
ARRIVALS = 100
ARRIVALS_PER_SECOND = 5
PAINTED_WITHIN_SECONDS = 15.0
READY_MS = 60_000
WRITTEN = 40
# As fast as this machine, and as slow as a weak one.
WRITING_SLOWDOWNS = (1, 4)
OPEN_CHAT = 1


def screen_check() -> None:
    """Raises BenchmarkError when Chromium or the built frontend is missing."""
    if shutil.which("chromium") is None:
        raise BenchmarkError("The browser's figures need Chromium: apt install chromium.")
    if not ASSETS.is_dir():
        raise BenchmarkError("The browser's figures need the built frontend: run `make setup`.")


def screen_measure(
    installation: Installation, full: FullDatabase, *, announce: Callable[[str], None]
) -> dict[str, Any]:
    """Raises BenchmarkError when the list does not grow or a message is not painted."""
    name, _, value = full.session_cookie.partition("=")
    with landline_web(installation, DATABASE) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            chromium_sandbox=os.geteuid() != 0,
            args=["--disable-gpu"],
        )
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.add_cookies([{"name": name, "value": value, "url": server.url}])
        context.add_init_script(path=PAGE_SCRIPT)
        page = context.new_page()
        page.goto(f"{server.url}/inbox/")
        page.get_by_text("Live", exact=True).wait_for(timeout=READY_MS)
        figures: dict[str, Any] = {"javascript_gzip_kb": javascript_gzip_kb()}
        announce("opening conversations")
        figures["switch"] = _switches(page)
        announce(f"{ARRIVALS} messages into the open conversation")
        figures["painted"] = _arrivals(page, server, installation, "few")
        announce(f"writing {WRITTEN} messages, at full speed and slowed down")
        figures["writing"] = _writing(page)
        announce(f"making the list {LIST_ROWS:,} rows long and scrolling it")
        figures["scroll"] = _scrolls(page)
        announce(f"{ARRIVALS} messages beside the long list")
        figures["painted_beside_long_list"] = _arrivals(page, server, installation, "many")
        browser.close()
    return figures


def javascript_gzip_kb() -> float:
    """The scripts that the inbox loads at once."""
    shell = (ASSETS.parent / "index.html").read_text(encoding="utf-8")
    loaded = [script for script in ASSETS.glob("*.js") if script.name in shell]
    return round(sum(len(gzip.compress(script.read_bytes(), 9)) for script in loaded) / 1000, 1)


def _switches(page: Page) -> dict[str, float]:
    """Between the newest conversations, whose messages are on the device: each once, and then again."""
    page.wait_for_function(f"document.querySelectorAll('[role=option]').length >= {SWITCHED // 2}")
    # The newest threads are read ahead; this is over once no request was under way for half a second.
    page.wait_for_load_state("networkidle")
    places = range(1, min(SWITCHED, page.locator("[role=option]").count()) + 1)
    first = [page.evaluate("place => bench.switchTo(place)", place) for place in places]
    again = [page.evaluate("place => bench.switchTo(place)", place) for place in places]
    return {**_distribution("first_", first), **_distribution("again_", again)}


def _scrolls(page: Page) -> dict[str, Any]:
    rows = page.evaluate("([rows, height]) => bench.lengthenList(rows, height)", [LIST_ROWS, ROW_HEIGHT_PX])
    if rows < LIST_ROWS:
        raise BenchmarkError(f"The list grew to {rows} rows only.")
    by_step: dict[int, dict[str, float]] = {}
    for step in SCROLL_STEPS_PX:
        page.evaluate("bench.toTop()")
        seen = page.evaluate("([step, frames]) => bench.scroll(step, frames)", [step, SCROLL_FRAMES])
        gaps = seen["gaps"]
        by_step[step] = {
            **_distribution("", gaps),
            "slow_frames": sum(gap > SLOW_FRAME_MS for gap in gaps),
            "frames": len(gaps),
            "rows_without_content": seen["empty"],
        }
    return {"rows": rows, "by_step": by_step}


def _arrivals(page: Page, server: Server, installation: Installation, prefix: str) -> dict[str, float]:
    """From the moment a delivery was due to its text on the screen, by this machine's clock."""
    chat = _open_chat()
    page.goto(f"{server.url}/inbox/chats/{OPEN_CHAT + 1}")
    page.get_by_text("Live", exact=True).wait_for(timeout=READY_MS)
    page.locator("[role=log] [data-anchor]").first.wait_for(timeout=READY_MS)
    page.evaluate("prefix => bench.watchTexts(prefix)", prefix)
    due: dict[str, float] = {}
    answered: list[float] = []
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    start = time.time() + 0.5
    for number in range(ARRIVALS):
        moment = start + number / ARRIVALS_PER_SECOND
        time.sleep(max(0.0, moment - time.time()))
        text = f"{prefix}{number};"
        due[text] = moment * 1e3
        message = body(chat, text, new_message_id())
        connection.request("POST", WEBHOOK_PATH, message, delivery_headers(installation.webhook_secret))
        answer = connection.getresponse()
        answer.read()
        answered.append((time.time() - moment) * 1e3)
        if answer.status != 200:
            raise BenchmarkError(f"A delivery into the open conversation was answered {answer.status}.")
    connection.close()
    seen = _painted(page)
    applied_deliveries(installation, DATABASE)
    missing = due.keys() - seen.keys()
    if missing:
        raise BenchmarkError(f"{len(missing)} of {ARRIVALS} messages were not painted.")
    shown = [seen[text] - moment for text, moment in due.items()]
    return {**_distribution("", shown), **_distribution("answered_", answered)}


def _writing(page: Page) -> dict[int, dict[str, Any]]:
    """From the press of Enter to the bubble, in the open conversation, by how much the processor is slowed down."""
    devtools = page.context.new_cdp_session(page)
    figures: dict[int, dict[str, Any]] = {}
    for slowdown in WRITING_SLOWDOWNS:
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
        written = []
        for number in range(WRITTEN):
            written.append(page.evaluate("text => bench.write(text)", f"written {slowdown} {number};"))
            page.wait_for_timeout(100)
        if not all(one["atOnce"] for one in written):
            raise BenchmarkError("A bubble was not there when Enter had been handled.")
        figures[slowdown] = {
            **_distribution("drawn_", [one["drawn"] for one in written]),
            **_distribution("painted_", [one["painted"] for one in written]),
        }
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    return figures


def _painted(page: Page) -> dict[str, float]:
    """When each text was painted, once all of them were or PAINTED_WITHIN_SECONDS have passed."""
    deadline = time.monotonic() + PAINTED_WITHIN_SECONDS
    while True:
        seen: dict[str, float | None] = page.evaluate("bench.seen()")
        painted = {text: moment for text, moment in seen.items() if moment is not None}
        if len(painted) >= ARRIVALS or time.monotonic() > deadline:
            return painted
        page.wait_for_timeout(100)


def _open_chat() -> Chat:
    attendee, chat = TOWN.attendee(OPEN_CHAT), TOWN.chat(OPEN_CHAT)
    account = next(one for one in TOWN.accounts() if one.id == chat.account_id)
    return Chat(
        account_id=account.id,
        own_phone=account.phone_number,
        chat_id=chat.id,
        contact_id=attendee.id,
        contact_name=attendee.name,
        lid=attendee.provider_id,
        phone=attendee.phone_number,
    )


def _distribution(prefix: str, milliseconds: Sequence[float]) -> dict[str, float]:
    return {
        f"{prefix}p50_ms": round(percentile(milliseconds, 0.50), 1),
        f"{prefix}p95_ms": round(percentile(milliseconds, 0.95), 1),
        f"{prefix}max_ms": round(max(milliseconds), 1),
    }
