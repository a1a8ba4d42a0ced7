"""The benchmark's own PostgreSQL, and the prepared database that every cell gets a fresh copy of."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from bench.measured import BenchmarkError
from landline.bootstrap import terminate_by_exception
from landline.postgres.binaries import find_binaries
from landline.postgres.cluster import Cluster
from landline.postgres.roles import OWNER, RUNTIME, runtime_grants_set
from landline.postgres.server import live_postmaster

# One checkpoint policy for every cell: none falls into a cell, since each begins with one.
POSTGRES_SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "250",
    "shared_buffers": "512MB",
    "min_wal_size": "2GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
}


LOG_FILES = 120


class Installation:
    """A context manager: inside it the server runs; afterwards, a signal's way out included, nothing of it is left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.webhook_secret = secrets.token_hex(32)
        self._secret_key = secrets.token_urlsafe(48)
        self._cluster = Cluster(folder, settings=POSTGRES_SETTINGS, ends_with_us=True)

    def __enter__(self) -> Self:
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self._lock = self.folder.with_suffix(".lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BenchmarkError("Another benchmark is running in this folder: wait for its end.") from None
        self._remove()
        self.folder.mkdir()
        terminate_by_exception()
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            terminate_by_exception(signal.SIGHUP)
        self._cluster.acquire()
        self._log_files_make()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._cluster.release()
        self._remove()
        self._lock.close()

    def _log_files_make(self) -> None:
        """As a server that has run for a while has them: files of its log that it uses again."""
        with self.owner_connection() as connection:
            for _ in range(LOG_FILES):
                connection.execute("SELECT pg_logical_emit_message(false, 'bench', ''), pg_switch_wal()")
            connection.execute("CHECKPOINT")
            connection.execute("CHECKPOINT")

    @property
    def postmaster(self) -> int:
        pid = live_postmaster(self._cluster.location)
        if pid is None:
            raise RuntimeError("PostgreSQL has ended")
        return pid

    @property
    def socket(self) -> str:
        return str(self._cluster.location.socket)

    def program(self, name: str) -> str:
        """A program of the same PostgreSQL, such as ``pgbench``."""
        return find_binaries(self._cluster.location.user).program(name)

    def variables(self, database: str) -> dict[str, str]:
        """The environment of Landline's programs over this database."""
        return {
            "DATABASE_URL": self._cluster.url(role=RUNTIME, database=database),
            "LANDLINE_DATABASE_OWNER_URL": self._cluster.url(role=OWNER, database=database),
            "LANDLINE_DATA_DIR": str(self.folder),
            "LANDLINE_SECRET_KEY": self._secret_key,
            "LANDLINE_WEBHOOK_SECRET": self.webhook_secret,
        }

    def owner_connection(self, database: str = "postgres") -> psycopg.Connection:
        """A new autocommit connection with the owner's rights."""
        return psycopg.connect(self._cluster.url(role=OWNER, database=database), autocommit=True)

    def database_make(self, name: str) -> None:
        """A database with the product's schema and nothing in it."""
        with self.owner_connection() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with self.owner_connection(name) as connection:
            runtime_grants_set(connection, RUNTIME)
        subprocess.run(
            [sys.executable, "-m", "landline", "migrate"],
            env={**os.environ, **self.variables(name)},
            stdout=subprocess.DEVNULL,
            check=True,
        )

    @contextmanager
    def fresh_copy(self, template: str, name: str) -> Iterator[None]:
        """A copy of a database under this name, for as long as a cell lasts."""
        identifier, original = sql.Identifier(name), sql.Identifier(template)
        with self.owner_connection() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(identifier, original)
            )
            try:
                yield
            finally:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))

    def checkpoint(self) -> None:
        with self.owner_connection() as connection:
            connection.execute("CHECKPOINT")

    def _remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self._cluster.location.folder, ignore_errors=True)
