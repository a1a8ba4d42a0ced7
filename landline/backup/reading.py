"""Reading a backup: what is in it, and whether it is whole."""

from __future__ import annotations

import hashlib
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, NamedTuple

import msgspec

from landline.backup.errors import BackupError, DamagedBackup
from landline.backup.manifest import FORMAT, Manifest
from landline.backup.writing import BLOCK, DUMP, MANIFEST, MEDIA, PORTION

KEY: Final = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}(\.thumbnail)?")
MANIFEST_MAX_BYTES: Final = 256_000_000


class Member(NamedTuple):
    name: str
    offset: int
    size: int

    @property
    def media_key(self) -> str:
        return self.name.removeprefix(MEDIA)


class Backup:
    """An opened backup. What reads it raises DamagedBackup as soon as something is wrong."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path = path
        self._file = file
        self.size_bytes = path.stat().st_size
        self.manifest = self._manifest()

    def members(self) -> Iterator[Member]:
        offset, count = 0, 0
        while True:
            self._file.seek(offset)
            block = self._file.read(BLOCK)
            if block == bytes(BLOCK):
                return
            try:
                told = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
            except (tarfile.HeaderError, UnicodeDecodeError):
                raise self._not_whole(begun=count > 0) from None
            offset += BLOCK
            if offset + told.size > self.size_bytes:
                raise self._not_whole(begun=count > 0 or told.name == DUMP)
            yield Member(told.name, offset, told.size)
            offset += told.size + -told.size % BLOCK
            count += 1

    def media(self) -> Iterator[Member]:
        for member in self.members():
            if member.name.startswith(MEDIA):
                if KEY.fullmatch(member.media_key) is None:
                    raise DamagedBackup(f"{self.path} holds a file of an impossible name.")
                yield member

    def portions(self, member: Member) -> Iterator[bytes]:
        """The position of the file is our own between two portions."""
        done = 0
        while done < member.size:
            self._file.seek(member.offset + done)
            portion = self._file.read(min(PORTION, member.size - done))
            if not portion:
                raise self._not_whole(begun=True)
            done += len(portion)
            yield portion

    def dump(self) -> Member:
        return next(member for member in self.members() if member.name == DUMP)

    def check(self, media_list: IO[bytes], on_bytes: Callable[[int], None]) -> None:
        """Reads everything once and compares it with the manifest; writes key and hash of each file to ``media_list``."""
        files, size, listed = 0, 0, hashlib.sha256()
        for member in self.members():
            if member.name == MANIFEST:
                continue
            digest = hashlib.sha256()
            for portion in self.portions(member):
                digest.update(portion)
                on_bytes(len(portion))
            if member.name == DUMP:
                if digest.hexdigest() != self.manifest.dump_sha256:
                    raise DamagedBackup(f"{self.path} is damaged: its database is not what was written.")
                continue
            files, size = files + 1, size + member.size
            line = media_line(member.media_key, digest.hexdigest())
            listed.update(line)
            media_list.write(line)
        told = self.manifest.media
        if (files, size, listed.hexdigest()) != (told.files, told.size_bytes, told.digest):
            raise DamagedBackup(f"{self.path} is damaged: its files are not those that were written.")

    def _manifest(self) -> Manifest:
        found = [member for member in self.members() if member.name in (DUMP, MANIFEST)]
        if [member.name for member in found] != [DUMP, MANIFEST] or found[1].size > MANIFEST_MAX_BYTES:
            raise self._not_whole(begun=bool(found))
        raw = b"".join(self.portions(found[1]))
        try:
            format_told = msgspec.json.decode(raw, type=dict[str, object]).get("format")
            if isinstance(format_told, int) and format_told > FORMAT:
                raise BackupError(f"{self.path} was made by a newer Landline: restore it with that version.")
            return msgspec.json.decode(raw, type=Manifest)
        except msgspec.DecodeError:
            raise DamagedBackup(f"{self.path} is damaged: its manifest cannot be read.") from None

    def _not_whole(self, *, begun: bool) -> DamagedBackup:
        if begun:
            return DamagedBackup(f"{self.path} is not a whole backup: its end is missing, or it is damaged.")
        return DamagedBackup(f"{self.path} is no backup of Landline.")


def media_line(key: str, sha256: str) -> bytes:
    return f"{key}\t{sha256}\n".encode()


@contextmanager
def backup_open(path: Path) -> Iterator[Backup]:
    """Raises BackupError."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise BackupError(f"{path} cannot be read ({error.strerror}).") from error
    with file:
        yield Backup(path, file)
