"""What travels over the socket, as docs/protocol.md names it."""

from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from communications.feed.changes import ChangedRow, Changes, GoneRow
from communications.schemas.scope import Scope

_encoder: Final = msgspec.json.Encoder()

PING: Final = b'{"type":"ping"}'
PONG: Final = b'{"type":"pong"}'
HEARTBEAT_SECONDS: Final = 20


def hello(*, epoch: str, cursor: str, build: str, user_id: int) -> bytes:
    return _encoder.encode(
        {
            "type": "hello",
            "epoch": epoch,
            "cursor": cursor,
            "build": build,
            "user_id": str(user_id),
            "heartbeat_seconds": HEARTBEAT_SECONDS,
        }
    )


def reset(reason: str) -> bytes:
    return _encoder.encode({"type": "reset", "reason": reason})


def presence(user: str, conversation_id: str, state: str) -> bytes:
    return _encoder.encode(
        {"type": "presence", "user": user, "conversation_id": conversation_id, "state": state}
    )


class ChangesFrames:
    """The frames of one page of changes: each row is encoded once, each frame once per group of readers that see the same."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._cursor = changes.cursor.encode()
        self._rows = [(row, msgspec.Raw(_encoder.encode(row.document))) for row in changes.rows]
        self._shared: dict[frozenset[int], bytes | None] = {}
        self._persons = {
            user
            for user in (
                *(row.user_id for row in changes.rows),
                *(row.user_id for row in changes.gone),
                *changes.granted,
                *changes.revoked,
            )
            if user is not None
        }

    @property
    def cursor(self) -> str:
        return self._cursor

    def for_reader(self, scope: Scope) -> bytes | None:
        """The frame for somebody with this scope; ``None`` if nothing in the page concerns them."""
        if scope.user_id in self._persons:
            return self._frame(
                lambda row: row.user_id == scope.user_id or self._is_shared(row, scope.channels),
                scope.user_id,
            )
        if scope.channels not in self._shared:
            self._shared[scope.channels] = self._frame(lambda row: self._is_shared(row, scope.channels), None)
        return self._shared[scope.channels]

    def whole(self, user_id: int) -> bytes:
        """The frame of a page that was read for one reader, empty or not."""
        return self._frame(lambda row: row.user_id in (None, user_id), user_id) or self.empty()

    def empty(self) -> bytes:
        """A frame that moves the cursor only."""
        return _encoder.encode(
            {"type": "changes", "rows": {}, "more": self._changes.more, "cursor": self._cursor}
        )

    @staticmethod
    def _is_shared(row: ChangedRow | GoneRow, channels: frozenset[int]) -> bool:
        return row.user_id is None and row.channel_id in channels

    def _frame(self, concerns: Callable[[Any], bool], user_id: int | None) -> bytes | None:
        rows: dict[str, list[msgspec.Raw]] = {}
        for row, encoded in self._rows:
            if concerns(row):
                rows.setdefault(row.entity, []).append(encoded)
        gone = [
            {"entity": row.entity, "id": str(row.id), "version": row.version}
            for row in self._changes.gone
            if concerns(row)
        ]
        granted = _ids(self._changes.granted.get(user_id, ())) if user_id is not None else []
        revoked = _ids(self._changes.revoked.get(user_id, ())) if user_id is not None else []
        if not (rows or gone or granted or revoked):
            return None
        frame: dict[str, Any] = {
            "type": "changes",
            "rows": rows,
            "more": self._changes.more,
            "cursor": self._cursor,
        }
        frame |= {
            name: value
            for name, value in (("gone", gone), ("granted", granted), ("revoked", revoked))
            if value
        }
        return _encoder.encode(frame)


def _ids(numbers: Iterable[int]) -> list[str]:
    return [str(number) for number in sorted(numbers)]
