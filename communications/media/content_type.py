"""What a file is, by its first bytes: never by its name, and never by what somebody called it (I3, S15).

The table is short on purpose. It names what the browser may be given to show or play, and the commonest kinds of document;
nothing that a browser would run (HTML, SVG, XML) is in it, and all that is not in it is ``application/octet-stream``.
Signatures: RFC 9639 (FLAC), RFC 3533 (Ogg), RFC 4867 (AMR), ISO/IEC 14496-12 (brands), the WHATWG's MIME Sniffing Standard.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

HEAD_BYTES: Final = 8192
UNKNOWN: Final = "application/octet-stream"

_STARTS: Final[Sequence[tuple[bytes, str]]] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"#!AMR\n", "audio/amr"),
    (b"#!AMR-WB\n", "audio/amr-wb"),
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"BEGIN:VCARD", "text/vcard"),
)

_RIFF_FORMS: Final[Mapping[bytes, str]] = {
    b"WEBP": "image/webp",
    b"WAVE": "audio/wav",
    b"AVI ": "video/x-msvideo",
}

_BRANDS: Final[Sequence[tuple[tuple[bytes, ...], str]]] = (
    ((b"avif", b"avis"), "image/avif"),
    ((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "image/heic"),
    ((b"M4A ", b"M4B ", b"M4P "), "audio/mp4"),
    ((b"qt  ",), "video/quicktime"),
    ((b"3gp", b"3g2"), "video/3gpp"),
    ((b"iso", b"mp41", b"mp42", b"mp71", b"avc1", b"dash", b"M4V", b"mmp4", b"MSNV", b"f4v"), "video/mp4"),
)

_OGG_CODECS: Final[Sequence[tuple[bytes, str]]] = (
    (b"OpusHead", "audio/ogg"),
    (b"\x01vorbis", "audio/ogg"),
    (b"Speex   ", "audio/ogg"),
    (b"\x7fFLAC", "audio/ogg"),
    (b"\x80theora", "video/ogg"),
)

_OFFICE_FOLDERS: Final[Sequence[tuple[bytes, str]]] = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)

_NAMED_ZIPS: Final = (b"application/vnd.oasis.opendocument.", b"application/epub+zip")

_EXTENSIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "image/jpeg": ("jpg", "jpeg", "jfif"),
    "image/png": ("png",),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/avif": ("avif",),
    "audio/mpeg": ("mp3",),
    "audio/mp4": ("m4a", "m4b", "mp4"),
    "audio/aac": ("aac",),
    "audio/ogg": ("ogg", "oga", "opus"),
    "audio/wav": ("wav",),
    "audio/flac": ("flac",),
    "audio/amr": ("amr",),
    "video/mp4": ("mp4", "m4v", "m4a"),
    "video/quicktime": ("mov", "qt"),
    "video/webm": ("webm",),
    "video/ogg": ("ogv", "ogg"),
    "video/3gpp": ("3gp", "3gpp", "3g2"),
}

SHOWN_INLINE: Final = frozenset(_EXTENSIONS)


def content_type(head: bytes) -> str:
    """The media type of a file that begins with ``head`` (its first ``HEAD_BYTES``, or all of it)."""
    for start, mime_type in _STARTS:
        if head.startswith(start):
            return mime_type
    if head[4:8] == b"ftyp":
        return _type_of_brand(head[8:12])
    return _CONTAINERS.get(head[:4], _type_of_audio_frames)(head)


def file_extensions(mime_type: str) -> tuple[str, ...]:
    """Endings that names of this type may have, the best first; none for what is only ever saved."""
    return _EXTENSIONS.get(mime_type, ())


def _type_of_riff(head: bytes) -> str:
    return _RIFF_FORMS.get(head[8:12], UNKNOWN)


def _type_of_brand(brand: bytes) -> str:
    return next((mime_type for brands, mime_type in _BRANDS if brand.startswith(brands)), UNKNOWN)


def _type_of_ogg(head: bytes) -> str:
    """The first packet, which names the codec, follows the first page's segment table."""
    if len(head) < 28:
        return UNKNOWN
    packet = head[27 + head[26] :]
    return next((mime_type for codec, mime_type in _OGG_CODECS if packet.startswith(codec)), UNKNOWN)


def _type_of_matroska(head: bytes) -> str:
    place = head.find(b"\x42\x82", 4, 64)
    if place < 0:
        return UNKNOWN
    document_type = head[place + 3 : place + 11]
    if document_type.startswith(b"webm"):
        return "video/webm"
    return "video/x-matroska" if document_type == b"matroska" else UNKNOWN


def _type_of_zip(head: bytes) -> str:
    """By the names of its first entries; nothing is unpacked (I6)."""
    if head[30:38] == b"mimetype":
        named = head[38:128]
        if named.startswith(_NAMED_ZIPS):
            word = named.partition(b"PK")[0]
            return (
                word.decode("ascii", "replace")
                if word.isascii() and b"\x00" not in word
                else "application/zip"
            )
        return "application/zip"
    if head[30:49] == b"[Content_Types].xml":
        for folder, mime_type in _OFFICE_FOLDERS:
            if folder in head:
                return mime_type
    return "application/zip"


def _type_of_audio_frames(head: bytes) -> str:
    """A bare frame of MPEG audio, or of AAC in ADTS: a sync word and a header without reserved values."""
    if len(head) < 4 or head[0] != 0xFF:
        return UNKNOWN
    if head[1] & 0xF6 == 0xF0:
        return "audio/aac" if (head[2] >> 2) & 0xF < 13 else UNKNOWN
    has_sync = head[1] & 0xE0 == 0xE0 and head[1] & 0x18 != 0x08
    is_layer_3 = head[1] & 0x06 == 0x02
    has_rates = head[2] >> 4 not in (0x0, 0xF) and head[2] & 0x0C != 0x0C
    return "audio/mpeg" if has_sync and is_layer_3 and has_rates else UNKNOWN


_CONTAINERS: Final[Mapping[bytes, Callable[[bytes], str]]] = {
    b"RIFF": _type_of_riff,
    b"OggS": _type_of_ogg,
    b"\x1a\x45\xdf\xa3": _type_of_matroska,
    b"PK\x03\x04": _type_of_zip,
}
