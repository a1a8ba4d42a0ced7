"""From a commit to the frame in a browser, at 100 messages a second: for the curious, and against sudden loss."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.feed.writers import Writer
from tests.realtime.browser import PATH, cookie_header
from tests.realtime.inbox import channel_with_writer, person_with_session
from tests.realtime.served import served

PER_SECOND = 100
SECONDS = 10

# A process of its own, so that reading does not slow the server down: notes when each message came.
BROWSERS = """
import asyncio, json, sys, time
from websockets.asyncio.client import connect
url, origin, cookie, count, seconds = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])
async def one(came):
    async with connect(url, origin=origin, additional_headers=cookie, ping_interval=None, max_size=None) as socket:
        try:
            async with asyncio.timeout(seconds):
                async for text in socket:
                    now = time.monotonic()
                    if '"message":[' in text:
                        for row in json.loads(text)["rows"]["message"]:
                            came.setdefault(row["id"], now)
        except TimeoutError:
            pass
async def main():
    all = [{} for _ in range(count)]
    print("ready", flush=True)
    await asyncio.gather(*map(one, all))
    print(json.dumps(all), flush=True)
asyncio.run(main())
"""


@pytest.mark.slow
@pytest.mark.parametrize("sockets", [10, 50])
async def test_a_message_is_in_every_browser_soon_after_its_commit(
    connection: psycopg.Connection, sockets: int, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    person = await person_with_session(connection)
    writer = channel_with_writer(connection, person.user_id)
    async with served() as server:
        reading = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            BROWSERS,
            f"ws://127.0.0.1:{server.port}{PATH}",
            f"http://127.0.0.1:{server.port}",
            json.dumps(cookie_header(person.cookie)),
            str(sockets),
            str(SECONDS + 8),
            stdout=subprocess.PIPE,
            limit=2**26,
        )
        assert reading.stdout is not None
        await reading.stdout.readline()
        while server.hub.readers < sockets:
            await asyncio.sleep(0.05)
        loop = asyncio.get_running_loop()
        committed = await asyncio.to_thread(write, writer, lambda: loop.call_soon_threadsafe(server.hub.poke))
        came = json.loads(await reading.stdout.readline())
        await reading.wait()
    waits = sorted(times[str(message)] - at for times in came for message, at in committed.items())
    median, slowest = waits[len(waits) // 2], waits[int(len(waits) * 0.99)]
    with capsys.disabled():
        sys.stdout.write(f"\n{sockets} sockets: p50 {median * 1000:.1f} ms, p99 {slowest * 1000:.1f} ms\n")
    assert median < 0.1


def write(writer: Writer, poke: object) -> dict[int, float]:
    """When each message was committed."""
    committed = {}
    begin = time.monotonic()
    for number in range(PER_SECOND * SECONDS):
        time.sleep(max(0.0, begin + number / PER_SECOND - time.monotonic()))
        writer.act("message_add", 1)
        row = writer.run("SELECT max(id) FROM communications_message").fetchone()
        assert row is not None
        committed[row[0]] = time.monotonic()
        poke()  # type: ignore[operator]
    return committed
