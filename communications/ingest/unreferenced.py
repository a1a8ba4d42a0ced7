"""Bytes that nothing refers to any more, or that never became complete: first out of reach, then gone, then forgotten (I10)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from psycopg import AsyncConnection

from communications.ingest.files import PUT_MINUTES

PAGE_ROWS: Final = 1_000

_NOTHING_REFERS: Final = """
    NOT EXISTS (SELECT FROM communications_attachment AS attachment WHERE attachment.file_id = file.id)
    AND NOT EXISTS (SELECT FROM communications_picture AS picture WHERE picture.file_id = file.id)
    AND NOT EXISTS (SELECT FROM communications_upload AS upload WHERE upload.file_id = file.id)
"""

_PAGE: Final = "SELECT id FROM communications_mediafile WHERE id > %s ORDER BY id LIMIT %s"

_LOCK: Final = f"""
SELECT file.id FROM communications_mediafile AS file
WHERE file.id = ANY(%s::bigint[]) AND file.created_at < now() - make_interval(mins => %s) AND {_NOTHING_REFERS}
ORDER BY file.id FOR UPDATE SKIP LOCKED
"""  # noqa: S608 (a constant)

# A statement of its own, after the locks: it sees what was committed while they were waited for.
_OUT_OF_REACH: Final = f"""
UPDATE communications_mediafile AS file SET is_complete = false
WHERE file.id = ANY(%s::bigint[]) AND {_NOTHING_REFERS}
RETURNING file.storage_key
"""  # noqa: S608 (a constant)

# By key: somebody who brings the same bytes anew has taken the row over under another.
_FORGET: Final = (
    "DELETE FROM communications_mediafile WHERE storage_key = ANY(%s::text[]) AND NOT is_complete"
)


class UnreferencedPage(NamedTuple):
    """Keys of files that can no longer be referred to. ``after`` is where to go on; ``None`` at the end."""

    keys: list[str]
    after: int | None


async def unreferenced_take(connection: AsyncConnection[Any], *, after: int) -> UnreferencedPage:
    """Looks at the next thousand files, and puts out of reach those that nothing refers to."""
    looked_at = [row[0] for row in await (await connection.execute(_PAGE, (after, PAGE_ROWS))).fetchall()]
    if not looked_at:
        return UnreferencedPage([], None)
    async with connection.transaction():
        locked = [
            row[0] for row in await (await connection.execute(_LOCK, (looked_at, PUT_MINUTES))).fetchall()
        ]
        taken = await (await connection.execute(_OUT_OF_REACH, (locked,))).fetchall() if locked else []
    return UnreferencedPage([row[0] for row in taken], looked_at[-1])


async def unreferenced_forget(connection: AsyncConnection[Any], keys: Iterable[str]) -> None:
    """Removes the rows of these files; call it once their bytes are gone."""
    await connection.execute(_FORGET, (list(keys),))
