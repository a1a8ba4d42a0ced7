"""A storage that is no folder of ours, as an object store is none: it gives portions, and has errors of its own kind."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

from django.core.files import File
from django.core.files.storage import Storage
from django.utils.deconstruct import deconstructible

LARGEST_PORTION = 1 << 20


class OutOfReach(Exception):
    """While a file of this name lies in the place."""


class Streamed(File):
    """Of which nobody may ask for everything at once."""

    def read(self, size: int) -> bytes:
        assert 0 < size <= LARGEST_PORTION
        portion: bytes = self.file.read(size)
        return portion


@deconstructible
class Bucket(Storage):
    def __init__(self, place: str) -> None:
        self._place = Path(place)

    def _path(self, name: str) -> Path:
        if (self._place / "out of reach").exists():
            raise OutOfReach("it cannot be reached")
        return self._place / name

    def _open(self, name: str, mode: str = "rb") -> Streamed:
        return Streamed(self._path(name).open(mode))

    def _save(self, name: str, content: IO[Any]) -> str:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.read())
        return name

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def exists(self, name: str) -> bool:
        return self._path(name).exists()

    def size(self, name: str) -> int:
        return self._path(name).stat().st_size
