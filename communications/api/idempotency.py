"""Calls that write may be repeated: they carry a key of the browser's making, in the body and as a header."""

import re
import uuid
from typing import Annotated, Final

from ninja import Header
from pydantic.json_schema import SkipJsonSchema

from communications.errors import InvalidInput

IdempotencyKey = Annotated[
    uuid.UUID | SkipJsonSchema[None],
    Header(alias="Idempotency-Key", description="The same value as `client_id`."),
]
Prefer = Annotated[
    str | SkipJsonSchema[None],
    Header(max_length=100, description="`wait=N`: answer once the outcome is known, or after N seconds."),
]

WAIT_MAX_SECONDS: Final = 10

_WAIT: Final = re.compile(r"(?:^|[,;\s])wait\s*=\s*(\d{1,4})(?:$|[,;\s])", re.ASCII)


def key_checked(client_id: uuid.UUID, header: uuid.UUID | None) -> None:
    """Raises InvalidInput where header and body name different keys."""
    if header is not None and header != client_id:
        raise InvalidInput("Idempotency-Key: must be the client_id")


def wait_seconds(prefer: str | None) -> int:
    """How long the caller would wait; what else it prefers is its own affair (RFC 7240)."""
    found = _WAIT.search(prefer or "")
    return 0 if found is None else min(int(found[1]), WAIT_MAX_SECONDS)
