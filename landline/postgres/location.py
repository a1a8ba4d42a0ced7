"""Where an embedded cluster lives, and as which operating-system user its server runs.

PostgreSQL refuses to run as root, so a root process starts it as another user, who must be able to enter
every folder on the way to the data.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

# sun_path holds 107 bytes on Linux, 103 on macOS; PostgreSQL adds "/.s.PGSQL.5432".
LONGEST_SOCKET_FOLDER_BYTES = 88
SERVER_USER_NAMES = ("landline", "postgres", "nobody")
FOLDER_FOR_ROOT = Path("/var/lib/landline")
SHARED_TEMPORARY_FOLDER = Path("/tmp")  # noqa: S108  (fixed: every program must find the same socket)


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The user a root process hands the server to."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class ClusterLocation:
    """The folders of one cluster; ``user`` is None when the server runs as the user who starts it."""

    folder: Path
    socket: Path
    user: ServerUser | None
    moved_from: Path | None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def postmaster_pid_file(self) -> Path:
        return self.data / "postmaster.pid"


def locate(data_dir: Path) -> ClusterLocation:
    """The cluster that belongs to ``data_dir``, whether it exists yet or not; touches nothing."""
    folder = data_dir.absolute() / "postgres"
    user = server_user(folder)
    moved_from = None
    if user is not None and not can_enter(folder, user):
        moved_from = folder
        folder = FOLDER_FOR_ROOT / short_hash(folder)
        user = server_user(folder)
    return ClusterLocation(folder, socket_folder(folder, user), user, moved_from)


def server_user(folder: Path) -> ServerUser | None:
    """None unless we are root; an existing cluster keeps its owner."""
    if os.geteuid() != 0:
        return None
    try:
        owner = (folder / "data").stat().st_uid
    except OSError:
        owner = 0
    if owner != 0:
        return user_of(pwd.getpwuid(owner))
    for name in SERVER_USER_NAMES:
        try:
            return user_of(pwd.getpwnam(name))
        except KeyError:
            continue
    raise LookupError(f"none of the users {', '.join(SERVER_USER_NAMES)} exists")


def user_of(entry: pwd.struct_passwd) -> ServerUser:
    return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def can_enter(path: Path, user: ServerUser) -> bool:
    """Whether ``user`` may pass through every existing folder down to ``path``."""
    for folder in (path, *path.parents):
        try:
            status = folder.stat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        if not stat.S_ISDIR(status.st_mode):
            continue
        if status.st_uid == user.uid:
            permission = 0o100
        elif status.st_gid == user.gid:
            permission = 0o010
        else:
            permission = 0o001
        if not status.st_mode & permission:
            return False
    return True


def socket_folder(folder: Path, user: ServerUser | None) -> Path:
    inside = folder / "socket"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER_BYTES:
        return inside
    uid = os.geteuid() if user is None else user.uid
    return SHARED_TEMPORARY_FOLDER / f"landline-{uid}-{short_hash(folder)}"


def short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
