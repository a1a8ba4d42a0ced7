"""Refusing what the page's scripts ask for, and reading what they send."""

from __future__ import annotations

from typing import Any

from simulator.web.forms import read_json
from simulator.web.messages import Request, Response, json_response

TEXT_MAX = 20_000


class RefusedError(Exception):
    """The page does not do that; the text says why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status

    def response(self) -> Response:
        """What the script gets."""
        return json_response({"message": str(self)}, self.status)


async def script_json(request: Request) -> dict[str, Any]:
    """The body; a form of another site cannot have this content type."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise RefusedError(415, "JSON is needed.")
    return await read_json(request)


def text_of(document: dict[str, Any], name: str = "text") -> str:
    """The text under `name`, without blanks around it."""
    text = optional_text(document, name)
    if text is None:
        raise RefusedError(400, f"A text of 1 to {TEXT_MAX} characters is needed.")
    return text


def optional_text(document: dict[str, Any], name: str = "text") -> str | None:
    """The same, or None where nothing is written."""
    text = str(document.get(name) or "").strip()
    if len(text) > TEXT_MAX:
        raise RefusedError(400, f"A text of 1 to {TEXT_MAX} characters is needed.")
    return text or None


def phone_number_of(document: dict[str, Any]) -> str | None:
    """`+` and the digits under `phone_number`; None where nothing is written."""
    digits = "".join(one for one in str(document.get("phone_number") or "") if one.isdigit())
    if not digits:
        return None
    if not 7 <= len(digits) <= 15:
        raise RefusedError(400, "A number has 7 to 15 digits.")
    return f"+{digits}"
