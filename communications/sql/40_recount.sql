-- Last message, read marker and unread count of conversations, from their messages. The fold adds up arrivals by itself and
-- comes here only where adding up is not enough: an own message moved the marker, or a held message changed.

CREATE OR REPLACE FUNCTION landline_conversations_recount(conversations bigint[]) RETURNS void LANGUAGE sql AS $$
    UPDATE communications_conversation AS conversation
    SET last_message_id = newest.id,
        last_message_at = newest.sent_at,
        read_through_at = marker.sent_at,
        read_through_id = marker.id,
        unread_count = (
            SELECT count(*) FROM communications_message AS message
            WHERE message.conversation_id = conversation.id AND message.direction = 'inbound'
              AND NOT message.is_stub AND NOT message.is_hidden AND NOT message.is_event AND message.deleted_at IS NULL
              AND (marker.sent_at IS NULL OR message.sent_at >= marker.sent_at)
              AND (marker.sent_at IS NULL OR (message.sent_at, message.id) > (marker.sent_at, marker.id)))
    FROM unnest(conversations) AS asked (id)
    CROSS JOIN LATERAL (
        SELECT held.read_through_at, held.read_through_id FROM communications_conversation AS held WHERE held.id = asked.id
    ) AS held
    LEFT JOIN LATERAL (
        SELECT message.id, message.sent_at FROM communications_message AS message
        WHERE message.conversation_id = asked.id AND NOT message.is_stub AND NOT message.is_hidden
        ORDER BY message.sent_at DESC, message.received_at DESC, message.id DESC LIMIT 1
    ) AS newest ON true
    LEFT JOIN LATERAL (
        -- Who answers on the phone has read what stands above the answer, and what came in the same millisecond.
        SELECT message.sent_at, 9223372036854775807 AS id FROM communications_message AS message
        WHERE message.conversation_id = asked.id AND NOT message.is_stub AND NOT message.is_hidden
          AND message.direction = 'outbound'
          AND (held.read_through_at IS NULL OR message.sent_at >= held.read_through_at)
        ORDER BY message.sent_at DESC, message.received_at DESC, message.id DESC LIMIT 1
    ) AS answered ON true
    CROSS JOIN LATERAL (
        SELECT greatest(held.read_through_at, answered.sent_at) AS sent_at,
               CASE WHEN answered.sent_at IS NOT NULL THEN answered.id ELSE held.read_through_id END AS id
    ) AS marker
    WHERE conversation.id = asked.id
$$;
