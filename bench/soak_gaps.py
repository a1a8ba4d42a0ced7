"""``make soak-gaps``: large accounts are copied, webhooks get lost, the server is killed, an account is away, and nothing is left
missing; then nothing happens for half an hour, and nobody is asked.

All from outside: the product's own programs beside a simulator in a process of its own, played by its page's calls. What is held
is read from the database and compared with what the simulator says its accounts really hold.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
from django.conf import settings

from bench.measured import BenchmarkError
from bench.sending import Sending
from communications.schemas.identifiers import uuid7

PATIENCE_SECONDS = 1_800.0
# A comparison looks back so far: what is older than the beginning, and newer than that, is compared too.
LOOK_BACK = dt.timedelta(hours=71)

HELD = """
SELECT message.external_message_id, CASE WHEN message.deleted_at IS NULL THEN message.text ELSE '' END,
       message.deleted_at IS NOT NULL,
       CASE WHEN message.deleted_at IS NULL THEN coalesce((
           SELECT array_agg(newest.sender_provider_id || ' ' || newest.emoji ORDER BY 1) FROM (
               SELECT DISTINCT ON (told.sender_provider_id) told.sender_provider_id, told.emoji
               FROM communications_reaction AS told WHERE told.message_id = message.id
               ORDER BY told.sender_provider_id, told.reacted_at DESC, told.event_key DESC
           ) AS newest WHERE newest.emoji <> ''), '{}') ELSE '{}' END
FROM communications_message AS message WHERE NOT message.is_stub AND message.sent_at >= %s
"""
ACCOUNTS = "SELECT id, external_account_id FROM communications_channel WHERE status = 'ok' ORDER BY id"
LARGEST = "SELECT channel_id FROM communications_conversation WHERE kind = 'direct' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
ALL_HELD = "SELECT count(*) FROM communications_message WHERE NOT is_stub"
# A file that is being fetched is due again a minute ahead; those for which the day has no calls left wait for another.
BUSY = """
SELECT EXISTS (SELECT FROM communications_comparisonwindow WHERE state IN ('waiting', 'running'))
    OR EXISTS (SELECT FROM communications_upstreamread WHERE state = 'wanted' AND next_attempt_at <= now())
    OR EXISTS (
        SELECT FROM communications_channel AS channel
        JOIN communications_attachment AS file ON file.channel_id = channel.id
        WHERE file.state = 'wanted' AND file.next_attempt_at <= now() + interval '1 minute'
          AND file.is_backlog <= landline_backlog_has_time(channel.id, channel.external_account_id, %(calls_per_day)s))
"""
# Reads of a comparison whose window was not there before, for a delivery that is not in the ledger, and those that nobody had
# asked for.
UNDECLARED = """
SELECT count(*) FROM communications_upstreamcall AS made
WHERE made.method = 'GET' AND (
    made.purpose = 'repair' AND NOT EXISTS (
        SELECT FROM communications_comparisonwindow AS declared
        WHERE declared.id = made.window_id AND declared.created_at < made.at)
    OR made.purpose IN ('answer', 'media') AND made.reason <> 'picture first looked at' AND NOT EXISTS (
        SELECT FROM communications_webhookdelivery AS telling
        WHERE telling.id = substring(made.reason FROM ' by delivery ([0-9a-f-]{36})$')::uuid)
    OR made.purpose = 'history' AND made.at < (SELECT min(created_at) FROM communications_historyrun)
    OR made.purpose IN ('open', 'send'))
"""
BY_PURPOSE = (
    "SELECT purpose, count(*) FROM communications_upstreamcall WHERE method = 'GET' GROUP BY 1 ORDER BY 1"
)
# To see that the simulator listens, and for its newest chats.
READS_OF_OUR_OWN = 2
RECORDED = "SELECT count(*) FROM communications_upstreamcall WHERE method = 'GET'"


class Size(NamedTuple):
    chats: int
    messages: int
    acts: int
    missed: int
    missed_chats: int
    idle_seconds: float


class SoakGaps(Sending):
    def __init__(self, folder: Path, *, size: Size, seed: int) -> None:
        super().__init__(folder, seed=seed)
        self.size = size
        self.rng = random.Random(seed)
        self.figures: dict[str, Any] = {}
        self.began = dt.datetime.now(dt.UTC)
        self.simulator_options = (
            *("--scenario", "large", "--chats", str(size.chats), "--messages", str(size.messages)),
        )

    async def work(self, browser: aiohttp.ClientSession, _conversations: list[tuple[int, str]]) -> None:
        self.browser = browser
        self.accounts: dict[str, str] = {
            str(channel): account for channel, account in self.connection.execute(ACCOUNTS).fetchall()
        }
        await self._history()
        self.channel = str(self._one(LARGEST))
        self.account = self.accounts[self.channel]
        self.writers: dict[str, str] = {}
        self.known: list[tuple[str, str]] = []
        chats = await self._chats()
        await self._play("POST", "habits", {"latency_seconds": 0.05})
        await self._loss(chats)
        await self._killed(chats)
        await self._away(chats)
        await self._compare_both_sides()
        await self._idle()

    async def _history(self) -> None:
        """The copies that new accounts begin by themselves."""
        runs, least = [], []
        for channel, account in self.accounts.items():
            run = await self._until_ended(f"channels/{channel}/history/?limit=1", first=True)
            if run["state"] != "done":
                raise BenchmarkError(f"History ended {run['state']}: {run['reason']}")
            runs.append(run)
            least.append(await self._play("GET", f"least_calls?account_id={account}"))
        began = min(_moment(run["started_at"]) for run in runs)
        seconds = (max(_moment(run["ended_at"]) for run in runs) - began).total_seconds()
        stored = sum(run["stored"] for run in runs)
        self.figures["history"] = {
            "messages": sum(run["found"] for run in runs),
            "calls": sum(run["calls"] for run in runs),
            "least_calls": sum(one["least_calls"] for one in least),
            "formula": [one["formula"] for one in least],
            "seconds": seconds,
        }
        self.figures["history_messages_per_second"] = round(stored / seconds, 1)

    async def _loss(self, chats: Sequence[str]) -> None:
        """One webhook in twenty never leaves."""
        await self._play("POST", "trouble", {"dropped": 0.05})
        await self._life(chats, self.size.acts)

    async def _killed(self, chats: Sequence[str]) -> None:
        """The server is killed, and comes back ten minutes later by the database's own clock."""
        self._web.kill()
        await self._play("POST", "trouble", {"dropped": 1.0})
        await self._life(chats, self.size.acts // 2)
        await self._play("POST", "trouble", {"dropped": 0.05})
        self.connection.execute("UPDATE communications_heartbeat SET at = at - interval '10 minutes'")
        self._web.start()
        await self._until(self.browser, f"{self.url}/readyz", {})
        await self._quiet()
        triggers = [
            row[0] for row in self.connection.execute("SELECT trigger FROM communications_comparisonwindow")
        ]
        self.figures["found_missing_at_start"] = "start" in triggers

    async def _away(self, chats: Sequence[str]) -> None:
        """An account is away for an hour, and nothing of what happened meanwhile is told afterwards."""
        await self._play("POST", "trouble", {"dropped": 0.0})
        await self._play("POST", f"accounts/{self.account}", {"status": "CREDENTIALS"})
        await self._play("POST", "trouble", {"dropped": 1.0})
        for number in range(self.size.missed):
            chat = chats[number % min(self.size.missed_chats, len(chats))]
            await self._writes(chat, f"missed {number}")
        await self._play("POST", f"accounts/{self.account}", {"status": "OK"})
        await self._play("POST", "trouble", {"dropped": 0.0})
        before = time.monotonic()
        asked = await self._api("POST", f"channels/{self.channel}/comparisons/", {"client_id": str(uuid7())})
        told = await self._until_ended(f"comparisons/{asked['id']}/")
        if told["part_of"] is not None:
            told = await self._api("GET", f"comparisons/{told['part_of']}/")
        least = await self._play(
            "GET", f"least_calls?account_id={self.account}&since={told['compared_from']}"
        )
        self.figures["repair"] = {
            "recovered": told["recovered"],
            "changed": told["changed"],
            "found": told["found"],
            "calls": told["calls"],
            "least_calls": least["least_calls"],
            "formula": least["formula"],
            "seconds_from_the_click": round(time.monotonic() - before, 2),
            "state": told["state"],
        }
        await self._quiet()

    async def _compare_both_sides(self) -> None:
        since = (self.began - LOOK_BACK).replace(microsecond=0)
        stated = since.isoformat(timespec="milliseconds")[:-6] + "Z"
        theirs, everything = set(), 0
        for account in self.accounts.values():
            truth = await self._play("GET", f"messages?account_id={account}&since={stated}")
            theirs |= {_told(one) for one in truth["messages"]}
            everything += (await self._play("GET", f"least_calls?account_id={account}"))["messages"]
        ours = {
            (name, text, gone, tuple(sorted(reactions)))
            for name, text, gone, reactions in self.connection.execute(HELD, (since,)).fetchall()
        }
        held = self._one(ALL_HELD)
        self.figures |= {
            "compared_in_content": len(theirs),
            "missing": len(theirs - ours) + max(0, everything - held - len(theirs - ours)),
            "extra": len(ours - theirs) + max(0, held - everything - len(ours - theirs)),
        }

    async def _idle(self) -> None:
        before = (await self._play("GET", "calls"))["reads"]
        await asyncio.sleep(self.size.idle_seconds)
        reads = (await self._play("GET", "calls"))["reads"]
        self.figures |= {
            "idle_seconds": self.size.idle_seconds,
            "reads_while_idle": reads - before,
            "reads_outside_windows": self._one(UNDECLARED)
            + abs(reads - self._one(RECORDED) - READS_OF_OUR_OWN),
            "reads_by_purpose": dict(self.connection.execute(BY_PURPOSE).fetchall()),
        }

    async def _life(self, chats: Sequence[str], acts: int) -> None:
        """People write, edit, delete, react and take back."""
        for number in range(acts):
            act = self.rng.random()
            if act < 0.6 or not self.known:
                chat = self.rng.choice(chats)
                self.known.append((await self._writes(chat, f"message {number} {act}"), self.writers[chat]))
                continue
            message, writer = self.rng.choice(self.known)
            wanted = {"act": "react", "as": writer, "value": self.rng.choice(["👍", "❤️", ""])}
            if act < 0.75:
                wanted = {"act": "edit", "value": f"edited {number}"}
            elif act < 0.82:
                self.known.remove((message, writer))
                wanted = {"act": "delete"}
            await self._play("POST", f"messages/{message}", wanted)

    async def _writes(self, chat: str, text: str) -> str:
        wanted = {"text": text, "as": self.writers[chat]}
        made = await self._play("POST", f"chats/{chat}/messages", wanted)
        return str(made["message_id"])

    async def _chats(self) -> list[str]:
        rows = self.connection.execute(
            "SELECT external_thread_id FROM communications_conversation WHERE kind = 'direct' AND last_message_at IS NOT NULL"
            " AND channel_id = %s ORDER BY last_message_at DESC LIMIT %s",
            (int(self.channel), max(self.size.missed_chats, 50)),
        ).fetchall()
        for (chat,) in rows:
            shown = await self._play("GET", f"chats/{chat}")
            if members := shown["chat"]["members"]:
                self.writers[chat] = members[0]["id"]
        return list(self.writers)

    async def _quiet(self) -> None:
        """Until nothing waits to be compared or asked."""
        deadline, quiet_since = time.monotonic() + PATIENCE_SECONDS, None
        while time.monotonic() < deadline:
            if self._one(BUSY, {"calls_per_day": settings.LANDLINE_CALLS_PER_DAY}):
                quiet_since = None
            elif quiet_since is None:
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since > 3:
                return
            await asyncio.sleep(0.2)
        raise BenchmarkError("Something still waits to be compared.")

    async def _until_ended(self, path: str, *, first: bool = False) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            found = await self._api("GET", path)
            if first:
                found = next(iter(found["items"]), {"state": "waiting"})
            if found["state"] in ("done", "failed", "cancelled"):
                return dict(found)
            await asyncio.sleep(0.05)
        raise BenchmarkError(f"{path} did not end.")

    async def _api(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        return await self._call(method, f"{self.url}/api/v1/communications/{path}", body)

    async def _play(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        return await self._call(method, f"{self.upstream}/play/{path}", body)

    async def _call(self, method: str, url: str, body: Any) -> dict[str, Any]:
        async with self.browser.request(method, url, json=body) as answer:
            if answer.status >= 400:
                raise BenchmarkError(f"{method} {url} was answered {answer.status}: {await answer.text()}")
            told: dict[str, Any] = await answer.json(content_type=None)
            return told

    def _one(self, question: str, parameters: dict[str, Any] | None = None) -> Any:
        row = self.connection.execute(question, parameters).fetchone()
        return None if row is None else row[0]

    def judged(self) -> dict[str, Any]:
        history, repair = self.figures["history"], self.figures["repair"]
        return {
            "missing": self.figures.pop("missing"),
            "extra": self.figures.pop("extra"),
            "reads_while_idle": self.figures.pop("reads_while_idle"),
            "reads_outside_windows": self.figures.pop("reads_outside_windows"),
            "history_messages_per_second": self.figures.pop("history_messages_per_second"),
            "calls": history["calls"] + repair["calls"],
            "least_calls": history["least_calls"] + repair["least_calls"],
            "seed": self.seed,
            **self.figures,
        }


def _told(message: dict[str, Any]) -> tuple[str, str, bool, tuple[str, ...]]:
    if message["deleted"]:
        return message["id"], "", True, ()
    reactions = (f"{one['sender_id']} {one['value']}" for one in message["reactions"])
    return message["id"], message["text"] or "", False, tuple(sorted(reactions))


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=20_000)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--acts", type=int, default=2_000)
    parser.add_argument("--missed", type=int, default=1_000)
    parser.add_argument("--missed-chats", type=int, default=200)
    parser.add_argument("--idle-seconds", type=float, default=1_800)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--output", type=Path, default=Path("bench/soak-gaps.json"))
    options = parser.parse_args()
    seed = random.SystemRandom().randrange(1_000_000) if options.seed is None else options.seed
    print(f"seed {seed}", flush=True)
    size = Size(
        options.chats,
        options.messages,
        options.acts,
        options.missed,
        options.missed_chats,
        options.idle_seconds,
    )
    figures = SoakGaps(Path("var/soak-gaps").absolute(), size=size, seed=seed).run()
    options.output.write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2))
    return int(
        any(figures[name] for name in ("missing", "extra", "reads_while_idle", "reads_outside_windows"))
    )


if __name__ == "__main__":
    sys.exit(main())
