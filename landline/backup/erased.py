"""The lists of what was erased, beside the data: read again for a database that is put back."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from communications.ingest.erased_list import BEGINNING, END, SUFFIX
from landline.backup.errors import BackupError

_HEX: Final = re.compile(r"([0-9a-f]{2})+")


class Mark(NamedTuple):
    """In hexadecimals, but for the moment."""

    key: str
    digest: str
    erased_at: str


def erased_marks(folder: Path) -> Iterator[Mark]:
    """Of every list in the folder, which need not be there. Raises BackupError for one that is not whole."""
    for place in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            with place.open(encoding="ascii") as file:
                yield from _marks(file)
        except (OSError, ValueError) as error:
            raise BackupError(
                f"{place} cannot be read as a list of what was erased ({error}): put a whole copy there, or take it away and "
                "erase again what was erased since the backup."
            ) from error


def _marks(lines: Iterator[str]) -> Iterator[Mark]:
    if not next(lines, "").startswith(BEGINNING):
        raise ValueError("it does not begin as one")
    key = _hex(next(lines, "").rstrip("\n"))
    for line in lines:
        if line == f"{END}\n":
            return
        digest, _, moment = line.rstrip("\n").partition(" ")
        yield Mark(key, _hex(digest), dt.datetime.fromisoformat(moment).isoformat())
    raise ValueError("its end is missing")


def _hex(text: str) -> str:
    if _HEX.fullmatch(text) is None:
        raise ValueError("a line of it is no hash")
    return text
