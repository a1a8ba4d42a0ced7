"""One embedded cluster and the programs that share it.

Every program that uses the cluster holds a shared lock on ``use.lock``; one that can turn its lock
exclusive on leaving is the last, and stops the server. A server left behind by a killed program is
simply used by the next one. Starting is serialised by ``start.lock``. The kernel drops both locks when
their holder dies, so no crash leaves anything to clean up.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from subprocess import Popen
from types import TracebackType
from typing import Self
from urllib.parse import quote

from landline.postgres import roles, server
from landline.postgres.binaries import find_binaries
from landline.postgres.errors import ClusterError
from landline.postgres.location import ClusterLocation, locate

LOCK_SECONDS = 120.0

# For throw-away clusters: twice as fast, and a crash of the machine loses the data.
WITHOUT_DURABILITY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# Servers this program started and others still use: nobody waits for them, and that is no mistake.
LEFT_TO_OTHERS: list[Popen[bytes]] = []


class Cluster:
    """A context manager: inside it the server of ``data_dir`` runs, whoever started it.

    ``settings`` are PostgreSQL parameters used if this program is the one that starts the server;
    ``ends_with_us`` then has the kernel stop the server when this program is killed (Linux only).
    ``announce`` gets a sentence when something slow or surprising happens.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        settings: Mapping[str, str] | None = None,
        ends_with_us: bool = False,
        announce: Callable[[str], None] | None = None,
    ) -> None:
        self.location: ClusterLocation = locate(data_dir)
        self._settings = dict(settings or {})
        self._ends_with_us = ends_with_us
        self._announce = announce or (lambda _sentence: None)
        self._process: Popen[bytes] | None = None
        self._use_lock: int | None = None

    def url(self, *, role: str = roles.RUNTIME, database: str = roles.DATABASE) -> str:
        """A libpq URL over the unix socket."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.location.socket), safe='')}"

    def acquire(self) -> None:
        """Makes, starts or joins the server. Raises ClusterError with a sentence."""
        if self._use_lock is not None:
            raise RuntimeError("this Cluster is already acquired")
        self._make_folder()
        start_lock = self._lock("start.lock", fcntl.LOCK_EX)
        try:
            self._use_lock = self._lock("use.lock", fcntl.LOCK_SH)
            try:
                self._join_or_start()
                roles.database_prepare(self.url(role=roles.OWNER, database="postgres"))
            except BaseException:
                self.release()
                raise
        finally:
            os.close(start_lock)

    def release(self) -> None:
        """Leaves the server; stops it if nobody else uses it."""
        if self._use_lock is None:
            return
        use_lock, self._use_lock = self._use_lock, None
        try:
            fcntl.flock(use_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if self._process is not None:
                LEFT_TO_OTHERS.append(self._process)
        else:
            server.stop(self.location, self._process)
        finally:
            os.close(use_lock)

    def is_running(self) -> bool:
        return server.live_postmaster(self.location) is not None

    def restart(self) -> None:
        """Starts the server again after it died under its users; they keep their locks."""
        start_lock = self._lock("start.lock", fcntl.LOCK_EX)
        try:
            if self._process is not None:
                self._process.wait()
            self._join_or_start()
        finally:
            os.close(start_lock)

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()

    def _join_or_start(self) -> None:
        location = self.location
        if server.live_postmaster(location) is not None and server.wait_until_answering(location):
            return
        binaries = find_binaries(location.user)
        if not (location.data / "PG_VERSION").exists():
            if location.moved_from is not None:
                self._announce(
                    f"{location.moved_from} cannot be entered by the user PostgreSQL runs as; "
                    f"the database is in {location.folder}"
                )
            self._announce(f"Making a PostgreSQL {binaries.major_version} database in {location.data}")
        server.initialise(location, binaries)
        server.version_check(location, binaries)
        self._process = server.start(location, binaries, self._settings, ends_with_us=self._ends_with_us)

    def _make_folder(self) -> None:
        location = self.location
        try:
            location.folder.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
            location.folder.mkdir(mode=0o711, exist_ok=True)
        except OSError as error:
            raise ClusterError(
                f"{location.folder} cannot be made ({error.strerror}): set LANDLINE_DATA_DIR to a folder "
                "this user may write to."
            ) from error

    def _lock(self, name: str, operation: int) -> int:
        """An open file with the lock; raises ClusterError when others hold it for too long."""
        path = self.location.folder / name
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ClusterError(
                f"{path} cannot be opened ({error.strerror}): run as the user who owns that folder, or set "
                "LANDLINE_DATA_DIR to another folder."
            ) from error
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    os.close(descriptor)
                    raise ClusterError(
                        f"Another program has been starting or stopping {path.parent} for too long."
                    ) from None
                time.sleep(0.05)
            else:
                return descriptor
