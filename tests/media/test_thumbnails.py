"""I6: hostile pictures cost a process that is not ours; thumbnails carry nothing of who took the picture."""

from __future__ import annotations

import asyncio
import io
import sys
from contextlib import suppress
from pathlib import Path

import av
import pytest
from PIL import Image

from communications.media import thumbnails
from communications.media.thumbnailer import LONGEST_SIDE
from communications.media.thumbnails import Drawn, Thumbnails
from tests.media.corpus import announced_png, archive, endless_gif, photo_of_a_phone, picture

RED, BLUE = (200, 40, 30), (20, 60, 220)


async def draw(tmp_path: Path, content: bytes, mime_type: str) -> tuple[Drawn | None, Path]:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(content)
    return await Thumbnails().draw(source, mime_type, target), target


def is_near(pixel: tuple[int, ...], colour: tuple[int, int, int]) -> bool:
    return all(abs(one - other) < 40 for one, other in zip(pixel, colour, strict=False))


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
async def test_a_picture_is_measured_and_drawn_small(tmp_path: Path, image_format: str) -> None:
    drawn, target = await draw(tmp_path, picture(image_format, (1_600, 900)), f"image/{image_format.lower()}")
    assert drawn == Drawn(width=1_600, height=900, size_bytes=target.stat().st_size)
    with Image.open(target) as small:
        assert (small.format, small.size) == ("WEBP", (LONGEST_SIDE, 360))
        assert is_near(small.convert("RGB").getpixel((10, 180)), RED)
        assert is_near(small.convert("RGB").getpixel((630, 180)), BLUE)


async def test_a_small_picture_is_not_blown_up(tmp_path: Path) -> None:
    _, target = await draw(tmp_path, picture("PNG", (30, 20)), "image/png")
    with Image.open(target) as small:
        assert small.size == (30, 20)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
async def test_every_kind_of_pixel_is_drawn(tmp_path: Path, mode: str) -> None:
    target = io.BytesIO()
    Image.new(mode, (900, 300)).save(target, "TIFF" if mode == "CMYK" else "PNG")
    if mode == "CMYK":
        target = io.BytesIO()
        Image.new(mode, (900, 300)).save(target, "JPEG")
    drawn, _ = await draw(tmp_path, target.getvalue(), "image/jpeg" if mode == "CMYK" else "image/png")
    assert drawn is not None
    assert (drawn.width, drawn.height) == (900, 300)


async def test_transparency_stays(tmp_path: Path) -> None:
    content = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(content, "PNG")
    _, target = await draw(tmp_path, content.getvalue(), "image/png")
    with Image.open(target) as small:
        assert small.mode == "RGBA"
        assert small.getpixel((5, 5)) == (0, 0, 0, 0)


async def test_i6_a_thumbnail_stands_upright_and_tells_nothing(tmp_path: Path) -> None:
    drawn, target = await draw(tmp_path, photo_of_a_phone(), "image/jpeg")
    assert drawn is not None
    assert (drawn.width, drawn.height) == (200, 400)
    content = target.read_bytes()
    assert b"Spy" not in content
    assert b"EXIF" not in content
    with Image.open(target) as small:
        assert small.size == (200, 400)
        assert dict(small.getexif()) == {}
        assert is_near(small.convert("RGB").getpixel((100, 20)), RED)
        assert is_near(small.convert("RGB").getpixel((100, 380)), BLUE)


@pytest.mark.parametrize(
    ("content", "mime_type"),
    [
        (announced_png(50_000, 50_000), "image/png"),
        (announced_png(8_000, 4_001), "image/png"),
        (announced_png(2**31 - 1, 2**31 - 1), "image/png"),
        (announced_png(0, 10), "image/png"),
        (picture("PNG")[:60], "image/png"),
        (picture("JPEG"), "image/png"),
        (b"GIF89a" + b"\xff" * 20, "image/gif"),
        (b"", "image/png"),
        (archive(("a", b"a")), "image/webp"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "image/jpeg"),
    ],
)
async def test_i6_what_cannot_be_drawn_has_no_thumbnail(
    tmp_path: Path, content: bytes, mime_type: str
) -> None:
    drawn, _ = await draw(tmp_path, content, mime_type)
    assert drawn is None


@pytest.mark.parametrize(
    "mime_type", ["image/svg+xml", "image/tiff", "image/heic", "application/pdf", "text/html"]
)
async def test_i6_no_process_is_started_for_other_types(
    tmp_path: Path, mime_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[object, ...]] = []

    async def start(*arguments: object, **_: object) -> None:
        started.append(arguments)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start)
    drawn, target = await draw(tmp_path, picture("PNG"), mime_type)
    assert drawn is None
    assert not target.exists()
    assert started == []


async def test_i6_of_a_hundred_thousand_frames_one_is_looked_at(tmp_path: Path) -> None:
    content = endless_gif(100_000)
    drawn, _ = await draw(tmp_path, content, "image/gif")
    assert drawn is not None
    assert (drawn.width, drawn.height) == (16, 16)


async def test_i6_a_large_honest_photo_fits_the_limits(tmp_path: Path) -> None:
    content = io.BytesIO()
    Image.effect_noise((6_500, 4_900), 90).convert("RGB").save(content, "JPEG", quality=80)
    drawn, _ = await draw(tmp_path, content.getvalue(), "image/jpeg")
    assert drawn is not None


async def test_i6_memory_is_limited(tmp_path: Path) -> None:
    """The program that draws is asked for more than it may have."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "import thumbnailer; thumbnailer.limits_set(); bytearray(2_000_000_000)"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        code,
        str(Path(thumbnails.__file__).parent),
        stderr=asyncio.subprocess.PIPE,
    )
    _, problem = await process.communicate()
    assert process.returncode == 1
    assert b"MemoryError" in problem


async def test_i6_time_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "DEADLINE_SECONDS", 0.01)
    drawn, _ = await draw(tmp_path, picture("JPEG", (3_000, 3_000)), "image/jpeg")
    assert drawn is None


async def test_i6_the_process_knows_no_secret(tmp_path: Path) -> None:
    """Its environment is empty, whatever ours holds."""
    content = io.BytesIO()
    Image.effect_noise((5_000, 5_000), 90).save(content, "PNG", compress_level=1)
    drawing = asyncio.create_task(draw(tmp_path, content.getvalue(), "image/png"))
    seen: set[bytes] = set()
    while not drawing.done():
        seen |= environments_of_processes(naming=str(tmp_path))
        await asyncio.sleep(0.01)
    assert (await drawing)[0] is not None
    assert seen == {b""}


def environments_of_processes(naming: str) -> set[bytes]:
    """Of those with these words in their command (Linux)."""
    found = set()
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if naming.encode() in command.read_bytes():
                found.add(command.with_name("environ").read_bytes())
    return found


async def test_a_film_has_a_first_picture_and_a_length(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    with av.open(str(film), "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for _ in range(30):
            frame = av.VideoFrame.from_image(Image.new("RGB", (320, 180), RED))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    drawn, target = await draw(tmp_path, film.read_bytes(), "video/mp4")
    assert drawn is not None
    assert (drawn.width, drawn.height) == (320, 180)
    assert drawn.duration_seconds == pytest.approx(3.0, abs=0.2)
    with Image.open(target) as small:
        assert is_near(small.convert("RGB").getpixel((160, 90)), RED)


async def test_a_broken_film_has_none(tmp_path: Path) -> None:
    drawn, _ = await draw(tmp_path, b"\x00\x00\x00\x18ftypisom" + bytes(500), "video/mp4")
    assert drawn is None
