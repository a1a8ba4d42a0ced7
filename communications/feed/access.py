"""What a person may see, as of the same moment as the rows that are read with it."""

from typing import Final

from communications.feed.questions import Question, Rows
from communications.schemas.scope import Scope

_SCOPE: Final = """
SELECT who.session_generation,
       array(SELECT channel_id FROM communications_channelaccess WHERE user_id = who.id)
FROM communications_user AS who WHERE who.id = %s AND who.is_active
"""


def scope_question(user_id: int) -> Question:
    return Question(_SCOPE, (user_id,))


def scope_of(user_id: int, rows: Rows) -> Scope:
    """Nothing at all if there is no such active person."""
    if not rows:
        return Scope(user_id=user_id, session_generation=None, channels=frozenset())
    ((session_generation, channels),) = rows
    return Scope(user_id=user_id, session_generation=session_generation, channels=frozenset(channels))
