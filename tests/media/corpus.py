"""Files that people send, honest and otherwise, made here."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image

RED = (200, 40, 30)


def picture(image_format: str, size: tuple[int, int] = (80, 48), **saved_with: Any) -> bytes:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, RED)
    image.paste((20, 60, 220), (size[0] // 2, 0, size[0], size[1]))
    target = io.BytesIO()
    image.save(target, image_format, **saved_with)
    return target.getvalue()


def photo_of_a_phone() -> bytes:
    """A JPEG lying on its side, with marks of who took it and where."""
    marks = Image.Exif()
    marks[0x0112] = 6
    marks[0x010F] = "Spy & Sons"
    marks.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    return picture("JPEG", (400, 200), exif=marks)


def announced_png(width: int, height: int) -> bytes:
    """A PNG whose header announces a size, and whose content is a few bytes."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    )


def endless_gif(frames: int) -> bytes:
    """A GIF of so many frames."""
    first = picture("GIF", (16, 16))
    start, rest = first[:13], first[13:-1]
    palette_bytes = 3 * 2 ** ((start[10] & 7) + 1) if start[10] & 0x80 else 0
    return start + rest[:palette_bytes] + rest[palette_bytes:] * frames + b";"


def archive(*entries: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries:
            made.writestr(name, content)
    return target.getvalue()


def open_document() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        made.writestr("content.xml", "<x/>")
    return target.getvalue()


def ogg(first_packet: bytes) -> bytes:
    """One page of Ogg with one packet."""
    return (
        b"OggS\0\x02"
        + bytes(8)
        + struct.pack("<III", 1, 0, 0)
        + b"\x01"
        + bytes([len(first_packet)])
        + first_packet
    )


def brand(name: bytes) -> bytes:
    return struct.pack(">I", 24) + b"ftyp" + name + bytes(4) + b"isommp42" + bytes(100)


OPUS = ogg(b"OpusHead\x01\x01" + bytes(9))
MATROSKA_HEADER = (
    b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82"
)
SCRIPT = b"<script>parent.postMessage('ran','*');document.title='ran'</script>"

HONEST: dict[str, tuple[bytes, str]] = {
    "photo.jpg": (picture("JPEG"), "image/jpeg"),
    "picture.png": (picture("PNG"), "image/png"),
    "dance.gif": (picture("GIF"), "image/gif"),
    "sticker.webp": (picture("WEBP"), "image/webp"),
    "new.avif": (picture("AVIF"), "image/avif"),
    "phone.heic": (brand(b"heic"), "image/heic"),
    "scan.tiff": (picture("TIFF"), "image/tiff"),
    "voice.opus": (OPUS, "audio/ogg"),
    "song.ogg": (ogg(b"\x01vorbis" + bytes(20)), "audio/ogg"),
    "film.ogv": (ogg(b"\x80theora" + bytes(20)), "video/ogg"),
    "song.mp3": (b"ID3\x04" + bytes(100), "audio/mpeg"),
    "bare.mp3": (b"\xff\xfb\x90\x64" + bytes(100), "audio/mpeg"),
    "song.aac": (b"\xff\xf1\x50\x80" + bytes(100), "audio/aac"),
    "voice.m4a": (brand(b"M4A "), "audio/mp4"),
    "voice.amr": (b"#!AMR\n" + bytes(32), "audio/amr"),
    "song.flac": (b"fLaC" + bytes(40), "audio/flac"),
    "voice.wav": (b"RIFF" + bytes(4) + b"WAVEfmt " + bytes(40), "audio/wav"),
    "film.mp4": (brand(b"isom"), "video/mp4"),
    "film.mov": (brand(b"qt  "), "video/quicktime"),
    "film.3gp": (brand(b"3gp4"), "video/3gpp"),
    "film.webm": (MATROSKA_HEADER + b"\x84webm" + bytes(40), "video/webm"),
    "film.mkv": (MATROSKA_HEADER + b"\x88matroska" + bytes(40), "video/x-matroska"),
    "film.avi": (b"RIFF" + bytes(4) + b"AVI LIST" + bytes(40), "video/x-msvideo"),
    "letter.pdf": (b"%PDF-1.7\n1 0 obj\n", "application/pdf"),
    "files.zip": (archive(("a.txt", b"a")), "application/zip"),
    "letter.odt": (open_document(), "application/vnd.oasis.opendocument.text"),
    "letter.docx": (
        archive(("[Content_Types].xml", b"<t/>"), ("word/document.xml", b"<d/>")),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "sums.xlsx": (
        archive(("[Content_Types].xml", b"<t/>"), ("xl/workbook.xml", b"<d/>")),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "application/x-ole-storage"),
    "ada.vcf": (b"BEGIN:VCARD\r\nFN:Ada\r\nEND:VCARD\r\n", "text/vcard"),
}

# Whatever they are called, no browser is to run them, and none of them is a type that is shown.
ACTIVE: dict[str, bytes] = {
    "html": b"<!DOCTYPE html><html><body>" + SCRIPT,
    "html after blanks": b" \r\n\t<html>" + SCRIPT,
    "html with a byte order mark": b"\xef\xbb\xbf<html>" + SCRIPT,
    "html in UTF-16": "<html><script>1</script>".encode("utf-16"),
    "html after a comment": b"<!-- PNG -->" + SCRIPT,
    "script alone": SCRIPT,
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>",
    "svg with a declaration": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "svg, compressed": b"\x1f\x8b\x08\x00" + zlib.compress(b"<svg onload='alert(1)'/>"),
    "xhtml": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">' + SCRIPT + b"</html>",
    "xml with a stylesheet": b'<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="#x"?><x/>',
    "mhtml": b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n\r\n" + SCRIPT,
    "pdf with a script": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
    "program of Windows": b"MZ\x90\x00" + bytes(200),
    "program of Linux": b"\x7fELF\x02\x01\x01" + bytes(200),
    "program of macOS": b"\xcf\xfa\xed\xfe" + bytes(200),
    "shell script": b"#!/bin/sh\nrm -rf /\n",
    "flash": b"CWS\x0a" + bytes(100),
    "java class": b"\xca\xfe\xba\xbe" + bytes(100),
    "java archive": archive(("META-INF/MANIFEST.MF", b"x"), ("A.class", b"\xca\xfe\xba\xbe")),
    "windows shortcut": b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(100),
    "postscript": b"%!PS-Adobe-3.0\n(%stdin) (r) file",
    "m3u8 with an outside address": b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\nhttp://169.254.169.254/latest\n",
    "javascript": b"alert(document.cookie)//",
    "css": b"body{background:url(//evil.example)}",
    "text": b"just words\n",
    "zip bomb": archive(("a.txt", b"\0" * 5_000_000)),
    "riff of another kind": b"RIFF" + bytes(4) + b"ACON" + bytes(40),
    "unknown brand": brand(b"evil"),
    "ogg without a codec": ogg(b"<html>" + SCRIPT),
    "cut off": b"\x89PN",
    "zeros": bytes(64),
}

# Two things at once: the content type is the first's, and the second never runs under it.
POLYGLOTS: dict[str, tuple[bytes, str]] = {
    "gif and script": (b"GIF89a=1;/*" + SCRIPT + b"*/", "image/gif"),
    "jpeg and page": (picture("JPEG") + b"<html>" + SCRIPT, "image/jpeg"),
    "png and page": (picture("PNG") + SCRIPT, "image/png"),
    "jpeg and archive": (picture("JPEG") + archive(("A.class", b"\xca\xfe\xba\xbe")), "image/jpeg"),
    "riff and page": (b"RIFF<!--WEBPVP8 -->" + SCRIPT, "image/webp"),
    "mp3 and page": (b"ID3" + SCRIPT, "audio/mpeg"),
}
