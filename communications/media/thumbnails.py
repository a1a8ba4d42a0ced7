"""Small pictures of files, drawn in a process of their own."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import msgspec
import structlog

from communications.media import thumbnailer

log = structlog.get_logger(__name__)

DEADLINE_SECONDS: Final = 20.0
AT_ONCE: Final = 2

# Films need an optional package, which is never loaded into this process.
HAS_FILMS: Final = find_spec("av") is not None
DRAWABLE: Final = frozenset({*thumbnailer.IMAGE_FORMATS, *(thumbnailer.FILM_FORMATS if HAS_FILMS else ())})
THUMBNAIL_TYPE: Final = "image/webp"


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """``width`` and ``height`` of the original in pixels as shown; a film's length; ``size_bytes`` of the small picture."""

    width: int
    height: int
    size_bytes: int
    duration_seconds: float | None = None


class Thumbnails:
    """Draws a few at a time; use one in each event loop."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def draw(self, source: Path, mime_type: str, target: Path) -> Drawn | None:
        """Writes ``target``; ``None`` for what cannot be drawn, and ``target`` is of no use then."""
        if mime_type not in DRAWABLE:
            return None
        async with self._turn:
            return await _run(source, mime_type, target)


async def _run(source: Path, mime_type: str, target: Path) -> Drawn | None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(Path(thumbnailer.__file__)),
        str(source),
        mime_type,
        str(target),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={},
    )
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            answer, problem = await process.communicate()
    except TimeoutError:
        log.info("thumbnail_not_drawn", media_type=mime_type, because="out of time")
        return None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if process.returncode != 0:
        because = problem.decode("ascii", "replace").strip()[-100:] or f"ended with {process.returncode}"
        log.info("thumbnail_not_drawn", media_type=mime_type, because=because)
        return None
    return msgspec.json.decode(answer, type=Drawn)
