"""Where files are: a folder of this machine, or whatever storage ``LANDLINE_MEDIA_STORAGE`` names."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from django.core.files import File
from django.core.files.storage import Storage, storages

if TYPE_CHECKING:
    BytesFile = File[bytes]
else:
    BytesFile = File

ALIAS: Final = "media"


class StorageFailed(OSError):
    """The storage did not take a file; its own error is the cause."""


class FinishedFile(BytesFile):
    """A complete file that a storage on the same disk may take as it is instead of copying it."""

    def __init__(self, path: Path, opened: IO[bytes]) -> None:
        super().__init__(opened, name=path.name)
        self._path = path

    def temporary_file_path(self) -> str:
        return str(self._path)


def media_storage() -> Storage:
    return storages[ALIAS]


def key_make() -> str:
    """A random key, in one of 256 folders: it tells nothing of the content, and nobody guesses it."""
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name}"


def thumbnail_key(key: str) -> str:
    """Where the thumbnail of the file under ``key`` lies."""
    return f"{key}.thumbnail"


def file_put(path: Path, key: str) -> None:
    """Hands a finished file over; the file at ``path`` may be gone then.

    Raises ``OSError``: ``StorageFailed`` where the storage has errors of its own kind.
    """
    storage = media_storage()
    try:
        with path.open("rb") as opened:
            stored_as = storage.save(key, FinishedFile(path, opened))
    except OSError:
        raise
    except Exception as error:
        raise StorageFailed(type(error).__name__) from error
    if stored_as != key:
        storage.delete(stored_as)
        raise StorageFailed("the storage chose another key")


def file_open(key: str) -> BytesFile:
    """Raises ``FileNotFoundError``, or what the storage raises."""
    return media_storage().open(key, "rb")


def file_remove(key: str) -> None:
    """Removes a file with its thumbnail; it is no error if neither is there."""
    media_storage().delete(key)
    media_storage().delete(thumbnail_key(key))
