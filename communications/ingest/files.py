"""Files of upstream, as they are fetched: which are wanted, and what became of them.

What a reader sees of a file (stored, unavailable) is written under its channel's lock, as every fact is. Who fetches claims
first: a claim moves ``next_attempt_at`` ahead, and is renewed while the work lasts, so that a killed worker's claims lapse.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, Protocol

import msgspec
from psycopg import AsyncConnection

from communications.ingest.channels import LOCK

Queue = Literal["attachment", "picture"]

CLAIM_SECONDS: Final = 60

# Storing the bytes of one file takes less.
PUT_MINUTES: Final = 15

_TABLES: Final[Mapping[Queue, str]] = {
    "attachment": "communications_attachment",
    "picture": "communications_picture",
}

# How upstream names a file, and what it said of it. Parameter: ids.
_DESCRIBED: Final[Mapping[Queue, str]] = {
    "attachment": """
SELECT file.id, file.channel_id, channel.external_account_id, message.external_message_id, file.external_attachment_id,
       file.attempts, message.deleted_at IS NOT NULL, file.is_backlog, message.received_by
FROM communications_attachment AS file
JOIN communications_message AS message ON message.id = file.message_id
JOIN communications_channel AS channel ON channel.id = file.channel_id
WHERE file.id = ANY(%s::bigint[])
""",
    "picture": """
SELECT file.id, file.channel_id, channel.external_account_id, NULL,
       coalesce(nullif(attendee.external_attendee_id, ''), attendee.provider_id, conversation.external_thread_id),
       file.attempts, false, false, NULL
FROM communications_picture AS file
JOIN communications_channel AS channel ON channel.id = file.channel_id
LEFT JOIN communications_chatattendee AS attendee ON attendee.id = file.attendee_id
LEFT JOIN communications_conversation AS conversation ON conversation.id = file.conversation_id
WHERE file.id = ANY(%s::bigint[])
""",
}

_DUE: Final = "channel_id = channel.id AND state = 'wanted' AND next_attempt_at <= now()"

# Files of copied history come after all others, and only while there is time for them: false <= true, so that without time
# no row of the backlog is taken.
_HAS_TIME: Final = "landline_backlog_has_time(channel.id, channel.external_account_id, %(calls_per_day)s)"
_IN_TIME: Final[Mapping[Queue, str]] = {"attachment": "AND is_backlog <= backlog.has_time", "picture": ""}
_FIRST: Final[Mapping[Queue, str]] = {"attachment": "is_backlog, ", "picture": ""}

# A turn for each channel before anyone's next; within a channel, what became due last comes first.
_CLAIM: Final = """
WITH due AS (
    SELECT waiting.id, waiting.next_attempt_at,
           busy.running + row_number() OVER (PARTITION BY channel.id ORDER BY waiting.place) AS turn
    FROM communications_channel AS channel
    CROSS JOIN LATERAL (SELECT {has_time} AS has_time OFFSET 0) AS backlog
    CROSS JOIN LATERAL (
        SELECT count(*) AS running FROM unnest(%(running)s::bigint[]) AS claimed (channel_id)
        WHERE claimed.channel_id = channel.id
    ) AS busy
    CROSS JOIN LATERAL (
        SELECT id, next_attempt_at, row_number() OVER (ORDER BY {first}next_attempt_at DESC, id DESC) AS place FROM {table}
        WHERE {due} {in_time}
        ORDER BY {first}next_attempt_at DESC, id DESC
        LIMIT %(per_channel)s
    ) AS waiting
    WHERE channel.paused_at IS NULL
), turns AS (
    SELECT id FROM due WHERE turn <= %(per_channel)s ORDER BY turn, next_attempt_at DESC LIMIT %(limit)s
)
UPDATE {table} SET next_attempt_at = now() + make_interval(secs => %(claim_seconds)s), failure = ''
WHERE id IN (
    SELECT file.id FROM {table} AS file JOIN turns USING (id)
    WHERE file.state = 'wanted' AND file.next_attempt_at <= now()
    ORDER BY file.id FOR UPDATE OF file SKIP LOCKED)
RETURNING id
"""

_RENEW: Final = """
UPDATE {table} SET next_attempt_at = now() + make_interval(secs => %(claim_seconds)s)
WHERE id = ANY(%(ids)s::bigint[]) AND state = 'wanted'
"""

_ANY_DUE: Final = f"""
SELECT EXISTS (
    SELECT FROM communications_channel AS channel
    CROSS JOIN LATERAL (SELECT {_HAS_TIME} AS has_time OFFSET 0) AS backlog
    WHERE channel.paused_at IS NULL AND (
        EXISTS (SELECT FROM {_TABLES["attachment"]} WHERE {_DUE} {_IN_TIME["attachment"]})
        OR EXISTS (SELECT FROM {_TABLES["picture"]} WHERE {_DUE})))
"""  # noqa: S608 (constants)

_LINK: Final = """
UPDATE {table} SET state = 'stored', file_id = %(file_id)s, attempts = 0, failure = '',
       next_attempt_at = now() + make_interval(days => %(asked_again_days)s)
WHERE id = %(id)s
"""

# Keeps the row from being removed before it is referred to.
_HELD: Final = "SELECT id FROM communications_mediafile WHERE sha256 = %s AND is_complete FOR KEY SHARE"

_BEGIN: Final = """
INSERT INTO communications_mediafile (
    sha256, size_bytes, mime_type, width, height, duration_seconds, storage_key, thumbnail_size_bytes)
VALUES (%(sha256)s, %(size_bytes)s, %(mime_type)s, %(width)s, %(height)s, %(duration_seconds)s, %(storage_key)s,
        %(thumbnail_size_bytes)s)
ON CONFLICT (sha256) DO NOTHING
"""

# A row that stayed incomplete for longer than putting takes is of a worker that was killed, or is being removed.
_TAKEN_OVER: Final = """
SELECT storage_key FROM communications_mediafile
WHERE sha256 = %(sha256)s AND NOT is_complete AND created_at < now() - make_interval(mins => %(put_minutes)s)
FOR UPDATE
"""

_TAKE_OVER: Final = """
UPDATE communications_mediafile SET
    storage_key = %(storage_key)s, created_at = now(), mime_type = %(mime_type)s, width = %(width)s, height = %(height)s,
    duration_seconds = %(duration_seconds)s, thumbnail_size_bytes = %(thumbnail_size_bytes)s
WHERE sha256 = %(sha256)s
"""

_ABANDON: Final = "DELETE FROM communications_mediafile WHERE storage_key = %s AND NOT is_complete"

_CHANNEL_BYTES: Final = """
SELECT coalesce(sum(size_bytes), 0) FROM communications_mediafile
WHERE id IN (SELECT file_id FROM communications_attachment WHERE channel_id = %s AND file_id IS NOT NULL)
"""

_COMPLETE: Final = (
    "UPDATE communications_mediafile SET is_complete = true WHERE storage_key = %s RETURNING id"
)

_UNAVAILABLE: Final = """
UPDATE {table} SET state = 'unavailable', failure = %(failure)s, attempts = 0,
       next_attempt_at = now() + make_interval(days => %(asked_again_days)s)
WHERE id = %(id)s AND state = 'wanted'
"""

_POSTPONED: Final = """
UPDATE {table} SET failure = %(failure)s, attempts = attempts + %(counts)s,
       next_attempt_at = now() + make_interval(secs => %(after_seconds)s)
WHERE id = %(id)s AND state = 'wanted'
"""

# After that a look at a person or group asks for the picture again; a file of a message is asked for by hand only.
PICTURE_KEPT_DAYS: Final = 30


class Referrer(Protocol):
    """What is to refer to a file: it takes the locks it needs, then points to the file, in one transaction."""

    async def lock(self, connection: AsyncConnection[Any]) -> None: ...

    async def refer(self, connection: AsyncConnection[Any], file_id: int) -> None: ...


class WantedFile(msgspec.Struct, frozen=True):
    """A claimed file. ``upstream_id`` is its own id, of an attachment together with that of the message.

    ``attempts`` counts those that failed before. ``is_of_deleted``: its message was taken back, so nobody may see it.
    ``is_backlog``: history brought it, and nobody has looked at it. ``told_by`` is the delivery that brought its message, where
    that is known.
    """

    queue: Queue
    id: int
    channel_id: int
    account: str
    upstream_message_id: str | None
    upstream_id: str
    attempts: int
    is_of_deleted: bool
    is_backlog: bool
    told_by: uuid.UUID | None

    async def lock(self, connection: AsyncConnection[Any]) -> None:
        await connection.execute(LOCK, (self.account,))

    async def refer(self, connection: AsyncConnection[Any], file_id: int) -> None:
        await connection.execute(
            _LINK.format(table=_TABLES[self.queue]),
            {"id": self.id, "file_id": file_id, "asked_again_days": PICTURE_KEPT_DAYS},
        )


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes: where they are to be, and what they are. The thumbnail, where there is one, lies beside them."""

    sha256: bytes
    size_bytes: int
    mime_type: str
    storage_key: str
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    thumbnail_size_bytes: int = 0


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """``is_ours``: nobody else is storing the same bytes. ``left_key``: bytes that belong to no row and are to be removed."""

    is_ours: bool
    left_key: str | None = None


async def files_are_due(connection: AsyncConnection[Any], *, calls_per_day: int) -> bool:
    """``calls_per_day``: the budget of an account, of which the files of its history may use up a share."""
    [(due,)] = await (await connection.execute(_ANY_DUE, {"calls_per_day": calls_per_day})).fetchall()
    return bool(due)


async def files_claim(
    connection: AsyncConnection[Any],
    queue: Queue,
    *,
    limit: int,
    per_channel: int,
    running: Iterable[int],
    calls_per_day: int,
) -> list[WantedFile]:
    """Up to ``limit`` files, none of a channel that already has ``per_channel`` of ``running`` (channel ids, one each)."""
    parameters = {
        "calls_per_day": calls_per_day,
        "limit": limit,
        "per_channel": per_channel,
        "running": list(running),
        "claim_seconds": CLAIM_SECONDS,
    }
    statement = _CLAIM.format(
        table=_TABLES[queue], due=_DUE, has_time=_HAS_TIME, in_time=_IN_TIME[queue], first=_FIRST[queue]
    )
    claimed = await connection.execute(statement, parameters)
    ids = [row[0] for row in await claimed.fetchall()]
    if not ids:
        return []
    described = await connection.execute(_DESCRIBED[queue], [ids])
    return [WantedFile(queue, *row) for row in await described.fetchall()]


async def claims_release(connection: AsyncConnection[Any], queue: Queue, ids: Iterable[int]) -> None:
    """Somebody else may claim them at once."""
    await connection.execute(_RENEW.format(table=_TABLES[queue]), {"ids": list(ids), "claim_seconds": 0})


async def channel_media_bytes(connection: AsyncConnection[Any], channel_id: int) -> int:
    """What the files of a channel's messages take, each counted once."""
    found = await (await connection.execute(_CHANNEL_BYTES, (channel_id,))).fetchone()
    return 0 if found is None else int(found[0])


async def claims_renew(connection: AsyncConnection[Any], queue: Queue, ids: Iterable[int]) -> None:
    parameters = {"ids": list(ids), "claim_seconds": CLAIM_SECONDS}
    await connection.execute(_RENEW.format(table=_TABLES[queue]), parameters)


async def file_held(connection: AsyncConnection[Any], referrer: Referrer, sha256: bytes) -> bool:
    """Whether these bytes are kept already; they are referred to then."""
    async with connection.transaction():
        await referrer.lock(connection)
        held = await (await connection.execute(_HELD, (sha256,))).fetchone()
        if held is not None:
            await referrer.refer(connection, held[0])
    return held is not None


async def content_begin(connection: AsyncConnection[Any], content: Content) -> Begun:
    """Notes that these bytes are about to be put under their key."""
    parameters = {**msgspec.structs.asdict(content), "put_minutes": PUT_MINUTES}
    async with connection.transaction():
        left = await (await connection.execute(_TAKEN_OVER, parameters)).fetchone()
        if left is not None:
            await connection.execute(_TAKE_OVER, parameters)
            return Begun(is_ours=True, left_key=left[0])
        inserted = await connection.execute(_BEGIN, parameters)
    return Begun(is_ours=inserted.rowcount == 1)


async def content_abandon(connection: AsyncConnection[Any], storage_key: str) -> None:
    """After bytes could not be put, and what there was of them is removed."""
    await connection.execute(_ABANDON, (storage_key,))


async def file_stored(connection: AsyncConnection[Any], referrer: Referrer, storage_key: str) -> bool:
    """The bytes are there. ``False``: it took so long that they were given up and are being removed."""
    async with connection.transaction():
        await referrer.lock(connection)
        complete = await (await connection.execute(_COMPLETE, (storage_key,))).fetchone()
        if complete is not None:
            await referrer.refer(connection, complete[0])
    return complete is not None


async def file_unavailable(connection: AsyncConnection[Any], wanted: WantedFile, failure: str) -> None:
    """Nobody tries again by itself. ``failure``: a word a reader sees, such as ``gone``."""
    statement = _UNAVAILABLE.format(table=_TABLES[wanted.queue])
    async with connection.transaction():
        await connection.execute(LOCK, (wanted.account,))
        await connection.execute(
            statement, {"id": wanted.id, "failure": failure, "asked_again_days": PICTURE_KEPT_DAYS}
        )


async def file_postponed(
    connection: AsyncConnection[Any],
    wanted: WantedFile,
    failure: str,
    *,
    after_seconds: float,
    counts: bool,
) -> None:
    """Tried again later. ``counts``: it failed for a reason of its own, which is not forgiven for ever."""
    await connection.execute(
        _POSTPONED.format(table=_TABLES[wanted.queue]),
        {"id": wanted.id, "failure": failure, "after_seconds": after_seconds, "counts": int(counts)},
    )
