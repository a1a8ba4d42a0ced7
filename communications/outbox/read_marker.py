"""Having read a conversation up to a message."""

from typing import Final

from django.db import connection, transaction

from communications.errors import NotFound
from communications.feed.announce import changes_announce_on_commit
from communications.outbox.intents import Place, channel_lock
from communications.outbox.read_receipts import read_receipt_add, read_receipt_is_due
from communications.selectors.scope import readable_conversation

_FORGET_MARK: Final = (
    "UPDATE communications_conversation SET marked_unread = false WHERE id = %s AND marked_unread"
)

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

    A mark as unread goes. Upstream is told if the channel's people have said so.
    Gives the id of the conversation as it is shown. Raises NotFound if the person may not read the
    conversation or the message is not in it.
    """
    shown_id = readable_conversation(user_id, provider=provider, conversation_id=conversation_id)
    with transaction.atomic(), connection.cursor() as cursor:
        place = Place(channel_lock(shown_id), shown_id)
        marker = {"conversation_id": shown_id, "message_id": message_id}
        cursor.execute(_MESSAGE_POSITION, marker)
        position = cursor.fetchone()
        if position is None:
            raise NotFound
        is_receipt_due = read_receipt_is_due(place, "open")
        cursor.execute(_FORGET_MARK, [shown_id])
        is_news = cursor.rowcount > 0
        cursor.execute(_MOVE_MARKER, {**marker, "sent_at": position[0]})
        if cursor.rowcount:
            cursor.execute(_RECOUNT, [shown_id])
            is_news = True
            if is_receipt_due:
                read_receipt_add(user_id, place)
        if is_news:
            changes_announce_on_commit()
    return shown_id
