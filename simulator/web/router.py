"""Which handler answers which path."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from simulator.web.messages import Request, Response

Handler = Callable[[Request], Awaitable[Response]]
H = TypeVar("H")


class Router(Generic[H]):
    """Routes by method and path template (`/chats/{chat_id}/messages`); a fixed part wins over a variable
    one.
    """

    def __init__(self) -> None:
        self._routes: dict[tuple[str, int], list[tuple[str, list[str], H]]] = {}

    def add(self, method: str, template: str, handler: H) -> None:
        """Answer `method` on `template` with `handler`."""
        parts = [part for part in template.split("/") if part]
        routes = self._routes.setdefault((method, len(parts)), [])
        routes.append((template, parts, handler))
        routes.sort(key=lambda route: [part.startswith("{") for part in route[1]])

    def match(self, method: str, segments: list[str]) -> tuple[str, dict[str, str], H] | None:
        """The template, its variable parts and the handler for a path."""
        for template, parts, handler in self._routes.get((method, len(segments)), ()):
            pairs = list(zip(parts, segments, strict=True))
            if all(part.startswith("{") or part == segment for part, segment in pairs):
                params = {part[1:-1]: segment for part, segment in pairs if part.startswith("{")}
                return template, params, handler
        return None
