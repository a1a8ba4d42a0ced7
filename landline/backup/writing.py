"""Writing a backup: under another name until it is whole, for its owner only."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Protocol

from landline.backup.errors import BackupError

DUMP: Final = "landline/database.dump"
MANIFEST: Final = "landline/manifest.json"
MEDIA: Final = "landline/media/"
BLOCK: Final = 512
PORTION: Final = 1 << 20

UNFINISHED: Final = ".landline-unfinished"


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Writer:
    """Members one after another; how long each is may be known after it only."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def add(self, name: str, source: Readable, on_bytes: Callable[[int], None]) -> tuple[int, str]:
        """Copies ``source`` to its end; returns its size and hash. Raises ``OSError``."""
        place = self._file.tell()
        self._file.write(bytes(BLOCK))
        size, digest = 0, hashlib.sha256()
        while portion := source.read(PORTION):
            self._file.write(portion)
            digest.update(portion)
            size += len(portion)
            on_bytes(len(portion))
        self._file.write(bytes(-size % BLOCK))
        end = self._file.tell()
        self._file.seek(place)
        self._file.write(header(name, size))
        self._file.seek(end)
        return size, digest.hexdigest()

    def drop(self, place: int) -> None:
        """Cuts off what was added from ``place`` on."""
        self._file.seek(place)
        self._file.truncate()

    @property
    def place(self) -> int:
        return self._file.tell()

    def end(self) -> None:
        self._file.write(bytes(2 * BLOCK))


def header(name: str, size: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member.tobuf(tarfile.GNU_FORMAT)


@contextmanager
def backup_file(path: Path) -> Iterator[Writer]:
    """A context manager: the file is there, and whole, only if the block ends without an error. Raises BackupError."""
    if path.exists():
        raise BackupError(f"{path} exists already: name another file.")
    unfinished = path.with_name(f".{path.name}{UNFINISHED}")
    try:
        left_behind_remove(path.parent)
        file = os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except FileExistsError:
        raise BackupError(f"another backup to {path} is being made.") from None
    except OSError as error:
        raise not_written(path, error) from error
    try:
        with file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            writer = Writer(file)
            yield writer
            writer.end()
            file.flush()
            os.fsync(file.fileno())
            unfinished.rename(path)
        folder_sync(path.parent)
    except OSError as error:
        raise not_written(path, error) from error
    finally:
        unfinished.unlink(missing_ok=True)


def left_behind_remove(folder: Path) -> None:
    """What killed backups left: nobody holds its lock any more."""
    for left in folder.glob(f".*{UNFINISHED}"):
        with left.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            left.unlink(missing_ok=True)


def folder_sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def not_written(path: Path, error: OSError) -> BackupError:
    return BackupError(f"{path} could not be written ({error.strerror or error}). No backup was made.")
