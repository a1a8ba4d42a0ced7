"""Recordings made for the simulator: forty seconds of a synthesised voice, a lamp that swings, a bulb that blinks.

Nothing here can encode Opus or H.264, so they lie here encoded. The voice is kept as bare Opus packets of
20 ms, each behind its length (two bytes, big-endian); `voice` puts as many of them into an Ogg file as are
wanted, as a telephone does.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from importlib.resources import files

PACKET_SECONDS, SAMPLES_PER_PACKET = 0.02, 960
PRE_SKIP = 312
VOICE_MAX_SECONDS = 600
FILM_SIZE, FILM_SECONDS = (480, 272), 5
LOOP_SIZE = (240, 240)

_PACKETS_PER_PAGE = 50
_SERIAL = 0x4C414D50
_FIRST, _LAST = 2, 4
_POLYNOMIAL = 0x04C11DB7


@lru_cache(maxsize=1)
def film() -> bytes:
    """An MP4 (H.264, 480 × 272, 5 s): a lamp that swings."""
    return _content("film.mp4")


@lru_cache(maxsize=1)
def loop() -> bytes:
    """An MP4 (H.264, 240 × 240, 2 s) to be played over and over, which is what WhatsApp calls a GIF."""
    return _content("loop.mp4")


@lru_cache(maxsize=64)
def voice(seconds: int) -> bytes:
    """A voice note of `seconds` (1 to 600): Opus in Ogg. Notes of different length begin at different words."""
    packets = _packets()
    count = round(min(max(seconds, 1), VOICE_MAX_SECONDS) / PACKET_SECONDS)
    start = seconds * 97 % len(packets)
    chosen = [packets[(start + index) % len(packets)] for index in range(count)]
    head = struct.pack("<8sBBHIhB", b"OpusHead", 1, 1, PRE_SKIP, 48_000, 0, 0)
    maker = b"simulator"
    tags = b"OpusTags" + struct.pack("<I", len(maker)) + maker + struct.pack("<I", 0)
    pages = [_page(0, _FIRST, 0, [head]), _page(1, 0, 0, [tags])]
    for begin in range(0, count, _PACKETS_PER_PAGE):
        part = chosen[begin : begin + _PACKETS_PER_PAGE]
        end = begin + len(part)
        pages.append(_page(len(pages), _LAST if end == count else 0, end * SAMPLES_PER_PACKET, part))
    return b"".join(pages)


@lru_cache(maxsize=1)
def _packets() -> list[bytes]:
    content, packets, at = _content("voice.opus-packets"), [], 0
    while at < len(content):
        length = int.from_bytes(content[at : at + 2], "big")
        packets.append(content[at + 2 : at + 2 + length])
        at += 2 + length
    return packets


def _content(name: str) -> bytes:
    return files(__name__).joinpath(name).read_bytes()


def _page(number: int, kind: int, position: int, packets: list[bytes]) -> bytes:
    """One Ogg page (RFC 3533) of whole packets; its checksum is made over the page with none."""
    lacing = b"".join(b"\xff" * (len(one) // 255) + bytes([len(one) % 255]) for one in packets)
    head = struct.pack("<4sBBqII", b"OggS", 0, kind, position, _SERIAL, number)
    rest = bytes([len(lacing)]) + lacing + b"".join(packets)
    return head + struct.pack("<I", _checksum(head + bytes(4) + rest)) + rest


def _checksum(content: bytes) -> int:
    table, value = _table(), 0
    for byte in content:
        value = ((value << 8) & 0xFFFFFFFF) ^ table[(value >> 24) ^ byte]
    return value


@lru_cache(maxsize=1)
def _table() -> list[int]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1) ^ _POLYNOMIAL if value & 0x80000000 else value << 1
        table.append(value & 0xFFFFFFFF)
    return table
