"""One page of changes, read in one snapshot."""

import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import msgspec
import psycopg
from psycopg import AsyncConnection

from communications.feed.access import scope_of, scope_question
from communications.feed.cursor import Cursor, Position
from communications.feed.documents import ChangedDocuments, ChangedRow, GoneRow
from communications.feed.entities import ACCESS, LOST_ACCESS, STANDING, Key, changed_keys
from communications.feed.questions import Question, ask
from communications.feed.standing import (
    STANDING_QUESTION,
    Standing,
    course_check,
    course_question,
    standing_of,
)
from communications.schemas.connections import PLANNED_AGAIN_AFTER_SECONDS
from communications.schemas.scope import Scope

PAGE_ROWS: Final = 500
PAGE_BYTES: Final = 500_000
_ROW_BYTES: Final = 500

_BEGIN: Final = Question("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
_COMMIT: Final = Question("COMMIT")


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """``scope`` is the reader's, ``scopes`` that of everybody whose access or sessions changed.

    ``granted`` and ``revoked`` are channel ids by user. With ``more``, further pages of the same catch-up
    follow.
    """

    rows: Sequence[ChangedRow]
    gone: Sequence[GoneRow]
    scope: Scope | None
    scopes: Mapping[int, Scope]
    granted: Mapping[int, frozenset[int]]
    revoked: Mapping[int, frozenset[int]]
    cursor: Cursor
    more: bool

    @property
    def is_empty(self) -> bool:
        return not (self.rows or self.gone or self.granted or self.revoked or self.more)


async def changes_read(
    connection: AsyncConnection[Any], since: Cursor, *, user_id: int | None = None, limit: int = PAGE_ROWS
) -> Changes:
    """The next page of changes after ``since``: of everybody, or only what this person may see.

    The snapshot of the first page is the target of all pages of a catch-up: with a new one for each page,
    what was written between them would be lost. Raises ``CursorRefused``, ``FeedUnavailable`` and what
    psycopg raises.
    """
    started = time.monotonic()
    async with _rolled_back_on_error(connection):
        changes = await _read(connection, since, user_id, limit)
    if time.monotonic() - started > PLANNED_AGAIN_AFTER_SECONDS:
        await connection.execute("DISCARD PLANS")
    return changes


async def _read(connection: AsyncConnection[Any], since: Cursor, user_id: int | None, limit: int) -> Changes:
    first = [_BEGIN, STANDING_QUESTION, course_question(since), _keys_question(since, user_id, limit)]
    if user_id is not None:
        first.append(scope_question(user_id))
    _, standing_rows, course, key_rows, *scope_rows = await ask(connection, *first)
    standing = standing_of(standing_rows)
    course_check(since, standing, course)
    found = [Key._make(row) for row in key_rows]
    keys = _light_enough(found)
    documents = ChangedDocuments(keys, reader=user_id)
    affected = sorted({key.user_id for key in keys if key.user_id is not None and key.name in STANDING})
    if user_id is not None:
        affected = []
    answers = await ask(connection, *map(scope_question, affected), *documents.questions(), _COMMIT)
    rows, vanished = documents.answers(answers[len(affected) : -1])
    scopes = {user: scope_of(user, answer) for user, answer in zip(affected, answers, strict=False)}
    if user_id is not None:
        scopes[user_id] = scope_of(user_id, *scope_rows)
    more = len(found) >= limit or len(keys) < len(found)
    return Changes(
        rows=rows,
        gone=[*_tombstones(keys), *vanished],
        scope=scopes[user_id] if user_id is not None else None,
        scopes=scopes,
        granted=_granted(keys, scopes),
        revoked=_revoked(keys, scopes),
        cursor=_cursor_after(since, standing, keys[-1] if more else None),
        more=more,
    )


@asynccontextmanager
async def _rolled_back_on_error(connection: AsyncConnection[Any]) -> AsyncIterator[None]:
    try:
        yield
    except BaseException:
        with suppress(psycopg.Error):
            await connection.rollback()
        raise


def _keys_question(since: Cursor, user_id: int | None, limit: int) -> Question:
    position = since.position or Position(0, "0", 0)
    parameters: list[Any] = [since.seen, position.version, position.id, limit]
    parameters += [value for value in (user_id, since.target) if value is not None]
    statement = changed_keys(
        scoped=user_id is not None,
        from_entity=position.entity,
        within_target=since.target is not None,
    )
    return Question(statement, parameters, is_raw=True)


def _light_enough(keys: list[Key]) -> list[Key]:
    """As many as make a page of bearable size, and one at least."""
    weight_bytes = 0
    for number, key in enumerate(keys):
        weight_bytes += _ROW_BYTES + key.weight_bytes
        if weight_bytes > PAGE_BYTES and number > 0:
            return keys[:number]
    return keys


def _cursor_after(since: Cursor, standing: Standing, last: Key | None) -> Cursor:
    """``last`` is the last row handed out if more are to come."""
    mark, target = standing.mark, standing.snapshot
    if since.target is not None:
        mark, target = since.mark, since.target
    if last is None:
        return Cursor(epoch=since.epoch, mark=mark, seen=target)
    position = Position(last.entity, last.version, last.id)
    return Cursor(epoch=since.epoch, mark=mark, seen=since.seen, target=target, position=position)


def _tombstones(keys: Iterable[Key]) -> list[GoneRow]:
    return [
        GoneRow(key.gone_entity, key.gone_id, key.version, key.channel_id, key.user_id)
        for key in keys
        if key.gone_entity is not None and key.gone_id is not None
    ]


def _granted(keys: Iterable[Key], scopes: Mapping[int, Scope]) -> dict[int, frozenset[int]]:
    return _by_user(keys, ACCESS, lambda user, channel: channel in scopes[user].channels)


def _revoked(keys: Iterable[Key], scopes: Mapping[int, Scope]) -> dict[int, frozenset[int]]:
    return _by_user(keys, LOST_ACCESS, lambda user, channel: channel not in scopes[user].channels)


def _by_user(
    keys: Iterable[Key], entity: str, holds: Callable[[int, int], bool]
) -> dict[int, frozenset[int]]:
    channels: dict[int, frozenset[int]] = {}
    for key in keys:
        user, channel = key.user_id, key.channel_id
        if key.name == entity and user is not None and channel is not None and holds(user, channel):
            channels[user] = channels.get(user, frozenset()) | {channel}
    return channels
