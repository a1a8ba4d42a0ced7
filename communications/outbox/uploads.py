"""Files that people have handed over to be sent: kept for a day, or for as long as a message has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec
from django.db import connection
from psycopg import AsyncConnection

from communications.errors import InvalidInput, NotFound, TooLarge

# What upstream takes in one message. Two decimal megabytes less than its own figure would refuse what it takes.
MESSAGE_MAX_BYTES: Final = 15 * 1024 * 1024
MESSAGE_MAX_FILES: Final = 30
KEPT_HOURS: Final = 24

_INSERT: Final = """
INSERT INTO communications_upload (user_id, client_id, file_id, kind, name)
VALUES (%(user_id)s, %(client_id)s, %(file_id)s, %(kind)s, %(name)s)
ON CONFLICT (user_id, client_id) DO NOTHING
"""

_DELETE: Final = "DELETE FROM communications_upload WHERE id = %s AND user_id = %s"

# Held until the message that takes them over is committed: the sweep passes them by.
_ASKED_FOR: Final = """
SELECT upload.id, upload.kind, file.size_bytes
FROM communications_upload AS upload JOIN communications_mediafile AS file ON file.id = upload.file_id
WHERE upload.user_id = %s AND upload.id = ANY(%s::bigint[])
ORDER BY upload.id FOR UPDATE OF upload
"""

_ATTACH: Final = """
INSERT INTO communications_attachment (
    channel_id, message_id, external_attachment_id, position, kind, name, mime_type, size_bytes, width, height,
    duration_seconds, state, file_id)
SELECT message.channel_id, message.id, 'upload:' || upload.client_id, asked.position - 1,
       CASE WHEN %(voice)s THEN 'voice' ELSE upload.kind END, upload.name, file.mime_type,
       file.size_bytes, file.width, file.height, file.duration_seconds, 'stored', file.id
FROM unnest(%(upload_ids)s::bigint[]) WITH ORDINALITY AS asked (id, position)
JOIN communications_upload AS upload ON upload.id = asked.id AND upload.user_id = %(user_id)s
JOIN communications_mediafile AS file ON file.id = upload.file_id
JOIN communications_message AS message ON message.id = %(message_id)s
ORDER BY asked.position
"""

_FORGET: Final = """
WITH expired AS (
    SELECT id FROM communications_upload WHERE created_at < now() - make_interval(hours => %s)
    ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED
)
DELETE FROM communications_upload AS upload USING expired WHERE upload.id = expired.id
"""


class Cursor(Protocol):
    """Django's cursor, within the transaction that makes the message."""

    def execute(self, sql: str, parameters: Any = None) -> Any: ...

    def fetchall(self) -> list[tuple[Any, ...]]: ...


class NewUpload(msgspec.Struct, frozen=True, kw_only=True):
    """An upload whose file is being kept: it refers to it as soon as that is there."""

    user_id: int
    client_id: UUID
    kind: str
    name: str

    async def lock(self, connection: AsyncConnection[Any]) -> None:
        """Nothing to lock: an upload belongs to one person only."""

    async def refer(self, connection: AsyncConnection[Any], file_id: int) -> None:
        await connection.execute(_INSERT, {**msgspec.structs.asdict(self), "file_id": file_id})


def upload_remove(user_id: int, upload_id: int) -> None:
    """What messages have taken over stays with them. Raises NotFound for what is not the person's."""
    with connection.cursor() as cursor:
        cursor.execute(_DELETE, [upload_id, user_id])
        if not cursor.rowcount:
            raise NotFound


def uploads_attach(
    cursor: Cursor, user_id: int, message_id: int, upload_ids: Sequence[int], *, voice: bool
) -> str:
    """Makes uploads the files of a message that is about to be sent, in their order; all or none. Gives the kind of the first.

    To be called in the transaction that makes the message. ``voice``: the one file is a recorded voice message. Raises
    InvalidInput for an upload that is not the person's (or was removed after a day), for the same one twice, for too many, and
    for a voice message that is not one recording, TooLarge for more bytes than a message may carry.
    """
    wanted = list(upload_ids)
    if len(set(wanted)) != len(wanted):
        raise InvalidInput("upload_ids: one of them is there twice")
    if not 1 <= len(wanted) <= MESSAGE_MAX_FILES:
        raise InvalidInput(f"upload_ids: a message carries at most {MESSAGE_MAX_FILES} files")
    cursor.execute(_ASKED_FOR, [user_id, wanted])
    found = {row[0]: row for row in cursor.fetchall()}
    unknown = [upload_id for upload_id in wanted if upload_id not in found]
    if unknown:
        raise InvalidInput(
            f"upload_ids: {unknown[0]} is no upload of yours, or no longer kept: hand it over again"
        )
    if voice and [found[wanted[0]][1]] * len(wanted) != ["audio"]:
        raise InvalidInput("voice: a voice message is one file, a recording")
    size_bytes = sum(row[2] for row in found.values())
    if size_bytes > MESSAGE_MAX_BYTES:
        raise TooLarge(f"a message carries at most {MESSAGE_MAX_BYTES // 1024 // 1024} MB of files")
    cursor.execute(
        _ATTACH, {"user_id": user_id, "message_id": message_id, "upload_ids": wanted, "voice": voice}
    )
    return "voice" if voice else str(found[wanted[0]][1])


async def uploads_forget(connection: AsyncConnection[Any], *, limit: int) -> int:
    """Forgets uploads older than a day; their files go with the next look for what nothing refers to."""
    forgotten = await connection.execute(_FORGET, (KEPT_HOURS, limit))
    return forgotten.rowcount
