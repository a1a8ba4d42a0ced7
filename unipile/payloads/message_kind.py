"""What a message mainly is."""

from __future__ import annotations

from enum import StrEnum

from unipile.payloads.attachment import Attachment, AttachmentKind


class MessageKind(StrEnum):
    """An attachment outweighs its caption, an event both; `unsupported` holds neither text nor attachment."""

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"
    FILE = "file"
    STICKER = "sticker"
    GIF = "gif"
    EVENT = "event"
    UNSUPPORTED = "unsupported"


_KIND_OF_ATTACHMENT = {kind: MessageKind(kind.value) for kind in AttachmentKind}


def message_kind(text: str | None, attachments: tuple[Attachment, ...], *, is_event: bool) -> MessageKind:
    """The kind of a message, the first attachment speaking for all."""
    if is_event:
        return MessageKind.EVENT
    if attachments:
        return _KIND_OF_ATTACHMENT[attachments[0].kind]
    return MessageKind.TEXT if text else MessageKind.UNSUPPORTED
