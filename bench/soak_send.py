"""``make soak-send``: thousands of sends through the product's own programs, while answers are lost and programs are killed.

The simulator spoils calls as its rough plan says and writes what it really accepted into a file of its own. A judge, another
process, holds that file against the database (``bench.soak_judge``). A person is played who lets a conversation go on once a
message of it was looked for and not found; nobody ever has one sent again.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp

from bench.measured import BenchmarkError
from bench.sending import DATABASE, Sending
from communications.schemas.identifiers import uuid7

WAITING_MAX = 80
SENDS_BETWEEN_KILLS = 100
QUIET_SECONDS = 300.0
WORDS = ("ok", "obrigado", "até já", "👍", "sim", "não", "um momento", "combinado")

OPEN = "SELECT count(*) FROM communications_intent WHERE state IN ('waiting', 'sending')"
UNSURE = """
SELECT count(*) FROM communications_intent
WHERE state IN ('waiting', 'sending', 'accepted') OR state = 'unconfirmed' AND read_back_at IS NULL
"""
HOLDING_UP = """
SELECT conversation_id, message_id FROM communications_intent
WHERE NOT is_passed AND (state = 'failed' OR state = 'unconfirmed' AND read_back_at IS NOT NULL)
"""


class Soak(Sending):
    def __init__(self, folder: Path, *, sends: int, seed: int) -> None:
        super().__init__(folder, seed=seed)
        self.sends = sends
        self.rng = random.Random(seed)
        self.record, self.written = folder / "accepted.jsonl", folder / "written.jsonl"
        self.simulator_options = ("--record", str(self.record))
        self.kills = 0

    async def work(self, browser: aiohttp.ClientSession, conversations: list[tuple[int, str]]) -> None:
        async with browser.post(f"{self.upstream}/play/faults/plan", json={"seed": self.seed}) as answer:
            answer.raise_for_status()
        person = asyncio.create_task(self._person(browser))
        await self._write(browser, conversations)
        await self._until_quiet()
        person.cancel()

    async def _write(self, browser: aiohttp.ClientSession, conversations: list[tuple[int, str]]) -> None:
        with self.written.open("w", encoding="utf-8") as written:
            for number in range(self.sends):
                conversation, chat = self.rng.choice(conversations)
                text = (
                    self.rng.choice(WORDS) if self.rng.random() < 0.25 else f"{number}: {self.rng.random()}"
                )
                key = str(uuid7())
                written.write(json.dumps({"client_id": key, "chat": chat, "text": text}) + "\n")
                written.flush()
                await self._post(
                    browser, f"{conversation}/messages/", {"client_id": key, "text": text}, until_done=True
                )
                while self._count(OPEN) > WAITING_MAX:
                    await asyncio.sleep(0.2)
                if (number + 1) % SENDS_BETWEEN_KILLS == 0:
                    await self._kill()
                    print(f"{number + 1} written, {self.kills} kills", flush=True)

    async def _post(
        self, browser: aiohttp.ClientSession, path: str, body: dict[str, str], *, until_done: bool
    ) -> None:
        """As a browser does: with the same key until it is answered, be the server there or not."""
        while True:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with browser.post(
                    f"{self.url}/api/v1/communications/all/chats/{path}", json=body
                ) as answer:
                    if answer.status < 500:
                        if until_done and answer.status not in (200, 201):
                            raise BenchmarkError(f"A message was answered with {answer.status}.")
                        return
            if not until_done:
                return
            await asyncio.sleep(0.2)

    async def _kill(self) -> None:
        self.kills += 1
        await asyncio.sleep(self.rng.random() * 0.3)
        program = self._worker if self.kills % 2 else self._web
        program.kill()
        program.start()

    async def _person(self, browser: aiohttp.ClientSession) -> None:
        while True:
            for conversation, message in self.connection.execute(HOLDING_UP).fetchall():
                path = f"{conversation}/messages/{message}/decision/"
                await self._post(browser, path, {"decision": "skip"}, until_done=False)
            await asyncio.sleep(0.5)

    async def _until_quiet(self) -> None:
        deadline = time.monotonic() + QUIET_SECONDS
        while self._count(UNSURE) and time.monotonic() < deadline:
            await asyncio.sleep(1)
        await asyncio.sleep(2)

    def _count(self, question: str) -> int:
        row = self.connection.execute(question).fetchone()
        return 0 if row is None else int(row[0])

    def judged(self) -> dict[str, Any]:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "bench.soak_judge",
                *("--accepted", str(self.record), "--written", str(self.written)),
            ],
            env={
                **os.environ,
                "SOAK_DATABASE": self.installation.variables(DATABASE)["LANDLINE_DATABASE_OWNER_URL"],
            },
            stdout=subprocess.PIPE,
            check=True,
        )
        return {**json.loads(done.stdout), "kills": self.kills, "seed": self.seed}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", "--sends", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--output", type=Path, default=Path("bench/soak-send.json"))
    options = parser.parse_args()
    seed = random.SystemRandom().randrange(1_000_000) if options.seed is None else options.seed
    print(f"seed {seed}", flush=True)
    figures = Soak(Path("var/soak-send").absolute(), sends=options.sends, seed=seed).run()
    options.output.write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2))
    return 1 if figures["sent_twice"] or figures["lost"] or figures["resolved_share"] < 0.99 else 0


if __name__ == "__main__":
    sys.exit(main())
