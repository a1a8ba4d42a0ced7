"""A copied history: how fast our side of it is beside the same rows in a bare table, and what live deliveries feel of it."""

from __future__ import annotations

import asyncio
import datetime as dt
import resource
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bench.bodies import (
    ACCOUNT,
    CONVERSATIONS,
    FIRST_CONVERSATION,
    chat_of,
    line_of,
    new_message_id,
)
from bench.cells import DATABASE, Bench
from bench.installation import Installation
from bench.live import live_deliveries
from bench.measured import BenchmarkError, percentile
from bench.prepared import django_use
from bench.refold import Way
from bench.server import landline_web
from communications.ingest.connections import copy_connections
from communications.tasks.following import Following
from communications.tasks.listing import Listing
from communications.tasks.older import OlderMessages
from communications.tasks.pages import Keeper, Kept
from communications.tasks.words import Words

PAGE = 250
LIVE_ALONE_SECONDS = 30
# After that the deliveries that made the conversations are no live ones any more.
QUIET_SECONDS = 3
NEWEST = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)

# A table with the columns and indexes of the messages, and none of their rules.
FLOOR = (
    "CREATE TABLE bare (LIKE communications_message INCLUDING DEFAULTS INCLUDING INDEXES)",
    "INSERT INTO bare SELECT * FROM communications_message WHERE found_by = 'history' ORDER BY id",
)


def copying_measure(bench: Bench, messages: int, announce: Callable[[str], None]) -> dict[str, Any]:
    """A history of so many messages, copied with nothing else to do and beside deliveries of the same account.

    Raises BenchmarkError where not every message was stored.
    """
    figures: dict[str, Any] = {}
    for way, measure in (("alone", _alone), ("beside", _beside)):
        with bench.installation.fresh_copy(bench.prepared.database, DATABASE):
            django_use(bench.installation, DATABASE)
            try:
                figures[way] = measure(bench.installation, messages)
            finally:
                django_use(bench.installation, bench.prepared.database)
        announce(f"history {way:10} {figures[way]['per_second']:8.0f}/s")
    return figures


def _alone(installation: Installation, messages: int) -> dict[str, float]:
    """And the same rows put into a bare table."""
    time.sleep(QUIET_SECONDS)
    resident = _resident_bytes()
    figures = asyncio.run(_copy(installation, messages))
    bare = _floor(installation, messages)
    return figures | {
        "bare_per_second": bare,
        "to_bare": round(figures["per_second"] / bare, 3),
        "grown_mb": round((_resident_bytes() - resident) / 1e6, 1),
    }


def _beside(installation: Installation, messages: int) -> dict[str, float]:
    with landline_web(installation, DATABASE) as server:
        with live_deliveries(server.port, installation.webhook_secret) as quiet:
            time.sleep(LIVE_ALONE_SECONDS)
        with live_deliveries(server.port, installation.webhook_secret) as beside:
            figures = asyncio.run(_copy(installation, messages))
    waits = {"live_alone": quiet.waits, "live_beside": beside.waits}
    return figures | {
        f"{name}_p{share:.0f}_ms": round(percentile(found, share / 100) * 1_000, 1)
        for name, found in waits.items()
        for share in (50, 99)
    }


async def _copy(installation: Installation, messages: int) -> dict[str, float]:
    async with copy_connections(max_size=6) as connections:
        way = Way(installation.postmaster)
        stored = 0
        keeper = Keeper(connections)
        words = Words(connections, keeper)
        older = OlderMessages(keeper.in_turn, ACCOUNT)

        async def end(kept: Kept) -> None:
            nonlocal stored
            stored += kept.stored
            words.write()
            await older.found(kept.new_ids)

        async with Following() as following:
            for page in _pages(messages):
                listing = Listing.begun(ACCOUNT, uuid.uuid4(), "history")
                await following.add(keeper.keep(listing, page), end)
        await words.end()
        await older.tell()
        figures: dict[str, float] = way.figures(messages)
    if stored != messages:
        raise BenchmarkError(f"Of {messages} messages {stored} were stored.")
    return figures


def _pages(messages: int) -> Iterator[list[Mapping[str, object]]]:
    """The newest first, over all conversations in turn."""
    for start in range(0, messages, PAGE):
        yield [_listed(number) for number in range(start, min(start + PAGE, messages))]


def _listed(number: int) -> Mapping[str, object]:
    chat = chat_of(FIRST_CONVERSATION + number % CONVERSATIONS)
    is_own = number % 3 == 0
    return {
        "object": "Message",
        "id": new_message_id(),
        "account_id": ACCOUNT,
        "chat_id": chat.chat_id,
        "chat_provider_id": chat.lid,
        "provider_id": new_message_id(),
        "sender_id": "own" if is_own else chat.lid,
        "is_sender": int(is_own),
        "text": line_of(number),
        "timestamp": (NEWEST - dt.timedelta(seconds=10 * number)).isoformat(),
        "seen": 1,
        "delivered": 1,
        "hidden": 0,
        "deleted": 0,
        "edited": 0,
        "is_event": 0,
        "attachments": [],
        "reactions": [],
        "seen_by": {},
        "message_type": "MESSAGE",
    }


def _floor(installation: Installation, messages: int) -> float:
    with installation.owner_connection(DATABASE) as owner:
        owner.execute(FLOOR[0])
        began = time.perf_counter()
        owner.execute(FLOOR[1])
        return round(messages / (time.perf_counter() - began), 1)


def _resident_bytes() -> float:
    """The most that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
