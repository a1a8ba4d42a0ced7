"""``landline run`` as a person sees it: started, interrupted, killed, started again; always without help."""

from __future__ import annotations

import http.client
import http.server
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from landline.postgres import location, server
from tests.processes import LandlineProcess, Processes, is_alive, wait_until
from tests.side_by_side import free_port

WEBHOOK_PATH = "/api/v1/webhooks/unipile/"
READY = "Stop           Ctrl-C"
ROOT = Path(__file__).resolve().parents[2]


class Installation:
    """A data folder with two ports of its own, and whatever runs on them."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = folder / "var"
        self.port, self.simulator_port = free_port(), free_port()
        self.variables = {
            "DATABASE_URL": "",
            "LANDLINE_DATABASE_OWNER_URL": "",
            "LANDLINE_SECRET_KEY": "",
            "LANDLINE_WEBHOOK_SECRET": "",
            "LANDLINE_DATA_DIR": str(self.data_dir),
            "LANDLINE_BIND": f"127.0.0.1:{self.port}",
            "LANDLINE_SIMULATOR_BIND": f"127.0.0.1:{self.simulator_port}",
        }

    @property
    def postmaster(self) -> int | None:
        return server.live_postmaster(location.locate(self.data_dir))

    def secret(self, name: str) -> str:
        return (self.data_dir / "secrets" / name).read_text().strip()

    def status(self, port: int | None = None, path: str = WEBHOOK_PATH) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def is_silent(self) -> bool:
        """No server, no simulator, no database."""
        for port in (self.port, self.simulator_port):
            try:
                self.status(port)
            except OSError:
                continue
            return False
        return self.postmaster is None


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    folder = Path(tempfile.mkdtemp(prefix="landline-run-"))
    folder.chmod(0o711)
    yield Installation(folder)
    shutil.rmtree(folder)


@pytest.fixture
def starts(tmp_path: Path) -> Iterator[Processes]:
    started = Processes(tmp_path)
    yield started
    started.close()


def start(starts: Processes, installation: Installation) -> LandlineProcess:
    process = starts.start("run", **installation.variables)
    process.wait_for_output(READY, seconds=60)
    return process


def family(process: LandlineProcess) -> list[psutil.Process]:
    launcher = psutil.Process(process.pid)
    return [launcher, *launcher.children(recursive=True)]


def memory_bytes(process: psutil.Process) -> int:
    """Its share: what processes have in common (PostgreSQL's buffers) is counted once among them. 0 of one that ended meanwhile,
    as PostgreSQL's autovacuum workers do.
    """
    try:
        return process.memory_full_info().pss
    except psutil.NoSuchProcess:
        return 0


def words_of(process: psutil.Process) -> list[str]:
    """Its command; none of one that ended."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def child_named(process: LandlineProcess, word: str) -> psutil.Process:
    return next(child for child in family(process)[1:] if words_of(child)[-1:] == [word])


@contextmanager
def busy(port: int) -> Iterator[None]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        yield


@contextmanager
def hangup_ignored() -> Iterator[None]:
    """What is started inside survives its terminal, as with `nohup`."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


def test_the_first_start_makes_everything_and_ctrl_c_ends_it(
    starts: Processes, installation: Installation
) -> None:
    launcher = start(starts, installation)
    everybody = family(launcher)
    output = launcher.output

    assert f"Landline is ready at http://127.0.0.1:{installation.port}/" in output
    assert f"play the customer at http://127.0.0.1:{installation.simulator_port}/" in output
    password = installation.secret("owner_password")
    assert f"owner, password {password} (shown once" in output
    assert installation.secret("webhook_secret") not in output
    for kept in (installation.data_dir / "secrets").iterdir():
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert installation.status() == 405
    assert installation.status(installation.simulator_port, "/") == 200
    assert sum(memory_bytes(process) for process in everybody) < 1_000_000_000

    second_terminal = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "shell",
            "--no-imports",
            "-c",
            "from communications.models import User; print(User.objects.get().username)",
        ],
        cwd=ROOT,
        env={**os.environ, **installation.variables},
        capture_output=True,
        text=True,
        check=True,
    )
    assert second_terminal.stdout.strip() == "owner"
    assert installation.postmaster is not None

    launcher.interrupt()
    assert launcher.wait() == 0
    assert not any(is_alive(process) for process in everybody)
    assert installation.is_silent()


def test_whatever_is_killed_comes_back_by_itself_or_with_the_next_start(
    starts: Processes, installation: Installation
) -> None:
    launcher = start(starts, installation)
    child_named(launcher, "worker").kill()
    launcher.wait_for_output("worker ended with code -9")
    wait_until(lambda: launcher.output.count("worker ready") == 2)
    killed = installation.postmaster
    assert killed is not None
    psutil.Process(killed).kill()
    launcher.wait_for_output("PostgreSQL ended; starting it again")
    wait_until(lambda: installation.postmaster not in {None, killed})
    assert installation.status() == 405

    everybody = family(launcher)
    launcher.kill()
    wait_until(lambda: not any(is_alive(process) for process in everybody))
    assert installation.is_silent()

    launcher = start(starts, installation)
    assert installation.secret("owner_password") not in launcher.output
    for process in family(launcher):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    launcher.wait()

    with hangup_ignored():
        launcher = start(starts, installation)
    launcher.popen.send_signal(signal.SIGHUP)
    ignored = re.search(r"^SigIgn:\s*(\w+)$", Path(f"/proc/{launcher.pid}/status").read_text(), re.MULTILINE)
    assert ignored is not None
    assert int(ignored[1], 16) & 1 << signal.SIGHUP - 1
    assert installation.status() == 405
    assert launcher.stop() == 0
    assert installation.is_silent()


def test_the_simulator_gives_way_to_an_account_that_is_connected(
    starts: Processes, installation: Installation
) -> None:
    """Without a restart: the web process says so, the worker calls the other one and finds the demo's accounts gone, as is the
    simulator.
    """
    launcher = start(starts, installation)
    launcher.wait_for_output("accounts_listed", seconds=60)
    asked: list[str] = []

    class Upstream(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers["X-API-KEY"])
            body = json.dumps({"object": "AccountList", "items": [], "cursor": None}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream) as upstream:
        threading.Thread(target=upstream.serve_forever, daemon=True).start()
        connected = subprocess.run(
            [sys.executable, "-m", "landline", "connect", "--stdin"],
            env={**os.environ, **installation.variables},
            input=json.dumps({"dsn": f"http://127.0.0.1:{upstream.server_port}", "api_key": "a-real-key"}),
            capture_output=True,
            text=True,
            check=False,
        )
        assert connected.returncode == 0, connected.stdout + connected.stderr
        launcher.wait_for_output("the simulator gives way")
        wait_until(lambda: len(asked) >= 2, seconds=60)
        launcher.wait_for_output("accounts_not_listed_any_more", seconds=60)
        upstream.shutdown()
    assert set(asked) == {"a-real-key"}
    assert not [child for child in family(launcher)[1:] if "simulator" in words_of(child)]
    assert installation.status() == 405
    launcher.interrupt()
    assert launcher.wait() == 0
    (installation.data_dir / "secrets" / "unipile.json").unlink()


def test_a_busy_port_is_said_before_anything_is_started(starts: Processes, tmp_path: Path) -> None:
    place = Installation(tmp_path)
    with busy(place.simulator_port):
        refused = starts.start("run", **place.variables)
        assert refused.wait() == 1
    assert refused.output.startswith(f"landline: Port {place.simulator_port} on 127.0.0.1 is in use")
    assert "LANDLINE_SIMULATOR_BIND" in refused.output
    assert refused.output.count("\n") == 1
    assert not (place.data_dir / "postgres").exists()


def test_an_unwritable_data_folder_gets_one_sentence(starts: Processes, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    place = Installation(tmp_path / "file")
    refused = starts.start("run", **place.variables)
    assert refused.wait() == 1
    assert "set LANDLINE_DATA_DIR to a folder this user may write to" in refused.output
    assert refused.output.count("\n") == 1


def test_half_a_unipile_configuration_gets_one_sentence(starts: Processes, tmp_path: Path) -> None:
    place = Installation(tmp_path)
    refused = starts.start("run", **{**place.variables, "UNIPILE_DSN": "api8.unipile.com:13851"})
    assert refused.wait() == 1
    assert "UNIPILE_API_KEY" in refused.output
    assert refused.output.count("\n") == 1


def test_a_question_that_nobody_answers_gets_one_sentence(starts: Processes, tmp_path: Path) -> None:
    refused = starts.start("connect", **Installation(tmp_path).variables)
    assert refused.wait() == 1
    assert refused.output.endswith(
        "landline: Nobody is there to answer: give --dsn and --key-file, or --stdin.\n"
    )
    assert "Traceback" not in refused.output


def test_a_too_old_python_gets_one_sentence(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\n[ \"$1\" = -V ] && echo 'Python 3.9.2' && exit 0\nexit 1\n")
    old.chmod(0o755)
    refused = subprocess.run(
        ["make", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}", "run"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode != 0
    assert "Landline needs Python 3.11 or newer" in refused.stderr
    assert "Python 3.9.2" in refused.stderr
