"""An error as RFC 9457 (problem details) writes it."""

from typing import Final

import msgspec
import structlog

from communications.errors import LandlineError, TooManyAttempts
from communications.schemas.documents import Document
from communications.schemas.identifiers import uuid7_text

PROBLEM_CONTENT_TYPE: Final = "application/problem+json"


class Problem(Document, frozen=True, kw_only=True):
    """``code`` is stable and names the kind of error.

    ``request_id`` finds the request in the server's log.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str


def problem(status: int, code: str, title: str, detail: str = "") -> Problem:
    return Problem(
        type=f"/problems/{code}",
        title=title,
        status=status,
        detail=detail or title,
        code=code,
        request_id=request_id(),
    )


def problem_of(error: LandlineError) -> Problem:
    return problem(error.status, error.code, error.title, error.detail)


def problem_headers(error: LandlineError) -> dict[str, str]:
    """Headers that go with an error, besides the content type."""
    if isinstance(error, TooManyAttempts):
        return {"Retry-After": str(error.retry_after_seconds)}
    return {}


def problem_bytes(document: Problem) -> bytes:
    return msgspec.json.encode(document)


def request_id() -> str:
    """The id under which the log knows the present request; a new one where the server has given none."""
    known = structlog.contextvars.get_contextvars().get("request_id")
    return known if isinstance(known, str) else uuid7_text()
