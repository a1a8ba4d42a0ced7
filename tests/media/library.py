"""Stored files as the worker leaves them, and a person's browser that asks for them."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

from asgiref.sync import sync_to_async

from communications.media.content_type import content_type
from communications.media.storage import file_put, key_make, thumbnail_key
from communications.models import Attachment, ChatAttendee, Conversation, MediaFile, Picture, Upload, User
from communications.schemas.identifiers import uuid7
from landline.asgi import application
from tests.api.asgi import Answer, ask
from tests.inbox import client_of
from tests.media.upstream import attachment_make

THUMBNAIL = b"RIFF\x04\x00\x00\x00WEBPsmall"


def file_keep(content: bytes, *, has_thumbnail: bool = True) -> MediaFile:
    key = key_make()
    with tempfile.TemporaryDirectory() as folder:
        for name, kept, kept_as in (("o", content, key), ("t", THUMBNAIL, thumbnail_key(key))):
            path = Path(folder) / name
            path.write_bytes(kept)
            if kept is content or has_thumbnail:
                file_put(path, kept_as)
    return MediaFile.objects.create(
        sha256=hashlib.sha256(content).digest(),
        size_bytes=len(content),
        mime_type=content_type(content[:8192]),
        storage_key=key,
        thumbnail_size_bytes=len(THUMBNAIL) if has_thumbnail else 0,
        is_complete=True,
    )


def attachment_keep(conversation: Conversation, content: bytes, **fields: Any) -> Attachment:
    has_thumbnail = fields.pop("has_thumbnail", True)
    return attachment_make(
        conversation, state="stored", file=file_keep(content, has_thumbnail=has_thumbnail), **fields
    )


def picture_keep(of: ChatAttendee | Conversation, content: bytes) -> Picture:
    whose = {"attendee": of} if isinstance(of, ChatAttendee) else {"conversation": of}
    return Picture.objects.create(channel_id=of.channel_id, state="stored", file=file_keep(content), **whose)


def upload_keep(person: User, content: bytes, **fields: Any) -> Upload:
    fields.setdefault("kind", "file")
    return Upload.objects.create(user=person, client_id=uuid7(), file=file_keep(content), **fields)


class Browser:
    """One person's; ``None`` is nobody's."""

    def __init__(self, person: User | None) -> None:
        client = client_of(person)
        cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        self._cookies = cookies

    @classmethod
    async def of(cls, person: User | None) -> Browser:
        return await sync_to_async(cls)(person)

    async def get(self, path: str, *, method: str = "GET", **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return await ask(application, path, method=method, headers={"cookie": cookie, **named})

    async def post(self, path: str, body: bytes = b"", **headers: str) -> Answer:
        """``headers``: beside, or instead of, those of a page that sends JSON."""
        return await self.sends("POST", path, body, **headers)

    async def sends(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        token = "t" * 32
        cookies = {**self._cookies, "csrftoken": token}
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        sent = {"cookie": cookie, "x-csrftoken": token, "content-type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await ask(application, path, method=method, headers=sent, body=body)
