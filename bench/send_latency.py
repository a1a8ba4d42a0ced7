"""How long a message's ``POST`` takes to be answered while upstream takes half a second for every call.

python -m bench.send_latency
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp

from bench.sending import Sending
from communications.schemas.identifiers import uuid7

UPSTREAM_SECONDS = 0.5
CLIENTS = (1, 8)
UNMEASURED = 20


class SendLatency(Sending):
    simulator_options = ("--latency-seconds", str(UPSTREAM_SECONDS))

    def __init__(self, folder: Path, *, sends: int) -> None:
        super().__init__(folder, seed=7)
        self.sends = sends
        self.figures: dict[str, Any] = {"upstream_ms": 1000 * UPSTREAM_SECONDS}

    async def work(self, browser: aiohttp.ClientSession, conversations: list[tuple[int, str]]) -> None:
        ids = itertools.cycle([conversation for conversation, _ in conversations])
        for _ in range(UNMEASURED):
            await self._send(browser, next(ids))
        for clients in CLIENTS:
            taken: list[float] = []

            async def one(took: list[float] = taken, number: int = self.sends // clients) -> None:
                took.extend([await self._send(browser, next(ids)) for _ in range(number)])

            await asyncio.gather(*(one() for _ in range(clients)))
            taken.sort()
            self.figures[str(clients)] = {
                "p50_ms": round(1000 * statistics.median(taken), 1),
                "p99_ms": round(1000 * taken[int(len(taken) * 0.99)], 1),
            }

    async def _send(self, browser: aiohttp.ClientSession, conversation: int) -> float:
        body = {"client_id": str(uuid7()), "text": "Ao fim da tarde está bem?"}
        started = time.perf_counter()
        url = f"{self.url}/api/v1/communications/all/chats/{conversation}/messages/"
        async with browser.post(url, json=body) as answer:
            await answer.read()
            answer.raise_for_status()
        return time.perf_counter() - started

    def judged(self) -> dict[str, Any]:
        return self.figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", "--sends", type=int, default=400)
    options = parser.parse_args()
    print(json.dumps(SendLatency(Path("var/send-latency").absolute(), sends=options.sends).run(), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
