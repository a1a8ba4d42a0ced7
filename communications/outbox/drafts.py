"""What a person has begun to write in a conversation: kept here, shown to them alone, in every browser of theirs."""

from typing import Final

from django.db import connection, transaction

from communications.feed.announce import changes_announce_on_commit
from communications.schemas.documents import Draft
from communications.selectors.drafts import DRAFTS_BY_ID, draft_document
from communications.selectors.queries import rows
from communications.selectors.scope import readable_conversation

# Upstream takes less; what is pasted by mistake is to be kept all the same.
DRAFT_MAX_CHARACTERS: Final = 100_000

_WRITE: Final = """
INSERT INTO communications_draft AS held (user_id, channel_id, conversation_id, text, updated_at)
SELECT %(user_id)s, channel_id, id, %(text)s, now() FROM communications_conversation WHERE id = %(conversation_id)s
ON CONFLICT (user_id, conversation_id) DO UPDATE SET text = excluded.text, updated_at = excluded.updated_at
WHERE held.text <> excluded.text
"""

_HELD: Final = "SELECT id FROM communications_draft WHERE user_id = %s AND conversation_id = %s"

# A conversation shows the drafts of its parts, too: the newest text stands for them.
_REMOVE: Final = """
DELETE FROM communications_draft AS draft USING communications_conversation AS part
WHERE draft.user_id = %(user_id)s AND part.id = draft.conversation_id
  AND (part.continues_id = %(conversation_id)s OR part.id = %(conversation_id)s AND %(text)s = '')
"""


def draft_write(user_id: int, *, provider: str | None, conversation_id: int, text: str) -> Draft | None:
    """Keeps a draft in place of an earlier one; an empty text removes it, and ``None`` is the answer.

    Raises NotFound for a conversation that is not the person's to read.
    """
    shown_id = readable_conversation(user_id, provider=provider, conversation_id=conversation_id)
    asked: dict[str, int | str] = {"user_id": user_id, "conversation_id": shown_id, "text": text}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_REMOVE, asked)
        changed = cursor.rowcount
        if text:
            cursor.execute(_WRITE, asked)
            changed += cursor.rowcount
        if changed:
            changes_announce_on_commit()
        held = rows(_HELD, [user_id, shown_id])
        return draft_document(rows(DRAFTS_BY_ID, [[held[0][0]]])[0]) if held else None
