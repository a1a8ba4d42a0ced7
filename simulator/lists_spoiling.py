"""What can become of a page of a list on its way to the caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec

from simulator.api.paging import cursor_to
from simulator.web.messages import Request, Response


def loop(answer: Response, request: Request) -> Response:
    """Its cursor is the one that was asked with; a first page has one that leads to itself."""
    again = request.query.get("cursor") or cursor_to(request)
    return _changed(answer, lambda page: {**page, "cursor": again})


def postpone(answer: Response, request: Request) -> Response:
    """Nothing on it, and its cursor leads to the same place."""
    return _changed(answer, lambda page: {**page, "items": [], "cursor": cursor_to(request)})


def repeat(answer: Response, _request: Request) -> Response:
    """Everything on it twice."""
    return _changed(answer, lambda page: {**page, "items": [*page["items"], *page["items"]]})


def shift(answer: Response, _request: Request) -> Response:
    """Without its first item."""
    return _changed(answer, lambda page: {**page, "items": page["items"][1:]})


def thin_out(answer: Response, _request: Request) -> Response:
    """Without every second item."""
    return _changed(answer, lambda page: {**page, "items": page["items"][::2]})


def _changed(answer: Response, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Response:
    """The page after `change`; what is no page stays as it is."""
    document = msgspec.json.decode(answer.body)
    if not isinstance(document, dict) or "items" not in document:
        return answer
    return replace(answer, body=msgspec.json.encode(change(document)))
