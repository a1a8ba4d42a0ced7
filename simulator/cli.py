"""The simulator as a process."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from simulator.moments import utc_now
from simulator.scenarios import SCENARIOS
from simulator.simulator import Simulator

DEFAULT_BIND = "127.0.0.1:4010"
LATENCY_MAX_SECONDS = 600
PARENT_CHECK_SECONDS = 0.5
RECEIVER_PATIENCE_SECONDS = 60.0


class UsageError(Exception):
    """The start is not possible; the text says what to change."""


class SavedStart(msgspec.Struct):
    """What a state file keeps: with it a later run has the same past and the same people."""

    seed: int
    scenario: str
    born: datetime


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT and return 0; 1 or 2 with a sentence on stderr when it cannot start."""
    options = _parser().parse_args(arguments)
    try:
        simulator = _simulator(options)
        asyncio.run(_serve(simulator, options.exit_with_parent))
    except UsageError as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"simulator: cannot listen on {options.bind}: {error.strerror or error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="simulator",
        description="A local Unipile. The API key is read from UNIPILE_API_KEY or --api-key-file.",
    )
    parser.add_argument("--bind", default=DEFAULT_BIND, help="address and port (default %(default)s)")
    parser.add_argument("--scenario", default="demo", choices=sorted(SCENARIOS), help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--api-key-file", type=Path, help="a file with the key that callers must send")
    parser.add_argument("--webhook-url", help="register webhooks for this URL before anything happens")
    parser.add_argument("--webhook-secret", help="value of the Unipile-Auth header of those webhooks")
    parser.add_argument(
        "--webhook-secret-file", type=Path, help="the same from a file, unseen in lists of processes"
    )
    parser.add_argument("--state", type=Path, help="a file that lets later runs go on with the same past")
    parser.add_argument(
        "--pace", type=float, default=1.0, help="speed of a lively scenario (default %(default)s)"
    )
    parser.add_argument("--chats", type=int, default=20_000, help="size of the large scenario")
    parser.add_argument("--messages", type=int, default=1_000_000, help="size of the large scenario")
    parser.add_argument(
        "--record", type=Path, help="a file that gets one line of JSON for each message the API accepts"
    )
    parser.add_argument(
        "--latency-seconds", type=float, default=0.0, help="how long each call of the API takes (default 0)"
    )
    parser.add_argument("--exit-with-parent", action="store_true", help="end when the starting process ends")
    return parser


def _simulator(options: argparse.Namespace) -> Simulator:
    host, _, port = options.bind.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise UsageError("--bind needs an address and a port, like 127.0.0.1:4010.")
    if options.pace <= 0:
        raise UsageError("--pace must be above 0.")
    if not 2 <= options.chats <= options.messages:
        raise UsageError("--chats must be 2 or more, and --messages not fewer.")
    if not 0 <= options.latency_seconds <= LATENCY_MAX_SECONDS:
        raise UsageError(f"--latency-seconds must be from 0 to {LATENCY_MAX_SECONDS}.")
    try:
        return _built(options, host.strip("[]"), int(port))
    except OSError as error:
        raise UsageError(f"{options.record} cannot be written: {error.strerror}.") from error


def _built(options: argparse.Namespace, host: str, port: int) -> Simulator:
    return Simulator(
        seed=options.seed,
        scenario=options.scenario,
        api_key=_api_key(options.api_key_file),
        host=host,
        port=port,
        webhook_url=options.webhook_url,
        webhook_secret=_from_file(options.webhook_secret_file) or options.webhook_secret,
        receiver_patience_seconds=RECEIVER_PATIENCE_SECONDS,
        born=_born(options),
        pace=options.pace,
        chats=options.chats,
        messages=options.messages,
        latency_seconds=options.latency_seconds,
        record=options.record,
    )


def _api_key(path: Path | None) -> str:
    key = _from_file(path) or os.environ.get("UNIPILE_API_KEY", "").strip()
    if not key:
        raise UsageError("Set UNIPILE_API_KEY or --api-key-file: callers must send this key.")
    return key


def _from_file(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        content = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    if not content:
        raise UsageError(f"{path} is empty.")
    return content


def _born(options: argparse.Namespace) -> datetime:
    """When this world began: now, or what the state file says for the same seed and scenario."""
    path: Path | None = options.state
    if path is None:
        return utc_now()
    try:
        saved = msgspec.json.decode(path.read_bytes(), type=SavedStart)
        if (saved.seed, saved.scenario) == (options.seed, options.scenario):
            return saved.born
    except (FileNotFoundError, msgspec.DecodeError):
        pass
    saved = SavedStart(options.seed, options.scenario, utc_now())
    try:
        path.write_bytes(msgspec.json.encode(saved))
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
    return saved.born


async def _serve(simulator: Simulator, exit_with_parent: bool) -> None:
    parent = os.getppid()
    end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, end.set)
    watch = asyncio.create_task(_watch_parent(parent, end)) if exit_with_parent else None
    async with simulator:
        print(f"Simulator ready on {simulator.url}", flush=True)
        await end.wait()
    if watch is not None:
        await watch


async def _watch_parent(parent: int, end: asyncio.Event) -> None:
    """Set `end` when this process was handed to another parent; there is no portable signal for it."""
    while not end.is_set():
        if os.getppid() != parent:
            end.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(end.wait(), PARENT_CHECK_SECONDS)
