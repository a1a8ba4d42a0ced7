"""Page cursors: a position in a list, signed for one path."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final, TypeVar

import msgspec
from django.core import signing

from communications.errors import InvalidCursor

Position = TypeVar("Position", bound=msgspec.Struct)

CURSOR_MAX_LENGTH: Final = 256


def cursor_write(path: str, position: msgspec.Struct | None) -> str | None:
    """``None`` after the last page."""
    if position is None:
        return None
    return _signer(path).sign(urlsafe_b64encode(msgspec.json.encode(position)).decode())


def cursor_read(path: str, cursor: str | None, *, first: Position) -> Position:
    """The position after which to go on; ``first`` without a cursor. Raises InvalidCursor."""
    if cursor is None:
        return first
    try:
        position = urlsafe_b64decode(_signer(path).unsign(cursor))
        return msgspec.json.decode(position, type=type(first))
    except (signing.BadSignature, UnicodeEncodeError, ValueError, msgspec.MsgspecError) as error:
        raise InvalidCursor from error


def _signer(path: str) -> signing.Signer:
    return signing.Signer(salt=f"communications.api.cursors:{path}")
