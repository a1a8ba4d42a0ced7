"""What an erasure would take."""

from collections.abc import Sequence
from typing import Final, Literal

from communications.schemas.erasure import ErasurePreview
from communications.selectors.queries import rows
from communications.selectors.values import optional_instant

_COUNTED: Final = """
SELECT (SELECT count(*) FROM communications_attachment WHERE message_id = ANY(%(messages)s::bigint[])),
       (SELECT count(*) FROM communications_conversation
        WHERE id = ANY(%(conversations)s::bigint[]) AND continues_id IS NULL),
       min(sent_at), max(sent_at)
FROM communications_message WHERE id = ANY(%(messages)s::bigint[])
"""


def erasure_preview(
    kind: Literal["conversation", "person"], *, messages: Sequence[int], conversations: Sequence[int]
) -> ErasurePreview:
    """Of what was found to go with it."""
    asked = {"messages": list(messages), "conversations": list(conversations)}
    ((files, whole, oldest_at, newest_at),) = rows(_COUNTED, asked)
    return ErasurePreview(
        kind=kind,
        messages=len(messages),
        conversations=whole,
        files=files,
        oldest_at=optional_instant(oldest_at),
        newest_at=optional_instant(newest_at),
    )
