"""One page of changes, read in one snapshot."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import msgspec
from psycopg import AsyncConnection

from communications.feed.cursor import Cursor, Position, snapshot_shortened
from communications.feed.entities import ACCESS, CHANNEL, ENTITIES, SESSION, changed_keys
from communications.schemas.documents import Document
from communications.schemas.scope import Scope

PAGE_ROWS: Final = 500


class Key(NamedTuple):
    entity: int
    id: int
    version: str
    channel_id: int | None
    user_id: int | None
    gone_entity: str | None
    gone_id: int | None


class ChangedRow(NamedTuple):
    """A row as it now is. ``user_id`` is set where it is one person's own."""

    entity: str
    channel_id: int | None
    user_id: int | None
    document: Document


class GoneRow(NamedTuple):
    entity: str
    id: int
    version: str
    channel_id: int | None
    user_id: int | None


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """``scopes`` holds the present scope of everybody whose access or sessions changed."""

    rows: list[ChangedRow]
    gone: list[GoneRow]
    scopes: Mapping[int, Scope]
    granted: Mapping[int, frozenset[int]]
    revoked: Mapping[int, frozenset[int]]
    cursor: Cursor
    more: bool


async def changes_read(
    connection: AsyncConnection[Any], since: Cursor, *, scope: Scope | None = None, limit: int = PAGE_ROWS
) -> Changes:
    """The next page of changes after ``since``: of everybody, or only what ``scope`` may see.

    The snapshot of the first page is the target of all pages of a catch-up. Raises what psycopg raises.
    """
    async with connection.transaction():
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        now, mark = await _snapshot_and_mark(connection, since)
        target = since.target or now
        keys = await _keys(connection, since, target, scope, limit)
        rows, vanished = await _documents(connection, keys, scope)
        affected = {key.user_id for key in keys if key.user_id is not None and _concerns_access(key)}
        scopes = {user: await scope_read(connection, user) for user in affected}
    more = len(keys) >= limit
    last = keys[-1] if keys else None
    cursor = Cursor(epoch=since.epoch, mark=mark, seen=target)
    if more and last is not None:
        position = Position(last.entity, last.version, last.id)
        cursor = Cursor(epoch=since.epoch, mark=mark, seen=since.seen, target=target, position=position)
    return Changes(
        rows=rows,
        gone=[*_tombstones(keys), *vanished],
        scopes=scopes,
        granted=_by_user((key.user_id, key.channel_id) for key in keys if _is(key, ACCESS)),
        revoked=_revoked(keys, scopes),
        cursor=cursor,
        more=more,
    )


async def scope_read(connection: AsyncConnection[Any], user_id: int) -> Scope:
    """What a person may see now; nothing if there is no such active person."""
    found = await connection.execute(
        """
        SELECT who.session_generation, who.is_active,
               array(SELECT channel_id FROM communications_channelaccess WHERE user_id = who.id)
        FROM communications_user AS who WHERE who.id = %s
        """,
        (user_id,),
    )
    row = await found.fetchone()
    if row is None or not row[1]:
        return Scope(user_id=user_id, session_generation=None, channels=frozenset())
    return Scope(user_id=user_id, session_generation=row[0], channels=frozenset(row[2]))


async def _snapshot_and_mark(connection: AsyncConnection[Any], since: Cursor) -> tuple[str, Any]:
    found = await connection.execute(
        "SELECT pg_current_snapshot()::text, (SELECT mark FROM communications_feedmark ORDER BY version DESC LIMIT 1)"
    )
    ((snapshot, mark),) = await found.fetchall()
    return snapshot_shortened(snapshot), since.mark if since.target is not None else mark


async def _keys(
    connection: AsyncConnection[Any], since: Cursor, target: str, scope: Scope | None, limit: int
) -> list[Key]:
    position = since.position or Position(0, "0", 0)
    parameters: dict[str, Any] = {
        "seen": since.seen,
        "target": target,
        "version": position.version,
        "id": position.id,
        "limit": limit,
    }
    if scope is not None:
        parameters |= {"channels": sorted(scope.channels), "user": scope.user_id}
    query = changed_keys(scoped=scope is not None, from_entity=min(position.entity, len(ENTITIES) - 1))
    found = await connection.execute(query, parameters)
    return [Key._make(row) for row in await found.fetchall()]


async def _documents(
    connection: AsyncConnection[Any], keys: list[Key], scope: Scope | None
) -> tuple[list[ChangedRow], list[GoneRow]]:
    """Documents of the keys; of those that are shown to nobody any more, that they are gone."""
    rows: list[ChangedRow] = []
    vanished: list[GoneRow] = []
    for order, entity in enumerate(ENTITIES):
        if entity.documents is None or entity.document is None:
            continue
        wanted = {key.id: key for key in keys if key.entity == order}
        ids = set(wanted)
        if entity.name == CHANNEL:
            # A new right, or another role, shows a channel that may not have changed for long.
            ids |= {key.channel_id for key in keys if _is(key, ACCESS) and key.channel_id is not None}
        if not ids:
            continue
        found = await connection.execute(entity.documents, (sorted(ids),))
        shown = set()
        for row in await found.fetchall():
            shown.add(row[0])
            key = wanted.get(row[0])
            is_channel = entity.name == CHANNEL
            rows.append(
                ChangedRow(
                    entity=entity.name,
                    channel_id=row[0] if is_channel else key.channel_id if key else None,
                    user_id=row[-1] if is_channel else key.user_id if key else None,
                    document=entity.document(row),
                )
            )
        if entity.vanishes:
            vanished += [
                GoneRow(entity.name, key.id, key.version, key.channel_id, key.user_id)
                for key in wanted.values()
                if key.id not in shown
            ]
    if scope is not None:
        rows = [row for row in rows if row.user_id in (None, scope.user_id)]
    return rows, vanished


def _tombstones(keys: Iterable[Key]) -> list[GoneRow]:
    return [
        GoneRow(key.gone_entity, key.gone_id, key.version, key.channel_id, key.user_id)
        for key in keys
        if key.gone_entity is not None and key.gone_entity != ACCESS and key.gone_id is not None
    ]


def _concerns_access(key: Key) -> bool:
    return _is(key, ACCESS) or _is(key, SESSION) or key.gone_entity == ACCESS


def _revoked(keys: Iterable[Key], scopes: Mapping[int, Scope]) -> dict[int, frozenset[int]]:
    lost = _by_user((key.user_id, key.channel_id) for key in keys if key.gone_entity == ACCESS)
    return {user: channels - scopes[user].channels for user, channels in lost.items()}


def _by_user(pairs: Iterable[tuple[int | None, int | None]]) -> dict[int, frozenset[int]]:
    channels: dict[int, frozenset[int]] = {}
    for user, channel in pairs:
        if user is not None and channel is not None:
            channels[user] = channels.get(user, frozenset()) | {channel}
    return channels


def _is(key: Key, entity: str) -> bool:
    return ENTITIES[key.entity].name == entity
