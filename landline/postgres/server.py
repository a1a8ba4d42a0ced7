"""One PostgreSQL server process: made, started, asked, stopped. Who shares it is ``cluster``'s affair."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypedDict

import psycopg

from landline.postgres.binaries import Binaries
from landline.postgres.errors import ClusterError
from landline.postgres.location import ClusterLocation, ServerUser

START_SECONDS = 60.0
STOP_SECONDS = 30.0
OWNER = "postgres"
SERVER_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

# Statements and rows stay out of the server's log: they hold people's messages.
BASE_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    # Files of the log that are there are used again; to make one holds up every commit for tens of milliseconds.
    "min_wal_size": "512MB",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_truncate_on_rotation": "on",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


def initialise(location: ClusterLocation, binaries: Binaries) -> None:
    """Makes an empty cluster; a half-made one from an interrupted start is made anew.

    Raises ClusterError with initdb's last words.
    """
    if (location.data / "PG_VERSION").exists():
        return
    unfinished = location.folder / "data.unfinished"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    make_folder(unfinished, location.user)
    run_as(
        location.user,
        [
            binaries.program("initdb"),
            f"--pgdata={unfinished}",
            f"--username={OWNER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--data-checksums",
        ],
    )
    unfinished.rename(location.data)


def version_check(location: ClusterLocation, binaries: Binaries) -> None:
    """Raises ClusterError when the data were written by another major version."""
    kept = (location.data / "PG_VERSION").read_text(encoding="ascii").strip()
    if kept == str(binaries.major_version):
        return
    server = f"-h {location.socket} -U {OWNER}"
    raise ClusterError(
        f"{location.data} was written by PostgreSQL {kept} and the programs here are PostgreSQL "
        f"{binaries.major_version}: dump it with the old programs (`pg_ctl -D {location.data} "
        f'-o "-k {location.socket} -c listen_addresses=" -w start`, `pg_dump {server} -Fc landline > '
        f"landline.dump`, `pg_ctl -D {location.data} stop`), move that folder away, start Landline and while "
        f"it runs, load the dump with `pg_restore {server} -d landline --clean --if-exists landline.dump`."
    )


def start(
    location: ClusterLocation, binaries: Binaries, settings: Mapping[str, str], *, ends_with_us: bool
) -> subprocess.Popen[bytes]:
    """Starts the server in its own session and returns once it accepts connections.

    Raises ClusterError with the server's last words when it does not within START_SECONDS.
    """
    for folder in (location.socket, location.log):
        make_folder(folder, location.user)
    remove_stale_lock_files(location)
    deadline = time.monotonic() + START_SECONDS
    while True:
        process = launch(location, binaries, settings, ends_with_us=ends_with_us)
        while process.poll() is None and time.monotonic() < deadline:
            if answers(location):
                return process
            time.sleep(0.02)
        words = last_words(location)
        # After kill -9 the old server's children may hold its memory for a moment.
        if process.poll() is None or "pre-existing shared memory block" not in words:
            process.kill()
            process.wait()
            raise ClusterError(f"PostgreSQL did not start in {location.data}: {words}")
        if time.monotonic() >= deadline:
            raise ClusterError(f"An earlier PostgreSQL in {location.data} does not end: {words}")
        time.sleep(0.1)


def launch(
    location: ClusterLocation, binaries: Binaries, settings: Mapping[str, str], *, ends_with_us: bool
) -> subprocess.Popen[bytes]:
    effective = {
        **BASE_SETTINGS,
        "unix_socket_directories": str(location.socket),
        "log_directory": str(location.log),
        **settings,
    }
    arguments = [binaries.program("postgres"), "-D", str(location.data)]
    for name, value in effective.items():
        arguments += ["-c", f"{name}={value}"]
    with start_log(location).open("wb") as output:
        return subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,
            preexec_fn=stop_when_parent_ends if ends_with_us and sys.platform == "linux" else None,  # noqa: PLW1509
            env=SERVER_ENVIRONMENT,
            **identity(location.user),
        )


def stop_when_parent_ends() -> None:
    """Runs in the new process before PostgreSQL does: the kernel will send it the fast-shutdown signal."""
    set_parent_death_signal = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGINT)


def stop(location: ClusterLocation, process: subprocess.Popen[bytes] | None) -> None:
    """Fast shutdown: open transactions are rolled back, committed ones are on disk.

    ``process`` is the server when it is our child, so that it is reaped.
    Raises ClusterError when it still runs after STOP_SECONDS.
    """
    pid = live_postmaster(location)
    if pid is not None:
        # It may end by itself in this moment.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + STOP_SECONDS
    while live_postmaster(location) is not None:
        if time.monotonic() >= deadline:
            raise ClusterError(f"PostgreSQL (process {pid}) in {location.data} did not stop.")
        time.sleep(0.02)
    if process is not None:
        process.wait(timeout=STOP_SECONDS)


def wait_until_answering(location: ClusterLocation) -> bool:
    """Waits for a live server that is still starting; False when it ended instead."""
    deadline = time.monotonic() + START_SECONDS
    while live_postmaster(location) is not None:
        if answers(location):
            return True
        if time.monotonic() >= deadline:
            raise ClusterError(
                f"PostgreSQL in {location.data} runs but does not answer on {location.socket}."
            )
        time.sleep(0.05)
    return False


def answers(location: ClusterLocation) -> bool:
    try:
        psycopg.connect(host=str(location.socket), user=OWNER, dbname="postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def live_postmaster(location: ClusterLocation) -> int | None:
    """The process id of the server of this very folder, if one lives."""
    pid = process_id_in(location.postmaster_pid_file)
    return pid if pid is not None and serves(pid, location.data) else None


def process_id_in(lock_file: Path) -> int | None:
    try:
        first_line = lock_file.read_text(encoding="utf-8", errors="replace").partition("\n")[0]
        return abs(int(first_line))
    except (FileNotFoundError, ValueError):
        return None


def serves(pid: int, data: Path) -> bool:
    """Whether the process is a PostgreSQL over ``data``, not a stranger that got an old number."""
    if Path("/proc/self/cwd").exists():
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == data.resolve()
        except OSError:
            return False
    answer = subprocess.run(
        ["/bin/ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False
    )
    return str(data) in answer.stdout


def remove_stale_lock_files(location: ClusterLocation) -> None:
    """Makes lock files of a dead server harmless whose process number now belongs to somebody else.

    The data folder's file keeps its other lines: by them PostgreSQL notices surviving children.
    """
    never_a_process = 2**31 - 1
    pid_file = location.postmaster_pid_file
    if process_id_in(pid_file) is not None:
        _, newline, rest = pid_file.read_text(encoding="utf-8", errors="replace").partition("\n")
        pid_file.write_text(f"{never_a_process}{newline}{rest}", encoding="utf-8")
    (location.socket / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def last_words(location: ClusterLocation) -> str:
    """The reason a server gave for not starting, on one line."""
    logs = sorted(location.log.glob("postgresql-*.log"), key=lambda path: path.stat().st_mtime)
    lines = [
        line.strip()
        for path in [*logs[-1:], start_log(location)]
        if path.exists()
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
        if "FATAL" in line or "PANIC" in line or "could not" in line or "error" in line
    ]
    return lines[-1] if lines else f"see {location.log}"


def start_log(location: ClusterLocation) -> Path:
    return location.folder / "start.log"


def make_folder(folder: Path, user: ServerUser | None) -> None:
    """A folder only the server's user can enter; refuses one that somebody else prepared."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if user is not None and folder.stat().st_uid == 0:
        os.chown(folder, user.uid, user.gid)
    status = folder.lstat()
    if (
        status.st_uid != (os.geteuid() if user is None else user.uid)
        or not folder.is_dir()
        or folder.is_symlink()
    ):
        raise ClusterError(
            f"{folder} belongs to another user: remove it, or set LANDLINE_DATA_DIR elsewhere."
        )
    folder.chmod(0o700)


def run_as(user: ServerUser | None, command: list[str]) -> None:
    """Runs a program as the server's user; raises ClusterError with its reason when it fails."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=SERVER_ENVIRONMENT,
        **identity(user),
    )
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no word"]
        # What it says last is how it tidies up.
        words = next((line for line in lines if "error:" in line or "FATAL" in line), lines[-1])
        raise ClusterError(f"{Path(command[0]).name} failed: {words.strip()}")


class Identity(TypedDict, total=False):
    """Popen's arguments that lower root to another user."""

    user: int
    group: int
    extra_groups: list[int]


def identity(user: ServerUser | None) -> Identity:
    return {} if user is None else {"user": user.uid, "group": user.gid, "extra_groups": []}
