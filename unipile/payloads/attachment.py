"""Attachments of a message.

Two live key sets: `attachment_id`, `attachment_type`, `attachment_url` … in a list, and the documentation's
single object `{id, type, url, size{width,height}}` whose booleans and sizes are strings. REST adds
`file_name`, `file_size`. Bytes are fetched by message and attachment id; `url` is usually `att://…`, which
nothing can fetch.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256

import msgspec

from unipile.payloads import fields
from unipile.payloads.times import UpstreamTime, parse_time

ATTACHMENTS_MAX = 100


class AttachmentKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"
    FILE = "file"
    STICKER = "sticker"
    GIF = "gif"


_KIND_OF_TYPE: Mapping[str, AttachmentKind] = {
    "img": AttachmentKind.IMAGE,
    "image": AttachmentKind.IMAGE,
    "photo": AttachmentKind.IMAGE,
    "video": AttachmentKind.VIDEO,
    "audio": AttachmentKind.AUDIO,
    "voice": AttachmentKind.VOICE,
    "voice_note": AttachmentKind.VOICE,
    "ptt": AttachmentKind.VOICE,
    "sticker": AttachmentKind.STICKER,
    "gif": AttachmentKind.GIF,
}
_NARROWER: Mapping[AttachmentKind, tuple[str, AttachmentKind]] = {
    AttachmentKind.IMAGE: ("sticker", AttachmentKind.STICKER),
    AttachmentKind.VIDEO: ("gif", AttachmentKind.GIF),
    AttachmentKind.AUDIO: ("voice_note", AttachmentKind.VOICE),
}


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """One attachment. `id` is stable over deliveries; `is_fetchable` says whether upstream knows it by that
    id.

    `size_bytes`, `width`, `height` (pixels) and `duration_seconds` are upstream's claims.
    """

    id: str
    kind: AttachmentKind
    is_fetchable: bool
    is_unavailable: bool
    upstream_type: str | None = None
    mimetype: str | None = None
    name: str | None = None
    url: str | None = None
    url_expires_at: UpstreamTime | None = None
    size_bytes: int | None = None
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None


def parse_attachments(value: object) -> tuple[Attachment, ...]:
    """A list, one object, or nothing. Left out: entries without id, URL and type, and an id met before."""
    if not value:
        return ()
    attachments: dict[str, Attachment] = {}
    for position, entry in enumerate(fields.entries(value)[:ATTACHMENTS_MAX]):
        attachment = _parse(fields.table(entry), position)
        if attachment is not None:
            attachments.setdefault(attachment.id, attachment)
    return tuple(attachments.values())


def _parse(stated: Mapping[str, object], position: int) -> Attachment | None:
    upstream_id = fields.companion_id(fields.first(stated, "attachment_id", "id"))
    upstream_type = fields.word(fields.first(stated, "attachment_type", "type"))
    url = fields.link(fields.first(stated, "attachment_url", "url"))
    mimetype = fields.word(
        fields.first(stated, "attachment_mimetype", "attachment_mime_type", "mimetype", "mime")
    )
    if upstream_id is None and url is None and upstream_type is None and mimetype is None:
        return None
    sizes = [stated.get(name) for name in ("attachment_size", "file_size", "attachment_file_size", "size")]
    pixels = next((size for size in sizes if isinstance(size, dict)), {})
    return Attachment(
        id=upstream_id or _derived_id(url, position, upstream_type, mimetype),
        kind=_kind(stated, upstream_type, mimetype),
        is_fetchable=upstream_id is not None,
        is_unavailable=fields.flag(fields.first(stated, "unavailable", "attachment_unavailable")) or False,
        upstream_type=upstream_type,
        mimetype=mimetype,
        name=fields.word(fields.first(stated, "attachment_name", "file_name", "name")),
        url=url,
        url_expires_at=parse_time(stated.get("url_expires_at")),
        size_bytes=next((size for size in map(fields.count, sizes) if size is not None), None),
        width=fields.count(pixels.get("width")),
        height=fields.count(pixels.get("height")),
        duration_seconds=_duration(fields.first(stated, "attachment_duration", "duration")),
    )


def _kind(stated: Mapping[str, object], upstream_type: str | None, mimetype: str | None) -> AttachmentKind:
    said = (upstream_type or mimetype or "").partition("/")[0].lower()
    kind = _KIND_OF_TYPE.get(said, AttachmentKind.FILE)
    if kind in _NARROWER:
        narrowing_flag, narrower = _NARROWER[kind]
        said_so = fields.first(stated, f"attachment_{narrowing_flag}", narrowing_flag)
        return narrower if fields.flag(said_so) else kind
    return kind


def _derived_id(url: str | None, position: int, upstream_type: str | None, mimetype: str | None) -> str:
    content = url if url is not None else f"{position}\n{upstream_type}\n{mimetype}"
    return "derived:" + sha256(content.encode()).hexdigest()[:32]


def _duration(value: object) -> float | None:
    if isinstance(value, str):
        seconds = fields.count(value)
        return float(seconds) if seconds is not None else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 <= value < 10**9 else None
