"""Real bytes for pictures and documents, drawn here and nowhere fetched."""

from __future__ import annotations

import math
import random
import struct
import zlib
from functools import lru_cache
from io import BytesIO

from PIL import Image
from PIL.ExifTags import GPS, Base

PHOTO_VARIANTS = 8
DRAWING_SIZE, STICKER_SIZE, PORTRAIT_SIZE = (960, 540), (192, 192), (128, 128)

_SKIES = (
    ((122, 167, 217), (246, 222, 179)),
    ((58, 78, 140), (240, 150, 110)),
    ((150, 200, 220), (235, 244, 240)),
    ((94, 60, 120), (250, 190, 160)),
)

_PHOTO_SIZES = ((960, 540), (720, 960), (800, 800))

Colour = tuple[int, int, int]


def png(width: int, height: int, rows: list[bytes], *, alpha: bool = False) -> bytes:
    """A PNG of `rows` of RGB (or RGBA) bytes."""
    raw = b"".join(b"\0" + row for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 8, 6 if alpha else 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(raw, 6)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def photo_size(variant: int) -> tuple[int, int]:
    """Width and height of `photo`."""
    return _PHOTO_SIZES[variant % len(_PHOTO_SIZES)]


@lru_cache(maxsize=PHOTO_VARIANTS)
def photo(variant: int) -> bytes:
    """A landscape as a telephone keeps it: a JPEG that says where and when it was taken."""
    picture = Image.frombytes("RGB", photo_size(variant), b"".join(_landscape(variant, *photo_size(variant))))
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Model], exif[Base.DateTime] = "Simulator", "Telephone", "2026:05:18 19:44:12"
    exif[Base.GPSInfo] = {GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (38.0, 43.0, 0.0)}
    body = BytesIO()
    picture.save(body, "JPEG", quality=82, exif=exif)
    return body.getvalue()


@lru_cache(maxsize=PHOTO_VARIANTS)
def drawing(variant: int) -> bytes:
    """A landscape as a PNG, 960 × 540; one of `PHOTO_VARIANTS`, the same bytes for the same number."""
    return png(*DRAWING_SIZE, _landscape(variant, *DRAWING_SIZE))


def _landscape(variant: int, width: int, height: int) -> list[bytes]:
    """Rows of RGB: a sky, a sun and two ridges."""
    rng = random.Random(variant)
    top, low = _SKIES[variant % len(_SKIES)]
    near, far = (44 + rng.randrange(40), 84 + rng.randrange(40), 66), (96, 120 + rng.randrange(30), 110)
    ridges = [_ridge(rng, width, height * share) for share in (0.58, 0.74)]
    sun_x, sun_y, sun_r = (
        rng.randrange(width // 4, width * 3 // 4),
        rng.randrange(90, 200),
        rng.randrange(34, 60),
    )
    rows = []
    for y in range(height):
        row = bytearray(bytes(_blend(top, low, y / height)) * width)
        reach = sun_r * sun_r - (y - sun_y) ** 2
        if reach > 0:
            half = int(math.sqrt(reach))
            row[(sun_x - half) * 3 : (sun_x + half) * 3] = bytes((255, 246, 220)) * (2 * half)
        for ridge, colour in zip(ridges, (far, near), strict=True):
            _fill_below(row, ridge, y, bytes(colour))
        rows.append(bytes(row))
    return rows


@lru_cache(maxsize=256)
def portrait(variant: int) -> bytes:
    """A round-shouldered figure on a plain colour, 128 × 128: somebody's profile picture."""
    width, height = PORTRAIT_SIZE
    rng = random.Random(variant * 7919)
    back: Colour = (90 + rng.randrange(110), 90 + rng.randrange(110), 110 + rng.randrange(110))
    front = bytes(_blend(back, (255, 255, 255), 0.62))
    rows = []
    for y in range(height):
        row = bytearray(bytes(back) * width)
        for centre, radius_x, radius_y in ((50, 24, 24), (128, 46, 44)):
            share = 1 - ((y - centre) / radius_y) ** 2
            if share > 0:
                half = int(radius_x * math.sqrt(share))
                row[(64 - half) * 3 : (64 + half) * 3] = front * (2 * half)
        rows.append(bytes(row))
    return png(width, height, rows)


@lru_cache(maxsize=1)
def sticker() -> bytes:
    """A smiling disc on nothing, 192 × 192."""
    width, height = STICKER_SIZE
    yellow, dark, clear = bytes((255, 205, 66, 255)), bytes((70, 50, 20, 255)), bytes(4)
    rows = []
    for y in range(height):
        row = bytearray(clear * width)
        for x in range(width):
            dx, dy = x - 96, y - 96
            if dx * dx + dy * dy <= 84 * 84:
                eye = (abs(dx) - 30) ** 2 + (dy + 24) ** 2 <= 100
                mouth = dy > 10 and 46 * 46 <= dx * dx + (dy - 4) ** 2 <= 54 * 54
                row[x * 4 : x * 4 + 4] = dark if eye or mouth else yellow
        rows.append(bytes(row))
    return png(width, height, rows, alpha=True)


@lru_cache(maxsize=256)
def document(title: str) -> bytes:
    """A one-page PDF that says `title` (letters outside Latin-1 become question marks)."""
    words = title.replace("\\", "").replace("(", "").replace(")", "").encode("latin-1", "replace")
    text = b"BT /F1 24 Tf 72 740 Td (" + words + b") Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    body, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return bytes(body) + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer


def picture_size(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG, GIF or JPEG in pixels; (0, 0) for anything else."""
    if content[:8] == b"\x89PNG\r\n\x1a\n" and len(content) >= 24:
        return struct.unpack(">II", content[16:24])
    if content[:3] == b"GIF" and len(content) >= 10:
        return struct.unpack("<HH", content[6:10])
    if content[:2] == b"\xff\xd8":
        return _jpeg_size(content)
    return 0, 0


def _jpeg_size(content: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return 0, 0


def _ridge(rng: random.Random, width: int, base: float) -> list[int]:
    waves = [(rng.uniform(8, 34), rng.uniform(0.004, 0.02), rng.uniform(0, 6)) for _ in range(3)]
    return [int(base + sum(a * math.sin(x * f + p) for a, f, p in waves)) for x in range(width)]


def _fill_below(row: bytearray, ridge: list[int], y: int, colour: bytes) -> None:
    """Paint the columns of line `y` that lie under the ridge."""
    start: int | None = None
    for x, level in enumerate([*ridge, y + 1]):
        if level <= y and start is None:
            start = x
        elif level > y and start is not None:
            row[start * 3 : x * 3] = colour * (x - start)
            start = None


def _blend(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
