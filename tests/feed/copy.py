"""What a browser keeps, as small as it can be: rows, what is gone, and the position."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from communications.schemas.frames import ChangesFrame
from tests.feed.stored import Key, Shown

ENTITIES = ("channel", "attendee", "conversation", "member", "message", "draft")


class Copy:
    """Applies a row only if its version is not lower than the one held, in any order and any number of times."""

    def __init__(self) -> None:
        self.rows: Shown = {}
        self.gone: dict[Key, int] = {}
        self.cursor = ""
        self.to_load: set[str] = set()

    def apply(self, frame: ChangesFrame) -> None:
        for channel in listed(frame.revoked):
            self._purge(channel)
        self.to_load |= set(listed(frame.granted))
        for entity in ENTITIES:
            self.write(entity, listed(getattr(frame.rows, entity)))
        for gone in listed(frame.gone):
            key, version = (gone.entity, gone.id), int(gone.version)
            self.gone[key] = max(version, self.gone.get(key, -1))
            held = self.rows.get(key)
            if held is not None and int(held.version) <= version:
                del self.rows[key]
        self.cursor = frame.cursor

    def write(self, entity: str, documents: Iterable[Any]) -> None:
        for document in documents:
            key, version = (entity, document.id), int(document.version)
            held = self.rows.get(key)
            if held is not None and version < int(held.version):
                continue
            if version > self.gone.get(key, -1):
                self.rows[key] = document

    def _purge(self, channel: str) -> None:
        self.to_load.discard(channel)
        self.rows = {
            key: row
            for key, row in self.rows.items()
            if getattr(row, "channel_id", None) != channel and key != ("channel", channel)
        }


def listed(value: Any) -> Any:
    """A list that may have been left out of a frame."""
    return value if isinstance(value, tuple) else ()
