"""Headers that tell browsers what a page of ours may do (S11, S12), on every answer.

Wrapped around the whole ASGI application, so that no answer can lack them: errors, static files and the
webhook's included.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from django.conf import settings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApplication = Callable[[Scope, Receive, Send], Awaitable[None]]

_NOTHING_ELSE: Final = (
    "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)

POLICY: Final = (
    f"{_NOTHING_ELSE}; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types landline"
)

# Pages by others, for owners only: they style inline and build HTML from strings.
_FOREIGN_PAGES: Final = (
    f"{_NOTHING_ELSE}; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'"
)
LOOSER_POLICIES: Final[tuple[tuple[str, str], ...]] = (
    ("/admin/", _FOREIGN_PAGES),
    ("/api/v1/docs", _FOREIGN_PAGES),
)

# A file that somebody sent or hands over: should a browser open one as a page, that page can do nothing (I4).
SENT_FILES_POLICY: Final = (
    "sandbox; default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_SENT_FILES: Final = tuple(f"/api/v1/communications/{kind}/" for kind in ("media", "pictures", "uploads"))
_NOT_OUR_PAGES: Final = (*_SENT_FILES, *(prefix for prefix, _ in LOOSER_POLICIES))

HEADERS: Final[dict[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(self), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
        "magnetometer=(), microphone=(self), midi=(), payment=(), usb=()"
    ),
}


class SecurityHeaders:
    """Puts the headers on each answer, in place of any of that name that the application has set."""

    def __init__(self, application: AsgiApplication) -> None:
        self._application = application
        fixed = dict(HEADERS)
        if settings.SECURE_HSTS_SECONDS:
            fixed["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"
        self._fixed = [(name.lower().encode(), value.encode()) for name, value in fixed.items()]
        self._by_policy: dict[str, list[tuple[bytes, bytes]]] = {}
        self._names = frozenset({b"content-security-policy", *(name for name, _ in self._fixed)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
            return
        added = self._added(scope["path"])

        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                kept = [pair for pair in message.get("headers", ()) if pair[0].lower() not in self._names]
                message["headers"] = kept + added
            await send(message)

        await self._application(scope, receive, send_with_headers)

    def _added(self, path: str) -> list[tuple[bytes, bytes]]:
        policy = _policy(path)
        if policy not in self._by_policy:
            self._by_policy[policy] = [(b"content-security-policy", policy.encode()), *self._fixed]
        return self._by_policy[policy]


def _policy(path: str) -> str:
    if not path.startswith(_NOT_OUR_PAGES):
        return POLICY
    if path.startswith(_SENT_FILES):
        return SENT_FILES_POLICY
    return next(looser for prefix, looser in LOOSER_POLICIES if path.startswith(prefix))
