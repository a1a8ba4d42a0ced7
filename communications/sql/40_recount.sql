-- Last message, read marker and unread count of conversations, from the messages of each and of the parts that continue it. The
-- fold adds up arrivals by itself and comes here only where adding up is not enough: a marker moved, or a held message changed.

CREATE OR REPLACE FUNCTION landline_conversations_recount(conversations bigint[]) RETURNS void LANGUAGE sql AS $$
    UPDATE communications_conversation AS conversation
    SET last_message_id = newest.id,
        last_message_at = newest.sent_at,
        read_through_at = marker.sent_at,
        read_through_id = marker.id,
        unread_count = (
            SELECT count(*) FROM communications_message AS message
            WHERE message.conversation_id = ANY(parts.ids) AND message.direction = 'inbound'
              AND NOT message.is_stub AND NOT message.is_hidden AND NOT message.is_event AND message.deleted_at IS NULL
              AND (marker.sent_at IS NULL OR message.sent_at >= marker.sent_at)
              AND (marker.sent_at IS NULL OR (message.sent_at, message.id) > (marker.sent_at, marker.id)))
    FROM (
        SELECT DISTINCT coalesce(held.continues_id, held.id) AS id
        FROM communications_conversation AS held WHERE held.id = ANY(conversations)
    ) AS asked
    JOIN communications_conversation AS held ON held.id = asked.id
    CROSS JOIN LATERAL (
        SELECT ARRAY(
            SELECT part.id FROM communications_conversation AS part WHERE part.id = asked.id OR part.continues_id = asked.id
        ) AS ids
    ) AS parts
    LEFT JOIN LATERAL (
        SELECT latest.id, latest.sent_at
        FROM unnest(parts.ids) AS part (id)
        CROSS JOIN LATERAL (
            SELECT message.id, message.sent_at, message.received_at FROM communications_message AS message
            WHERE message.conversation_id = part.id AND NOT message.is_stub AND NOT message.is_hidden
            ORDER BY message.sent_at DESC, message.received_at DESC, message.id DESC LIMIT 1
        ) AS latest
        ORDER BY latest.sent_at DESC, latest.received_at DESC, latest.id DESC LIMIT 1
    ) AS newest ON true
    CROSS JOIN LATERAL (
        -- Read on another device: an inbound message reported as read, or an own one, for who answers has read what stands
        -- above; and with it what came in the same millisecond. Who answers here has read what stood there then, which is kept.
        SELECT max(elsewhere.sent_at) AS sent_at
        FROM unnest(parts.ids) AS part (id)
        CROSS JOIN LATERAL (
            SELECT message.sent_at FROM communications_message AS message
            WHERE message.conversation_id = part.id AND NOT message.is_stub AND NOT message.is_hidden
              AND (message.direction = 'outbound' AND message.origin <> 'us' OR message.is_read)
            ORDER BY message.sent_at DESC LIMIT 1
        ) AS elsewhere
    ) AS elsewhere
    CROSS JOIN LATERAL (
        SELECT greatest(held.marked_read_at, elsewhere.sent_at) AS sent_at,
               CASE
                   WHEN held.marked_read_at IS NULL AND elsewhere.sent_at IS NULL THEN NULL
                   WHEN held.marked_read_at IS NULL OR elsewhere.sent_at >= held.marked_read_at THEN 9223372036854775807
                   ELSE held.marked_read_id
               END AS id
    ) AS marker
    WHERE conversation.id = asked.id
$$;
