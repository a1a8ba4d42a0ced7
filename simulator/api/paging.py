"""Pages: `limit`, `before`, `after` and opaque cursors.

A cursor carries the page's own parameters; beside it everything but `limit` is ignored, as the vendor's SDK
describes its lists ("either a cursor or a query").
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import msgspec

from simulator.api.errors import ApiError
from simulator.model import Position
from simulator.moments import epoch_milliseconds, parse_stamp
from simulator.web.messages import Request

LIMIT_DEFAULT, LIMIT_MAX = 100, 250
_WHOLE = re.compile(r"\d{1,6}")

T = TypeVar("T")


class _Cursor(msgspec.Struct):
    path: str
    limit: int
    filters: dict[str, str]
    last: Position
    made_at: float = 0.0


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What a caller asks of a list. `older_than` is where the page starts, exclusive."""

    path: str
    limit: int
    filters: dict[str, str]
    older_than: Position | None
    made_at: float = 0.0

    def filter(self, name: str) -> str | None:
        """The value of a filter; an empty one counts as absent."""
        return self.filters.get(name) or None

    def after(self, when: datetime | None) -> bool:
        """Whether `when` is later than the `after` bound; without a bound always."""
        bound = self.filter("after")
        return bound is None or (when is not None and when > parse_stamp(bound))

    def page(
        self,
        kind: str,
        items: Iterable[T],
        position: Callable[[T], Position],
        document: Callable[[T], object],
    ) -> dict[str, object]:
        """The list document over `items`, which come in order and from `older_than` on."""
        chosen: list[T] = []
        more = False
        for item in items:
            if len(chosen) == self.limit:
                more = True
                break
            chosen.append(item)
        cursor = self.cursor(position(chosen[-1])) if more else None
        return {"object": kind, "items": [document(item) for item in chosen], "cursor": cursor}

    def cursor(self, last: Position) -> str:
        """What leads to the page after `last`."""
        content = msgspec.json.encode(_Cursor(self.path, self.limit, self.filters, last, self.made_at))
        return base64.b64encode(content).decode()


def page_request(request: Request, filters: Sequence[str] = ()) -> PageRequest:
    """Read the query; raises ApiError 400 for a limit, bound or cursor that is none."""
    limit = _limit(request.query.get("limit"))
    if cursor_text := request.query.get("cursor"):
        cursor = _decode(cursor_text)
        if cursor.path != request.path:
            raise ApiError("invalid_parameters", "The cursor belongs to another list.")
        if request.at - cursor.made_at >= request.cursor_seconds:
            raise ApiError("invalid_parameters", "The cursor has expired.")
        return PageRequest(request.path, limit or cursor.limit, cursor.filters, cursor.last, request.at)
    given = {name: request.query[name] for name in filters if request.query.get(name)}
    for bound in ("before", "after"):
        if bound in given:
            _moment(bound, given[bound])
    older_than = (epoch_milliseconds(parse_stamp(given["before"])), -(1 << 62)) if "before" in given else None
    return PageRequest(request.path, limit or LIMIT_DEFAULT, given, older_than, request.at)


def cursor_to(request: Request) -> str:
    """Another cursor to the very page that `request` asked for."""
    page = page_request(request, [name for name in request.query if name not in {"cursor", "limit"}])
    page = replace(page, made_at=page.made_at + 0.001)
    return page.cursor(page.older_than or (1 << 62, 0))


def flag(page: PageRequest, name: str) -> bool | None:
    """A boolean filter; 400 for anything but `true` and `false`."""
    text = page.filter(name)
    if text is None:
        return None
    if text not in {"true", "false"}:
        raise ApiError("invalid_parameters", f"{name} must be a boolean.")
    return text == "true"


def _limit(text: str | None) -> int | None:
    if text is None:
        return None
    if not _WHOLE.fullmatch(text) or not 1 <= int(text) <= LIMIT_MAX:
        raise ApiError("invalid_parameters", f"limit must be an integer between 1 and {LIMIT_MAX}.")
    return int(text)


def _moment(name: str, text: str) -> None:
    try:
        parse_stamp(text)
    except ValueError:
        raise ApiError(
            "invalid_parameters", f"{name} must be an ISO 8601 UTC datetime (YYYY-MM-DDTHH:MM:SS.sssZ)."
        ) from None


def _decode(text: str) -> _Cursor:
    try:
        return msgspec.json.decode(base64.b64decode(text, validate=True), type=_Cursor)
    except (binascii.Error, msgspec.DecodeError, ValueError):
        raise ApiError("invalid_parameters", "The cursor cannot be read.") from None
