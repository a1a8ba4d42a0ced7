"""The browser's application: one page for all its routes, and the few files it wants at the root."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

APPLICATION: Final = Path(__file__).resolve().parent / "static" / "app"
NOT_BUILT: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>Landline</title>
<h1>The inbox is not built yet</h1>
<p>Run <code>make setup</code>, or <code>npm run build</code> in <code>frontend/</code>,
and load this page again.</p>
</html>
"""

# By path: file, content type, further headers.
ROOT_FILES: Final[dict[str, tuple[str, str, dict[str, str]]]] = {
    "sw.js": ("sw.js", "text/javascript; charset=utf-8", {"Service-Worker-Allowed": "/"}),
    "manifest.webmanifest": ("manifest.webmanifest", "application/manifest+json", {}),
    "favicon.ico": ("icon.svg", "image/svg+xml", {}),
}


@require_safe
def shell(_request: HttpRequest) -> HttpResponse:
    """Always asked for anew, so that a new build is seen at once; what it loads is named by content."""
    page = _read("index.html")
    if page is None:
        return HttpResponse(NOT_BUILT, status=503, headers={"Retry-After": "10", "Cache-Control": "no-store"})
    return HttpResponse(page, headers={"Cache-Control": "no-cache"})


@require_safe
def root_file(_request: HttpRequest, name: str) -> HttpResponse:
    """Raises Http404 if the build has no such file."""
    file_name, content_type, headers = ROOT_FILES[name]
    content = _read(file_name)
    if content is None:
        raise Http404
    return HttpResponse(content, content_type=content_type, headers={**headers, "Cache-Control": "no-cache"})


def _read(name: str) -> bytes | None:
    try:
        return (APPLICATION / name).read_bytes()
    except FileNotFoundError:
        return None
