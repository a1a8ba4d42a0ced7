"""The name under which a file is saved by a browser (I5)."""

from __future__ import annotations

import unicodedata
from typing import Final

from communications.media.content_type import file_extensions

NAME_MAX_CHARACTERS: Final = 120
EXTENSION_MAX_CHARACTERS: Final = 16
NAMELESS: Final = "file"

_FORBIDDEN: Final = frozenset('<>:"|?*')
_RESERVED_ON_WINDOWS: Final = frozenset(
    {
        "con",
        "prn",
        "aux",
        "nul",
        *(f"{device}{number}" for device in ("com", "lpt") for number in range(1, 10)),
    }
)


def file_name(told: str, kind: str, mime_type: str) -> str:
    """A name that is only a name: no folder, no control or direction character, never empty, never hidden, of bounded length.

    What a browser may show has an ending of its type, so that a saved copy cannot turn into something that runs.
    """
    base = told.replace("\\", "/").rpartition("/")[2]
    readable = "".join("_" if letter in _FORBIDDEN else letter for letter in base if _is_visible(letter))
    stem, extension = _parted(" ".join(readable.split()).strip(" ."))
    wanted = file_extensions(mime_type)
    if wanted and extension.lower() not in wanted:
        stem, extension = (f"{stem}.{extension}" if extension else stem), wanted[0]
    stem = stem[: NAME_MAX_CHARACTERS - len(extension) - 1].rstrip(" .") or kind or NAMELESS
    if stem.partition(".")[0].lower() in _RESERVED_ON_WINDOWS:
        stem = f"_{stem}"
    return f"{stem}.{extension}" if extension else stem


def _parted(name: str) -> tuple[str, str]:
    stem, dot, extension = name.rpartition(".")
    if not dot or not stem or len(extension) > EXTENSION_MAX_CHARACTERS or not extension.isalnum():
        return name, ""
    return stem, extension


def _is_visible(letter: str) -> bool:
    """Neither control (Cc) nor format (Cf: directions, joiners) nor half of a pair (Cs); spaces are."""
    return letter == " " or unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
