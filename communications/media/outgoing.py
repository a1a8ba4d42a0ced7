"""A file that a person hands over to be sent: taken with a cap, told by its content, kept like any other (E21, I3)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any, Final, NamedTuple
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from communications import errors
from communications.media.content_type import SHOWN_INLINE, UNKNOWN, content_type
from communications.media.file_names import file_name
from communications.media.incoming import NoRoom, file_receive, room_check, working_folder
from communications.media.keeping import Keeper
from communications.media.outcomes import PutElsewhere
from communications.outbox.uploads import MESSAGE_MAX_BYTES, NewUpload

READ_BYTES: Final = 262_144
TRIES: Final = 50
PAUSE_SECONDS: Final = 0.1

_RUN_BY_NAME: Final = re.compile(
    r".*\.(?:apk|app|appx|bat|cmd|com|cpl|dll|dmg|exe|gadget|hta|inf|ins|jar|jnlp|jse?|lnk|ms[cip]|pif|pkg|ps1|reg|scr|sct|sh"
    r"|vb[es]?|wsf?|wsh|xap)",
    re.IGNORECASE,
)
_RUN_BY_CONTENT: Final = (
    b"MZ",
    b"\x7fELF",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"#!",
)


class HandedOver(NamedTuple):
    """``told_type`` is what the browser calls it, ``told_name`` how the person's machine does."""

    user_id: int
    client_id: UUID
    told_name: str
    told_type: str
    read: Callable[[int], bytes]


async def upload_keep(connections: AsyncConnectionPool[Any], given: HandedOver) -> tuple[NewUpload, bytes]:
    """The upload and the hash of its bytes, once both are stored; which file it has is for its row to say.

    Raises TooLarge, EmptyFile, ForbiddenType, NoRoom, and Busy where the same bytes are being stored by somebody else for long.
    """
    try:
        room_check()
        with working_folder() as folder:
            arrived = await file_receive(_chunks(given.read), folder)
            mime_type = content_type(arrived.head)
            name = file_name(given.told_name, "", mime_type)
            if arrived.size_bytes == 0:
                raise errors.EmptyFile
            if _runs(name, mime_type, arrived.head):
                raise errors.ForbiddenType
            upload = NewUpload(
                user_id=given.user_id,
                client_id=given.client_id,
                kind=kind_of(mime_type, given.told_type),
                name=name,
            )
            keeper = Keeper(connections)
            for _ in range(TRIES):
                try:
                    await keeper.keep(arrived, folder, upload)
                except PutElsewhere:
                    await asyncio.sleep(PAUSE_SECONDS)
                else:
                    return upload, arrived.sha256
            raise errors.Busy
    except NoRoom as error:
        raise errors.NoRoom from error


def kind_of(mime_type: str, told_type: str) -> str:
    """By content. Sound alone in a container made for films is told from a film by what the browser says."""
    family = mime_type.partition("/")[0]
    if mime_type not in SHOWN_INLINE or family not in ("image", "video", "audio"):
        return "file"
    return "audio" if family == "video" and told_type.startswith("audio/") else family


async def _chunks(read: Callable[[int], bytes]) -> AsyncIterator[bytes]:
    size_bytes = 0
    while piece := await asyncio.to_thread(read, READ_BYTES):
        size_bytes += len(piece)
        if size_bytes > MESSAGE_MAX_BYTES:
            raise errors.TooLarge(too_large_detail())
        yield piece


def too_large_detail() -> str:
    return f"a message carries at most {MESSAGE_MAX_BYTES // 1024 // 1024} MB of files"


def _runs(name: str, mime_type: str, head: bytes) -> bool:
    """Whether a double click would run it."""
    if _RUN_BY_NAME.fullmatch(name):
        return True
    return mime_type == UNKNOWN and head.startswith(_RUN_BY_CONTENT)
