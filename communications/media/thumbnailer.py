"""A program of its own: measures one picture or film, and draws a small one of it.

    python -I thumbnailer.py <file> <media type> <target>

It runs with little memory and time and without the environment of whoever starts it, for what it reads may be hostile. It
writes the target (WebP, nothing of the original's marks but its colour profile) and prints one JSON object: ``width`` and
``height`` as shown, ``duration_seconds`` of a film, ``size_bytes`` of the target. It exits with 1 for what it cannot read;
the target is of no use then.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import AvifImagePlugin, Image, ImageOps

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

PIXELS_MAX = 32_000_000
MEMORY_MAX_BYTES = 1024 * 1024 * 1024
CPU_MAX_SECONDS = 15
OUTPUT_MAX_BYTES = 4_000_000
LONGEST_SIDE = 640
QUALITY = 80
PROFILE_MAX_BYTES = 16_384
SIDEWAYS = frozenset({5, 6, 7, 8})
ORIENTATION_TAG = 0x0112

IMAGE_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
}
FILM_FORMATS = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/3gpp": "mov",
    "video/webm": "matroska",
}


class UnreadableError(Exception):
    """Not a picture that is drawn here: broken, too large, or of no known kind."""


def main(source: str, mime_type: str, target: str) -> None:
    limits_set()
    if mime_type in IMAGE_FORMATS:
        measures = picture_draw(source, IMAGE_FORMATS[mime_type], target)
    elif mime_type in FILM_FORMATS:
        measures = film_draw(source, FILM_FORMATS[mime_type], target)
    else:
        raise UnreadableError(mime_type)
    measures["size_bytes"] = Path(target).stat().st_size
    json.dump(measures, sys.stdout)


def limits_set() -> None:
    """Where the system knows limits; elsewhere (Windows) the parent's clock is the only one."""
    os.nice(10) if hasattr(os, "nice") else None
    with suppress(ImportError):
        import resource  # noqa: PLC0415

        for limit, most in (
            (resource.RLIMIT_AS, MEMORY_MAX_BYTES),
            (resource.RLIMIT_CPU, CPU_MAX_SECONDS),
            (resource.RLIMIT_FSIZE, OUTPUT_MAX_BYTES),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(limit, (most, most))


def picture_draw(source: str, image_format: str, target: str) -> dict[str, Any]:
    """The first frame only, however many there are."""
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    with Image.open(source, formats=[image_format]) as picture:
        width, height = picture.size
        pixels_check(width, height)
        if picture.getexif().get(ORIENTATION_TAG) in SIDEWAYS:
            width, height = height, width
        save_small(picture, target)
    return {"width": width, "height": height}


def film_draw(source: str, container_format: str, target: str) -> dict[str, Any]:
    """The first picture of a film, where the optional decoder is installed."""
    import av  # noqa: PLC0415

    with av.open(source, format=container_format, options={"protocol_whitelist": "file"}) as container:
        stream = container.streams.video[0]
        pixels_check(stream.codec_context.width, stream.codec_context.height)
        stream.codec_context.thread_count = 1
        frame = next(container.decode(stream))
        pixels_check(frame.width, frame.height)
        shown = frame.to_image()  # type: ignore[no-untyped-call]  # av says nothing of it
        picture = shown.rotate(frame.rotation, expand=True)
        duration = container.duration / av.time_base if container.duration else None
        save_small(picture, target)
    return {"width": picture.width, "height": picture.height, "duration_seconds": duration}


def pixels_check(width: int, height: int) -> None:
    if width <= 0 or height <= 0 or width * height > PIXELS_MAX:
        raise UnreadableError(f"{width} x {height} pixels")


def save_small(picture: Picture, target: str) -> None:
    """Made small first and turned upright then, so that no large copy is ever held twice."""
    profile = picture.info.get("icc_profile") if picture.mode in ("RGB", "RGBA") else None
    if picture.mode not in ("RGB", "RGBA", "L"):
        has_alpha = "A" in picture.getbands() or "transparency" in picture.info
        picture = picture.convert("RGBA" if has_alpha else "RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(picture)
    kept = {"icc_profile": profile} if profile and len(profile) <= PROFILE_MAX_BYTES else {}
    upright.save(target, "WEBP", quality=QUALITY, exif=b"", xmp=b"", **kept)


if __name__ == "__main__":
    Image.MAX_IMAGE_PIXELS = PIXELS_MAX
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        main(*sys.argv[1:4])
    except Exception as error:
        print(type(error).__name__, file=sys.stderr)
        sys.exit(1)
