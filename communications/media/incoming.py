"""A file on its way in: to disk piece by piece, with a cap, room left on the disk, and its hash taken on the way (I2)."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from communications.media.content_type import HEAD_BYTES

WRITE_BYTES: Final = 1_000_000
ABANDONED_AFTER_SECONDS: Final = 3_600


class NoRoom(OSError):
    """The disk would be left with less free space than ``LANDLINE_MEDIA_KEEP_FREE_MB``."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A whole file on this disk. ``head`` are its first bytes, ``sha256`` the hash of all of them."""

    path: Path
    size_bytes: int
    sha256: bytes
    head: bytes


def incoming_folder() -> Path:
    """On the data folder's disk, made when missing, for nobody else to read."""
    folder: Path = settings.LANDLINE_DATA_DIR / "incoming"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@contextmanager
def working_folder() -> Iterator[Path]:
    """A folder for one file and what is made of it, gone afterwards."""
    folder = Path(tempfile.mkdtemp(dir=incoming_folder()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def abandoned_remove() -> None:
    """What a killed worker left behind."""
    for folder in incoming_folder().iterdir():
        if time.time() - folder.stat().st_mtime > ABANDONED_AFTER_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def room_check(size_bytes: int = 0) -> None:
    """Raises ``NoRoom`` where that many bytes more would leave too little."""
    free = shutil.disk_usage(incoming_folder()).free
    if free - size_bytes < settings.LANDLINE_MEDIA_KEEP_FREE_BYTES:
        raise NoRoom(errno.ENOSPC, f"{free:,} bytes free")


async def file_receive(chunks: AsyncIterator[bytes], folder: Path) -> Arrived:
    """The file, once all of it is on disk. Raises ``NoRoom``, ``OSError``, and whatever ``chunks`` raises."""
    path = folder / "content"
    digest = hashlib.sha256()
    head, size_bytes = b"", 0
    with path.open("xb") as target:

        def write(piece: bytes) -> None:
            room_check(len(piece))
            digest.update(piece)
            target.write(piece)

        async for piece in _gathered(chunks):
            head = head or piece[:HEAD_BYTES]
            size_bytes += len(piece)
            await asyncio.to_thread(write, piece)
        target.flush()
        await asyncio.to_thread(os.fsync, target.fileno())
    return Arrived(path, size_bytes, digest.digest(), head)


async def _gathered(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Pieces worth a write each; the first is at least as long as what a type is told by."""
    waiting = bytearray()
    async for chunk in chunks:
        waiting += chunk
        if len(waiting) >= WRITE_BYTES:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)
