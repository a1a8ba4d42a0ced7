"""Database servers of a test's own: started, crashed, copied, dumped, followed by a standby."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from landline.postgres import server
from landline.postgres.binaries import find_binaries
from landline.postgres.cluster import Cluster
from landline.postgres.roles import OWNER
from tests.processes import wait_until

# Much faster on a busy machine, and safe as long as only processes die, not the machine.
FAST = {"fsync": "off", "full_page_writes": "off"}


class OwnCluster(Cluster):
    """Commits are durable against the end of the server's processes."""

    def __init__(self, folder: Path, **settings: str) -> None:
        super().__init__(folder, settings=FAST | settings, ends_with_us=True)

    def owner(self, database: str = "landline") -> psycopg.Connection:
        return psycopg.connect(self.url(role=OWNER, database=database), autocommit=True)

    def runtime(self) -> psycopg.Connection:
        return psycopg.connect(self.url(), autocommit=True)

    def crash(self) -> None:
        """kill -9 of the whole server, then start it again: what had not reached its log is gone."""
        postmaster = psutil.Process(server.live_postmaster(self.location))
        backends = postmaster.children()
        postmaster.kill()
        for backend in backends:
            with suppress(psutil.NoSuchProcess):
                backend.kill()
        assert self._process is not None
        self._process.wait()
        self.restart()

    def log_writer_hold(self) -> None:
        """Until the crash, nothing reaches the log that nobody waits for."""
        with self.owner() as asking:
            [(pid,)] = asking.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'")
        os.kill(pid, signal.SIGSTOP)

    def crash_backend(self) -> None:
        """kill -9 of one server process: PostgreSQL ends all others, recovers, and goes on under the same postmaster."""
        with self.owner() as killed, self.owner() as other:
            os.kill(killed.info.backend_pid, signal.SIGKILL)
            with pytest.raises(psycopg.OperationalError):
                other.execute("SELECT pg_sleep(60)")
        wait_until(self._answers)

    def _answers(self) -> bool:
        try:
            with self.owner():
                return True
        except psycopg.OperationalError:
            return False

    def stop(self) -> None:
        server.stop(self.location, self._process)

    def program(self, name: str, *arguments: str, given: bytes = b"") -> bytes:
        """The output of one of PostgreSQL's programs."""
        binaries = find_binaries(self.location.user)
        return subprocess.run(
            [binaries.program(name), *arguments], check=True, capture_output=True, input=given
        ).stdout


@contextmanager
def folder_for_cluster() -> Iterator[Path]:
    """As root the server runs as another user, who has to get in."""
    folder = Path(tempfile.mkdtemp(prefix="landline-feed-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def copy_folder(source: Path, target: Path) -> None:
    """Of a stopped server, with owners and times."""
    if target.exists():
        shutil.rmtree(target)
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


def dump(cluster: OwnCluster) -> bytes:
    return cluster.program("pg_dump", "--format=custom", cluster.url(role=OWNER))


def restore(cluster: OwnCluster, content: bytes, *options: str) -> None:
    """Into the cluster's database, whose owner everything then is."""
    cluster.program("pg_restore", *options, "--dbname", cluster.url(role=OWNER), given=content)
