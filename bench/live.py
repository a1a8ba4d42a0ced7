"""Deliveries to a running server at a fixed pace, from a process of their own: only the server and its database can be slow."""

from __future__ import annotations

import http.client
import json
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from bench.bodies import CONVERSATIONS, FIRST_CONVERSATION, new_message_id, ordinary_body
from bench.measured import BenchmarkError
from bench.prepared import delivery_headers
from communications.schemas.addresses import WEBHOOK_PATH

EVERY_SECONDS = 0.02
ROOT = Path(__file__).resolve().parent.parent


class Live:
    """``waits``: in seconds, from sending each delivery to its answer; there once the deliveries have ended."""

    def __init__(self) -> None:
        self.waits: list[float] = []


@contextmanager
def live_deliveries(port: int, secret: str) -> Iterator[Live]:
    """Delivers while inside. Raises BenchmarkError where one was answered with anything but 200."""
    live = Live()
    with subprocess.Popen(
        [sys.executable, "-m", "bench.live", str(port), secret],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield live
        told, _ = process.communicate()
    if process.returncode != 0:
        raise BenchmarkError("The server did not take a live delivery.")
    live.waits = json.loads(told)


def main() -> int:
    port, secret = int(sys.argv[1]), sys.argv[2]
    waits: list[float] = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for number in count():
        if select.select([sys.stdin], [], [], EVERY_SECONDS)[0]:
            break
        body = ordinary_body(FIRST_CONVERSATION + number % CONVERSATIONS, new_message_id())
        began = time.perf_counter()
        connection.request("POST", WEBHOOK_PATH, body, delivery_headers(secret))
        answer = connection.getresponse()
        answer.read()
        waits.append(time.perf_counter() - began)
        if answer.status != 200:
            return 1
    sys.stdout.write(json.dumps(waits))
    return 0


if __name__ == "__main__":
    sys.exit(main())
