"""The feed cursor: an opaque string of at most 4 kB that says which database, and what of it a reader has seen."""

import base64
import binascii
import uuid
from itertools import pairwise
from typing import Annotated, Final, Self

import msgspec
from msgspec import Meta

CURSOR_MAX_BYTES: Final = 4_000
_SNAPSHOT_MAX_CHARACTERS: Final = 1_300

Snapshot = Annotated[str, Meta(pattern=r"^[0-9]{1,20}:[0-9]{1,20}:[0-9,]*$", max_length=2_000)]
Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Version = Annotated[str, Meta(pattern=r"^[0-9]{1,20}$")]


class MalformedCursor(ValueError):
    """Not a cursor of this feed; the reader starts anew."""


class Position(msgspec.Struct, frozen=True, array_like=True):
    """Inside a catch-up of several pages: the last row handed out."""

    entity: Number
    version: Version
    id: Number


class Cursor(
    msgspec.Struct,
    frozen=True,
    rename={"epoch": "e", "mark": "m", "seen": "s", "target": "t", "position": "p"},
):
    """``seen`` is the snapshot a reader has seen all of. Between pages ``target`` is what it will have seen after the last one."""

    epoch: uuid.UUID
    mark: uuid.UUID
    seen: Snapshot
    target: Snapshot | None = None
    position: Position | None = None

    def encode(self) -> str:
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str) -> Self:
        """Raises ``MalformedCursor`` for anything that ``encode`` does not make."""
        if len(text) > CURSOR_MAX_BYTES:
            raise MalformedCursor("longer than a cursor can be")
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            cursor = msgspec.json.decode(raw, type=cls)
        except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
            raise MalformedCursor(str(error)) from error
        for snapshot in (cursor.seen, cursor.target):
            if snapshot is not None:
                _check_snapshot(snapshot)
        if (cursor.target is None) != (cursor.position is None):
            raise MalformedCursor("half of a page")
        return cursor


def snapshot_shortened(snapshot: str) -> str:
    """The snapshot, or where many transactions ran at once one that has seen less and fits into a cursor."""
    if len(snapshot) <= _SNAPSHOT_MAX_CHARACTERS:
        return snapshot
    oldest_running = snapshot.split(":", 1)[0]
    return f"{oldest_running}:{oldest_running}:"


def _check_snapshot(snapshot: str) -> None:
    first, last, running = snapshot.split(":")
    oldest, newest = int(first), int(last)
    numbers = [int(number) for number in running.split(",")] if running else []
    in_order = all(one < other for one, other in pairwise(numbers))
    if not (
        0 < oldest <= newest < 2**63 and in_order and all(oldest <= number < newest for number in numbers)
    ):
        raise MalformedCursor("not a snapshot")
