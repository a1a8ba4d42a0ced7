"""What travels over the socket, encoded: shapes are in ``communications.schemas.frames``."""

from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from communications.feed.changes import Changes
from communications.feed.cursor import Cursor
from communications.feed.documents import ChangedRow, GoneRow
from communications.schemas.frames import HelloFrame, PingFrame, PongFrame, PresenceFrame, ResetFrame
from communications.schemas.scope import Scope

_encoder: Final = msgspec.json.Encoder()

PING: Final = _encoder.encode(PingFrame())
PONG: Final = _encoder.encode(PongFrame())


def hello(*, epoch: str, cursor: str, build: str, user_id: int, heartbeat_seconds: int) -> bytes:
    return _encoder.encode(
        HelloFrame(
            epoch=epoch,
            cursor=cursor,
            build=build,
            user_id=str(user_id),
            heartbeat_seconds=heartbeat_seconds,
        )
    )


def reset(reason: str) -> bytes:
    return _encoder.encode(ResetFrame(reason=reason))


def presence(frame: PresenceFrame) -> bytes:
    return _encoder.encode(frame)


def moved(cursor: Cursor) -> bytes:
    """Nothing changed for the reader, and the position moved on."""
    return _changes({}, cursor.encode(), more=False)


def page(changes: Changes) -> bytes:
    """The frame of a page that was read for one reader."""
    user_id = changes.scope.user_id if changes.scope is not None else None
    encoded = [(row, msgspec.Raw(_encoder.encode(row.document))) for row in changes.rows]
    return _changes(
        _by_entity(encoded),
        changes.cursor.encode(),
        more=changes.more,
        gone=changes.gone,
        granted=changes.granted.get(user_id, ()) if user_id is not None else (),
        revoked=changes.revoked.get(user_id, ()) if user_id is not None else (),
    )


class LiveFrames:
    """The frames of one page of everybody's changes.

    Each row is encoded once, and each frame once for all readers that see the same. They never say ``more``:
    what follows need not concern the same readers.
    """

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._cursor = changes.cursor.encode()
        self._rows = [(row, msgspec.Raw(_encoder.encode(row.document))) for row in changes.rows]
        self._shared: dict[frozenset[int], bytes | None] = {}
        self._persons = {
            *(row.user_id for row in changes.rows),
            *(row.user_id for row in changes.gone),
            *changes.granted,
            *changes.revoked,
        }

    def for_reader(self, scope: Scope, *, before: frozenset[int]) -> bytes | None:
        """The frame for somebody who sees ``scope`` and had seen the channels ``before``.

        ``None`` if nothing in the page concerns them.
        """
        if scope.user_id in self._persons:
            return self._personal(scope, before)
        channels = scope.channels
        if channels not in self._shared:
            self._shared[channels] = self._frame(
                lambda row: row.user_id is None and row.channel_id in channels
            )
        return self._shared[channels]

    def _personal(self, scope: Scope, before: frozenset[int]) -> bytes | None:
        return self._frame(
            lambda row: row.channel_id in scope.channels and row.user_id in (None, scope.user_id),
            granted=self._changes.granted.get(scope.user_id, frozenset()) - before,
            revoked=self._changes.revoked.get(scope.user_id, frozenset()),
        )

    def _frame(
        self,
        concerns: Callable[[ChangedRow | GoneRow], bool],
        granted: Iterable[int] = (),
        revoked: Iterable[int] = (),
    ) -> bytes | None:
        rows = [(row, encoded) for row, encoded in self._rows if concerns(row)]
        gone = [row for row in self._changes.gone if concerns(row)]
        if not (rows or gone or granted or revoked):
            return None
        return _changes(
            _by_entity(rows), self._cursor, more=False, gone=gone, granted=granted, revoked=revoked
        )


def _by_entity(rows: Iterable[tuple[ChangedRow, msgspec.Raw]]) -> dict[str, list[msgspec.Raw]]:
    by_entity: dict[str, list[msgspec.Raw]] = {}
    for row, encoded in rows:
        by_entity.setdefault(row.entity, []).append(encoded)
    return by_entity


def _changes(
    rows: dict[str, list[msgspec.Raw]],
    cursor: str,
    *,
    more: bool,
    gone: Iterable[GoneRow] = (),
    granted: Iterable[int] = (),
    revoked: Iterable[int] = (),
) -> bytes:
    frame: dict[str, Any] = {"type": "changes", "rows": rows}
    lists: tuple[tuple[str, list[Any]], ...] = (
        ("gone", [{"entity": row.entity, "id": str(row.id), "version": row.version} for row in gone]),
        ("granted", [str(channel) for channel in sorted(granted)]),
        ("revoked", [str(channel) for channel in sorted(revoked)]),
    )
    frame |= {name: listed for name, listed in lists if listed}
    return _encoder.encode(frame | {"more": more, "cursor": cursor})
