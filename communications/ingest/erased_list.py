"""What was erased, listed outside the database, so that a database restored from a backup knows what must not come back.

There is one file for each epoch of the database, since a restored database may know less than the earlier list. A mark is a keyed
hash: whoever has the list, which holds the key, can test whether a given name was erased, and learns nothing else.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from communications.selectors.queries import rows

FOLDER: Final = "erased"
SUFFIX: Final = ".marks"
BEGINNING: Final = "landline erased marks 1"
END: Final = "end"
ROWS_AT_ONCE: Final = 10_000

_STANDING: Final = """
SELECT coalesce((SELECT epoch::text FROM communications_feedepoch), 'unborn'),
       (SELECT encode(key, 'hex') FROM communications_erasurekey),
       (SELECT count(*)::text || ' ' || coalesce(max(greatest(began_at, ended_at))::text, '') FROM communications_erasure)
"""

_MARKS: Final = """
SELECT encode(digest, 'hex'), erased_at FROM communications_erasedmark WHERE digest > decode(%s, 'hex') ORDER BY digest LIMIT %s
"""


class _Standing(NamedTuple):
    """``key`` is ``None`` where nothing was ever erased; ``erasures`` differs after every erasure."""

    epoch: str
    key: str | None
    erasures: str


def erased_list_keep(data_dir: Path) -> bool:
    """Writes the list where something was erased since it was written; returns whether it did. Raises ``OSError``."""
    standing = _Standing(*rows(_STANDING, [])[0])
    if standing.key is None:
        return False
    folder = data_dir / FOLDER
    place = folder / f"{standing.epoch}{SUFFIX}"
    beginning = f"{BEGINNING}: {standing.erasures}"
    if _first_line(place) == beginning:
        return False
    folder.mkdir(mode=0o700, exist_ok=True)
    unfinished = place.with_suffix(".unfinished")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"{beginning}\n{standing.key}\n")
        file.writelines(_lines())
        file.write(f"{END}\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(place)
    return True


def _first_line(place: Path) -> str:
    try:
        with place.open() as file:
            return file.readline().rstrip("\n")
    except FileNotFoundError:
        return ""


def _lines() -> Iterator[str]:
    last = ""
    while marks := rows(_MARKS, [last, ROWS_AT_ONCE]):
        for digest, erased_at in marks:
            yield f"{digest} {erased_at.isoformat()}\n"
        last = marks[-1][0]
