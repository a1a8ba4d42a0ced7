"""The simulator as a process: starts with a sentence, ends cleanly, says what is wrong."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.processes import is_alive, wait_until

KEY = "process-test-key"


class Started:
    """Processes of one test, none of which outlives it."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[str]] = []

    def __call__(self, *arguments: str, key: str | None = KEY) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if name != "UNIPILE_API_KEY"}
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "simulator", *arguments],
            env={**environment, **({"UNIPILE_API_KEY": key} if key else {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._running.append(process)
        return process

    def ready(self, *arguments: str) -> tuple[subprocess.Popen[str], int]:
        process = self(*arguments, "--bind", "127.0.0.1:0")
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Simulator ready on http://127.0.0.1:"), line + process.communicate()[1]
        return process, int(line.rpartition(":")[2])

    def end(self) -> None:
        for process in self._running:
            if process.poll() is None:
                process.kill()
            process.communicate()


@pytest.fixture
def start() -> Iterator[Started]:
    started = Started()
    yield started
    started.end()


def read(port: int, path: str, key: str = KEY) -> tuple[int, dict[str, list[dict[str, str]]]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", f"/api/v1{path}", headers={"X-API-KEY": key})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


@pytest.mark.alone
@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(start: Started, name: signal.Signals) -> None:
    process, port = start.ready("--scenario", "demo")
    assert read(port, "/chats")[0] == 200
    assert read(port, "/chats", key="wrong")[0] == 401
    # An open stream of the page and an unanswered webhook must not hold it up.
    with socket.create_connection(("127.0.0.1", port)) as stream:
        stream.sendall(f"GET /play/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        assert stream.recv(100)
        begun = time.monotonic()
        process.send_signal(name)
        assert process.wait(60) == 0
    assert time.monotonic() - begun < 20
    assert process.communicate()[1] == ""


def test_it_ends_with_its_parent(start: Started, tmp_path: Path) -> None:
    script = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-m', 'simulator', '--scenario', 'empty',"
        " '--bind', '127.0.0.1:0', '--exit-with-parent'])\n"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(child.pid))\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, "UNIPILE_API_KEY": KEY},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    assert parent.stdout.readline().startswith("Simulator ready")
    child = psutil.Process(int((tmp_path / "pid").read_text()))
    parent.kill()
    parent.communicate()
    wait_until(lambda: not is_alive(child))


@pytest.mark.parametrize(
    ("arguments", "key", "sentence"),
    [
        ((), None, "Set UNIPILE_API_KEY or --api-key-file"),
        (("--api-key-file", "/nonexistent/key"), KEY, "/nonexistent/key cannot be read"),
        (("--bind", "4010"), KEY, "--bind needs an address and a port"),
        (("--bind", "127.0.0.1:99999"), KEY, "--bind needs an address and a port"),
        (("--pace", "0"), KEY, "--pace must be above 0"),
        (("--chats", "10", "--messages", "5"), KEY, "--chats must be"),
        (("--state", "/nonexistent/state.json"), KEY, "/nonexistent/state.json cannot be written"),
        (("--record", "/nonexistent/sent.jsonl"), KEY, "/nonexistent/sent.jsonl cannot be written"),
        (("--latency-seconds", "601"), KEY, "--latency-seconds must be from 0 to 600"),
    ],
)
def test_what_is_wrong_is_said(
    start: Started, arguments: tuple[str, ...], key: str | None, sentence: str
) -> None:
    process = start(*arguments, key=key)
    _, problems = process.communicate(timeout=60)
    assert process.returncode == 2
    assert sentence in problems
    assert "Traceback" not in problems


def test_a_busy_port_is_said(start: Started) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        process = start("--bind", f"127.0.0.1:{busy.getsockname()[1]}")
        _, problems = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "cannot listen on" in problems
    assert "Traceback" not in problems


def test_a_state_file_keeps_the_past(start: Started, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    pages = []
    for arguments in (("--state", str(state)), ("--state", str(state)), ()):
        process, port = start.ready("--scenario", "demo", "--pace", "0.001", *arguments)
        pages.append((read(port, "/messages?limit=250")[1], read(port, "/accounts")[1]))
        process.terminate()
        assert process.wait(60) == 0
    first, second, stateless = pages
    assert first == second
    assert not {one["id"] for one in first[0]["items"]} & {one["id"] for one in stateless[0]["items"]}
    assert [one["id"] for one in first[1]["items"]] == [one["id"] for one in stateless[1]["items"]]


def test_the_key_may_be_in_a_file(start: Started, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("from-a-file\n")
    _, port = start.ready("--scenario", "empty", "--api-key-file", str(path))
    assert read(port, "/accounts", key="from-a-file")[0] == 200
    assert read(port, "/accounts")[0] == 401


def order(port: int, path: str, document: object) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        headers = {"X-API-KEY": KEY, "Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(document), headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_the_record_outlives_a_kill(start: Started, tmp_path: Path) -> None:
    """Another process orders a fault, sends, kills, and compares by the file alone."""
    path = tmp_path / "sent.jsonl"
    arguments = ("--scenario", "demo", "--pace", "0.001", "--record", str(path), "--latency-seconds", "0.05")
    process, port = start.ready(*arguments)
    chat = read(port, "/chats?account_type=WHATSAPP&limit=1")[1]["items"][0]["id"]
    assert order(port, f"/api/v1/chats/{chat}/messages", {"text": "one"}) == 201
    assert order(port, "/play/faults", {"kind": "cut_after"}) == 200
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        order(port, f"/api/v1/chats/{chat}/messages", {"text": "two"})
    process.kill()
    process.wait(60)
    record = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [(one["chat_id"], one["text"], one["fault"]) for one in record] == [
        (chat, "one", None),
        (chat, "two", "cut_after"),
    ]


def test_the_demo_knows_a_number_without_whatsapp(start: Started) -> None:
    _, port = start.ready("--scenario", "demo", "--pace", "0.001")
    (account,) = [one["id"] for one in read(port, "/accounts")[1]["items"] if one["type"] == "WHATSAPP"]
    assert read(port, f"/users/351910000404?account_id={account}")[0] == 404
    assert read(port, f"/users/351910000405?account_id={account}")[0] == 200
