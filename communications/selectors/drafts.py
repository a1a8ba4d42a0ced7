"""Drafts, each for its own author only."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from communications.schemas.documents import Draft
from communications.selectors.values import id_text, instant


class DraftRow(NamedTuple):
    id: int
    conversation_id: int
    channel_id: int
    text: str
    updated_at: dt.datetime
    version: str
    user_id: int


# A conversation that continues another shows its drafts there.
DRAFT_ROWS: Final = """
SELECT draft.id, coalesce(conversation.continues_id, conversation.id) AS conversation_id, draft.channel_id,
       draft.text, draft.updated_at, draft.version::text AS version, draft.user_id
FROM communications_draft AS draft
JOIN communications_conversation AS conversation ON conversation.id = draft.conversation_id
"""

# Parameter: draft ids. Each row travels to its user_id and nobody else.
DRAFTS_BY_ID: Final = f"{DRAFT_ROWS} WHERE draft.id = ANY(%s::bigint[])"

# Parameter: user id. Only of what that person may still read.
DRAFTS_OF_READER: Final = f"""{DRAFT_ROWS}
JOIN communications_channelaccess AS access
  ON access.channel_id = draft.channel_id AND access.user_id = draft.user_id
WHERE draft.user_id = %s
ORDER BY draft.id"""


def draft_document(row: Sequence[Any]) -> Draft:
    held = DraftRow._make(row)
    return Draft(
        id=id_text(held.id),
        conversation_id=id_text(held.conversation_id),
        channel_id=id_text(held.channel_id),
        text=held.text,
        updated_at=instant(held.updated_at),
        version=held.version,
    )
