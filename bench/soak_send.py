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
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp
import psycopg

from bench.installation import Installation
from bench.measured import BenchmarkError
from bench.prepared import django_use, reader_make
from communications.schemas.identifiers import uuid7
from tests.processes import free_port

DATABASE = "soak"
API_KEY = "soak-key-0123456789abcdef"
CHATS = 24
WAITING_MAX = 80
SENDS_BETWEEN_KILLS = 100
START_SECONDS = 60.0
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
CONVERSATIONS = """
SELECT id, external_thread_id FROM communications_conversation WHERE external_thread_id = ANY(%s) AND last_message_at IS NOT NULL
"""


class Program:
    """One of the product's programs, started again whenever it was killed."""

    def __init__(self, module: list[str], variables: dict[str, str], log: Path) -> None:
        self._module, self._variables, self._log = module, variables, log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self._module],
                env={**os.environ, **self._variables},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(20)
            self.kill()


class Soak:
    def __init__(self, folder: Path, *, sends: int, seed: int) -> None:
        self.folder, self.sends, self.seed = folder, sends, seed
        self.rng = random.Random(seed)
        self.record, self.written = folder / "accepted.jsonl", folder / "written.jsonl"
        self.kills = 0

    def run(self) -> dict[str, Any]:
        with Installation(self.folder) as installation:
            installation.database_make(DATABASE)
            django_use(installation, DATABASE)
            with installation.owner_connection(DATABASE) as connection:
                self.cookie = self._owner(connection)
                self._programs(installation)
                self._simulator.start()
                try:
                    asyncio.run(self._soak(connection))
                finally:
                    for program in (self._worker, self._web, self._simulator):
                        program.stop()
                return self._judged(installation)

    def _owner(self, connection: psycopg.Connection) -> str:
        user_id, cookie = reader_make("owner")
        connection.execute("UPDATE communications_user SET is_superuser = true WHERE id = %s", (user_id,))
        return cookie

    def _programs(self, installation: Installation) -> None:
        web, simulator = free_port(), free_port()
        self.url, self.upstream = f"http://127.0.0.1:{web}", f"http://127.0.0.1:{simulator}"
        variables = {
            **installation.variables(DATABASE),
            "LANDLINE_BIND": f"127.0.0.1:{web}",
            "LANDLINE_SEND_PACE_PERCENT": "0",
            "LANDLINE_UNPROVEN_SECONDS": "15",
        }
        upstream = {"UNIPILE_DSN": self.upstream, "UNIPILE_API_KEY": API_KEY}
        self._web = Program(["landline", "web"], variables, self.folder / "web.log")
        self._worker = Program(["landline", "worker"], {**variables, **upstream}, self.folder / "worker.log")
        self._simulator = Program(
            [
                "simulator",
                *("--bind", f"127.0.0.1:{simulator}", "--seed", str(self.seed), "--pace", "0.00001"),
                *("--webhook-url", f"{self.url}/api/v1/webhooks/unipile/"),
                *("--webhook-secret", installation.webhook_secret, "--record", str(self.record)),
            ],
            {"UNIPILE_API_KEY": API_KEY},
            self.folder / "simulator.log",
        )

    async def _soak(self, connection: psycopg.Connection) -> None:
        name, _, value = self.cookie.partition("=")
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookies={name: value}, cookie_jar=jar) as browser:
            await self._until(browser, f"{self.upstream}/api/v1/chats", {"X-API-KEY": API_KEY})
            self._web.start()
            self._worker.start()
            await self._until(browser, f"{self.url}/readyz", {})
            conversations = await self._conversations(browser, connection)
            async with browser.post(f"{self.upstream}/play/faults/plan", json={"seed": self.seed}) as answer:
                answer.raise_for_status()
            async with browser.get(f"{self.url}/api/v1/session/") as answer:
                browser.headers["X-CSRFToken"] = (await answer.json())["csrf_token"]
            person = asyncio.create_task(self._person(browser, connection))
            await self._write(browser, connection, conversations)
            await self._until_quiet(connection)
            person.cancel()

    async def _until(self, browser: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> Any:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(aiohttp.ClientError):
                async with browser.get(url, headers=headers) as answer:
                    if answer.status == 200:
                        return await answer.json(content_type=None) if "chats" in url else None
            await asyncio.sleep(0.2)
        raise BenchmarkError(f"{url} did not answer in time.")

    async def _conversations(
        self, browser: aiohttp.ClientSession, connection: psycopg.Connection
    ) -> list[tuple[int, str]]:
        """Chats into which somebody has just written, as they are known here."""
        listed = await self._until(browser, f"{self.upstream}/api/v1/chats?limit=250", {"X-API-KEY": API_KEY})
        chats = [chat["id"] for chat in listed["items"] if not chat.get("read_only")][:CHATS]
        deadline = time.monotonic() + START_SECONDS
        while connection.execute("SELECT count(*) FROM communications_channel").fetchone() == (0,):
            await asyncio.sleep(0.2)
        for chat in chats:
            async with browser.post(
                f"{self.upstream}/play/chats/{chat}/messages", json={"text": "Hello?"}
            ) as answer:
                await answer.read()
        found: list[tuple[int, str]] = []
        while len(found) < len(chats) and time.monotonic() < deadline:
            await asyncio.sleep(0.5)
            found = connection.execute(CONVERSATIONS, (chats,)).fetchall()
        if not found:
            raise BenchmarkError("No conversation came in.")
        return found

    async def _write(
        self,
        browser: aiohttp.ClientSession,
        connection: psycopg.Connection,
        conversations: list[tuple[int, str]],
    ) -> None:
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
                while _count(connection, OPEN) > WAITING_MAX:
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

    async def _person(self, browser: aiohttp.ClientSession, connection: psycopg.Connection) -> None:
        while True:
            for conversation, message in connection.execute(HOLDING_UP).fetchall():
                path = f"{conversation}/messages/{message}/decision/"
                await self._post(browser, path, {"decision": "skip"}, until_done=False)
            await asyncio.sleep(0.5)

    async def _until_quiet(self, connection: psycopg.Connection) -> None:
        deadline = time.monotonic() + QUIET_SECONDS
        while _count(connection, UNSURE) and time.monotonic() < deadline:
            await asyncio.sleep(1)
        await asyncio.sleep(2)

    def _judged(self, installation: Installation) -> dict[str, Any]:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "bench.soak_judge",
                *("--accepted", str(self.record), "--written", str(self.written)),
            ],
            env={
                **os.environ,
                "SOAK_DATABASE": installation.variables(DATABASE)["LANDLINE_DATABASE_OWNER_URL"],
            },
            stdout=subprocess.PIPE,
            check=True,
        )
        return {**json.loads(done.stdout), "kills": self.kills, "seed": self.seed}


def _count(connection: psycopg.Connection, question: str) -> int:
    row = connection.execute(question).fetchone()
    return 0 if row is None else int(row[0])


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
