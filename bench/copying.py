"""A copied history: how fast our side of it is beside the same rows in a bare table, and what live deliveries feel of it."""

from __future__ import annotations

import asyncio
import datetime as dt
import resource
import time
import uuid
from collections.abc import Callable, Iterator, Mapping

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
LIVE_ALONE_SECONDS = 10
NEWEST = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)

# A table with the columns and indexes of the messages, and none of their rules.
FLOOR = (
    "CREATE TABLE bare (LIKE communications_message INCLUDING DEFAULTS INCLUDING INDEXES)",
    "INSERT INTO bare SELECT * FROM communications_message WHERE found_by = 'history' ORDER BY id",
)


def copying_measure(bench: Bench, messages: int, announce: Callable[[str], None]) -> dict[str, float]:
    """Messages per second of a history of this many. Raises BenchmarkError where not every one was stored."""
    installation = bench.installation
    with installation.fresh_copy(bench.prepared.database, DATABASE):
        django_use(installation, DATABASE)
        try:
            figures = _measure(installation, messages, announce)
            figures["bare_per_second"] = _floor(installation, messages)
            figures["to_bare"] = round(figures["per_second"] / figures["bare_per_second"], 3)
            announce(f"bare rows          {figures['bare_per_second']:8.0f}/s")
            return figures
        finally:
            django_use(installation, bench.prepared.database)


def _measure(installation: Installation, messages: int, announce: Callable[[str], None]) -> dict[str, float]:
    with landline_web(installation, DATABASE) as server:
        with live_deliveries(server.port, installation.webhook_secret) as alone:
            time.sleep(LIVE_ALONE_SECONDS)
        resident = _resident_bytes()
        with live_deliveries(server.port, installation.webhook_secret) as beside:
            figures = asyncio.run(_copy(installation, messages))
    announce(f"history            {figures['per_second']:8.0f}/s")
    return figures | {
        "live_alone_p99_ms": round(percentile(alone.waits, 0.99) * 1_000, 1),
        "live_beside_p99_ms": round(percentile(beside.waits, 0.99) * 1_000, 1),
        "grown_mb": round((_resident_bytes() - resident) / 1e6, 1),
    }


async def _copy(installation: Installation, messages: int) -> dict[str, float]:
    async with copy_connections(max_size=6) as connections:
        way = Way(installation.postmaster)
        stored = 0
        keeper, words = Keeper(connections), Words(connections)
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
