"""What a person decides of a message that failed, or of which nobody knows whether it arrived."""

from typing import Final, Literal, NamedTuple

from django.db import connection, transaction

from communications.errors import NotDecidable, NotFound
from communications.outbox.intents import channel_lock
from communications.outbox.waking import outbox_wake_on_commit
from communications.selectors.scope import readable_conversation

Decision = Literal["retry", "arrived", "discard", "skip"]


class _Standing(NamedTuple):
    intent_id: int
    state: str


# An attempt of which nothing is known is never repeated but by a person's word.
DECIDABLE: Final[dict[Decision, frozenset[str]]] = {
    "retry": frozenset({"failed", "unconfirmed"}),
    "arrived": frozenset({"unconfirmed"}),
    "discard": frozenset({"waiting", "failed", "unconfirmed"}),
    "skip": frozenset({"failed", "unconfirmed"}),
}

_STANDING: Final = """
SELECT intent.id, intent.state FROM communications_intent AS intent
JOIN communications_message AS message ON message.id = intent.message_id
JOIN communications_conversation AS part ON part.id = message.conversation_id
WHERE message.id = %(message)s AND message.client_id = intent.client_id AND %(conversation)s IN (part.id, part.continues_id)
FOR UPDATE OF intent
"""

# The outcome stays until the next attempt: an echo that comes before it proves that none is needed.
_RETRY: Final = """
UPDATE communications_intent SET
    state = 'waiting', next_attempt_at = now(), wanted_at = now(), is_passed = false, reason_code = '', reason = '',
    settled_at = NULL
WHERE id = %(intent)s
"""

_ARRIVED: Final = """
UPDATE communications_intent SET
    state = 'done', evidence = 'person', evidence_at = now(), settled_at = now(), reason_code = '', reason = ''
WHERE id = %(intent)s
"""

_SKIP: Final = "UPDATE communications_intent SET is_passed = true WHERE id = %(intent)s"

_SHOW: Final = "SELECT landline_sending_show(ARRAY[%s::bigint])"

_DISCARD: Final = "SELECT landline_sent_discard(%(intent)s)"

_DECIDE: Final[dict[Decision, str]] = {
    "retry": _RETRY,
    "arrived": _ARRIVED,
    "skip": _SKIP,
    "discard": _DISCARD,
}


def message_decide(
    user_id: int, *, provider: str | None, conversation_id: int, message_id: int, decision: Decision
) -> None:
    """Carries a decision out.

    Raises NotFound for a message that was not written here or is not the person's to read, NotDecidable where it does not
    stand so.
    """
    shown_id = readable_conversation(user_id, provider=provider, conversation_id=conversation_id)
    with transaction.atomic(), connection.cursor() as cursor:
        channel_lock(shown_id)
        cursor.execute(_STANDING, {"message": message_id, "conversation": shown_id})
        row = cursor.fetchone()
        if row is None:
            raise NotFound
        standing = _Standing._make(row)
        if standing.state not in DECIDABLE[decision]:
            raise NotDecidable(f"{decision}: the message is {standing.state}")
        cursor.execute(_DECIDE[decision], {"intent": standing.intent_id})
        cursor.execute(_SHOW, [standing.intent_id])
        outbox_wake_on_commit()
