"""Having read a conversation up to a message."""

from typing import Final

from django.db import connection, transaction

from communications.errors import NotFound
from communications.feed.announce import changes_announce_on_commit
from communications.selectors.scope import readable_conversation

# Shared with the fold: whoever writes a channel's facts holds it, and reads only after having it.
_LOCK_CHANNEL: Final = """
SELECT pg_advisory_xact_lock(hashtextextended(channel.external_account_id, 0))
FROM communications_conversation AS conversation
JOIN communications_channel AS channel ON channel.id = conversation.channel_id
WHERE conversation.id = %s
"""

_MESSAGE_POSITION: Final = """
SELECT message.sent_at
FROM communications_message AS message
JOIN communications_conversation AS conversation ON conversation.id = message.conversation_id
WHERE message.id = %(message_id)s AND %(conversation_id)s IN (conversation.id, conversation.continues_id)
  AND NOT message.is_stub AND NOT message.is_hidden
"""

_MOVE_MARKER: Final = """
UPDATE communications_conversation AS conversation
SET marked_read_at = %(sent_at)s, marked_read_id = %(message_id)s
WHERE conversation.id = %(conversation_id)s
  AND (conversation.read_through_at IS NULL
       OR (conversation.read_through_at, conversation.read_through_id) < (%(sent_at)s, %(message_id)s))
"""

_RECOUNT: Final = "SELECT landline_conversations_recount(ARRAY[%s::bigint])"


def conversation_mark_read(
    user_id: int, *, provider: str | None, conversation_id: int, message_id: int
) -> int:
    """Moves the read marker of a conversation up to a message, never back, and counts what is unread then.

    Gives the id of the conversation as it is shown. Raises NotFound if the person may not read the
    conversation or the message is not in it.
    """
    shown_id = readable_conversation(user_id, provider=provider, conversation_id=conversation_id)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK_CHANNEL, [shown_id])
        marker = {"conversation_id": shown_id, "message_id": message_id}
        cursor.execute(_MESSAGE_POSITION, marker)
        position = cursor.fetchone()
        if position is None:
            raise NotFound
        cursor.execute(_MOVE_MARKER, {**marker, "sent_at": position[0]})
        if cursor.rowcount:
            cursor.execute(_RECOUNT, [shown_id])
            changes_announce_on_commit()
    return shown_id
