"""The feed cursor: an opaque string of at most 4 kB: which database, and what of it a reader has seen.

It is sealed with the server's secret key, so that whoever makes one up cannot claim to have seen what this
database has not written yet.
"""

import base64
import binascii
import functools
import hashlib
import hmac
import uuid
from typing import Final, Self

import msgspec
from django.conf import settings

CURSOR_MAX_CHARACTERS: Final = 4_000
_SEAL_BYTES: Final = 16


class MalformedCursor(ValueError):
    """Not a cursor of this feed; the reader starts anew."""


class Position(msgspec.Struct, frozen=True, array_like=True):
    """Inside a catch-up of several pages: the last row handed out."""

    entity: int
    version: str
    id: int


class Cursor(
    msgspec.Struct,
    frozen=True,
    rename={"epoch": "e", "mark": "m", "seen": "s", "target": "t", "position": "p"},
):
    """``seen`` is the snapshot a reader has seen all of.

    Between the pages of a catch-up ``target`` is what it will have seen after the last one, and ``position``
    how far it has come.
    """

    epoch: uuid.UUID
    mark: uuid.UUID
    seen: str
    target: str | None = None
    position: Position | None = None

    def encode(self) -> str:
        content = msgspec.json.encode(self)
        return base64.urlsafe_b64encode(_seal(content) + content).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str) -> Self:
        """Raises ``MalformedCursor`` for anything that ``encode`` has not made."""
        if len(text) > CURSOR_MAX_CHARACTERS:
            raise MalformedCursor("longer than a cursor can be")
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise MalformedCursor("not base64") from error
        seal, content = raw[:_SEAL_BYTES], raw[_SEAL_BYTES:]
        if not hmac.compare_digest(seal, _seal(content)):
            raise MalformedCursor("not made here")
        try:
            return msgspec.json.decode(content, type=cls)
        except msgspec.MsgspecError as error:
            raise MalformedCursor("made by another version of this program") from error


def _seal(content: bytes) -> bytes:
    return hashlib.blake2b(content, key=_key(settings.SECRET_KEY), digest_size=_SEAL_BYTES).digest()


@functools.cache
def _key(secret: str) -> bytes:
    return hashlib.blake2b(secret.encode(), person=b"feed cursor", digest_size=32).digest()
