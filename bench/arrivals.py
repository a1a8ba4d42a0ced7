"""From a webhook to the screens: deliveries at a fixed pace, and when they were answered and shown.

Open loop: every delivery has its moment in advance and is timed from that moment, so one that had to wait
for its turn counts as slow (no coordinated omission).
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import aiohttp
import uvloop

from bench.bodies import CONVERSATIONS, FIRST_CONVERSATION, new_message_id, ordinary_body
from bench.cells import CATCH_UP_SECONDS, DATABASE, SOCKETS, Bench
from bench.measured import BenchmarkError, percentile
from bench.prepared import delivery_headers
from bench.readers import Readers
from bench.server import landline_web
from communications.schemas.addresses import WEBHOOK_PATH

ANSWER_SECONDS = 10.0


@dataclass(slots=True)
class Arrivals:
    """Milliseconds from a delivery's moment to its answer, and to its message in each of the sockets."""

    answered_ms: list[float] = field(default_factory=list)
    shown_ms: list[float] = field(default_factory=list)


def arrivals_measure(bench: Bench, *, per_second: int, seconds: int) -> Arrivals:
    """Raises BenchmarkError if an answer was not 200 or a message did not reach every socket."""
    with bench.installation.fresh_copy(bench.prepared.database, DATABASE):
        bench.installation.checkpoint()
        return uvloop.run(_paced(bench, per_second=per_second, seconds=seconds))


def arrivals_figures(arrivals: Arrivals, *, per_second: int) -> dict[str, float]:
    return {
        "per_second": per_second,
        "deliveries": len(arrivals.answered_ms),
        "sockets": SOCKETS,
        "p50_ms": round(percentile(arrivals.shown_ms, 0.50), 3),
        "p99_ms": round(percentile(arrivals.shown_ms, 0.99), 3),
        "answered_p50_ms": round(percentile(arrivals.answered_ms, 0.50), 3),
        "answered_p99_ms": round(percentile(arrivals.answered_ms, 0.99), 3),
    }


async def _paced(bench: Bench, *, per_second: int, seconds: int) -> Arrivals:
    with landline_web(bench.installation, DATABASE) as server:
        pace = Pace(f"{server.url}{WEBHOOK_PATH}", delivery_headers(bench.installation.webhook_secret))
        async with (
            pace,
            Readers(
                server.port,
                bench.prepared.session_cookie,
                count=SOCKETS,
                observed=SOCKETS,
                on_message=pace.shown,
            ),
        ):
            await pace.run(per_second, bench.warm_up_seconds)
            return await pace.run(per_second, seconds)


class Pace:
    """An async context manager that sends deliveries at given moments."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._url = url
        self._headers = headers
        self._arrivals = Arrivals()
        self._moments: dict[tuple[int, str], float] = {}

    async def __aenter__(self) -> None:
        self._session = aiohttp.ClientSession(
            headers=self._headers,
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
        )

    async def __aexit__(self, *_error: object) -> None:
        await self._session.close()

    def shown(self, reader: int, message_id: str) -> None:
        """A socket was shown a message; a second time does not count."""
        moment = self._moments.pop((reader, message_id), None)
        if moment is not None:
            self._arrivals.shown_ms.append((time.perf_counter() - moment) * 1e3)

    async def run(self, per_second: int, seconds: int) -> Arrivals:
        self._arrivals = Arrivals()
        start = time.perf_counter() + 0.1
        async with asyncio.TaskGroup() as sending:
            for number in range(per_second * seconds):
                moment = start + number / per_second
                await asyncio.sleep(max(0.0, moment - time.perf_counter()))
                sending.create_task(self._send(number, moment))
        await self._wait_until_all_shown()
        return self._arrivals

    async def _send(self, number: int, moment: float) -> None:
        message_id = new_message_id()
        for reader in range(SOCKETS):
            self._moments[reader, message_id] = moment
        conversation = FIRST_CONVERSATION + number % CONVERSATIONS
        async with self._session.post(self._url, data=ordinary_body(conversation, message_id)) as answer:
            await answer.read()
        self._arrivals.answered_ms.append((time.perf_counter() - moment) * 1e3)
        if answer.status != 200:
            raise BenchmarkError(f"A delivery at a fixed pace was answered {answer.status}.")

    async def _wait_until_all_shown(self) -> None:
        deadline = time.monotonic() + CATCH_UP_SECONDS
        while self._moments:
            if time.monotonic() > deadline:
                raise BenchmarkError(f"{len(self._moments)} messages did not reach a socket.")
            await asyncio.sleep(0.05)
