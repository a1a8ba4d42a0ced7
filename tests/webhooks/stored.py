"""What one delivery left in the database, in the words of a test's expectation."""

from __future__ import annotations

from typing import Any

from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

MESSAGES = """
SELECT message.direction, message.origin, sender.provider_id AS sender, message.sender_name, message.kind,
       message.text, message.sent_at, message.time_flagged, message.status, message.is_stub,
       message.quoted_text, message.edited_at IS NOT NULL AS edited, message.deleted_at IS NOT NULL AS deleted,
       ARRAY(SELECT kind || ' ' || state FROM communications_attachment WHERE message_id = message.id
             ORDER BY position) AS attachments,
       ARRAY(SELECT emoji FROM communications_reaction WHERE message_id = message.id) AS reactions,
       conversation.kind AS chat_kind, conversation.title, conversation.unread_count AS unread,
       contact.provider_id AS contact, contact.name AS contact_name, contact.phone AS contact_phone,
       ARRAY(SELECT kind || ':' || value FROM communications_conversationalias
             WHERE conversation_id = conversation.id ORDER BY 1) AS chat,
       ARRAY(SELECT person.provider_id || CASE WHEN person.is_self THEN ' (self)' ELSE '' END
             FROM communications_conversationattendee AS member
             JOIN communications_chatattendee AS person ON person.id = member.attendee_id
             WHERE member.conversation_id = conversation.id ORDER BY 1) AS members
FROM communications_message AS message
LEFT JOIN communications_chatattendee AS sender ON sender.id = message.sender_id
LEFT JOIN communications_conversation AS conversation ON conversation.id = message.conversation_id
LEFT JOIN communications_chatattendee AS contact ON contact.id = conversation.contact_id
"""
LEDGER = """
SELECT outcome, reason, event, delivery.provider, channel.status AS channel_status
FROM communications_webhookdelivery AS delivery
LEFT JOIN communications_channel AS channel ON channel.external_account_id = delivery.external_account_id
"""


async def stored(connections: AsyncConnectionPool[Any]) -> dict[str, Any]:
    """The one ledger row, and beside it the one message if there is one."""
    async with connections.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        [delivery] = await (await cursor.execute(LEDGER)).fetchall()
        messages = await (await cursor.execute(MESSAGES)).fetchall()
    assert len(messages) <= 1
    return delivery | (messages[0] if messages else {})
