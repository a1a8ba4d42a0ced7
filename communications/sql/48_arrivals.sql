-- Messages as a batch tells them, and what follows from those it has written.

-- Each with the conversation, the sender and the direction that are known by now.
CREATE OR REPLACE FUNCTION landline_messages_told(messages json, conversation_of bigint[]) RETURNS TABLE (
    channel_id bigint, conversation_id bigint, sender_id bigint, direction text, direction_told boolean,
    external_message_id text, provider_message_id text, delivery uuid, sender_name text, kind text, text text, search_text text,
    sent_at timestamptz, time_flagged boolean, received_at timestamptz, quoted_external_id text, quoted_text text,
    quoted_sender_name text, is_event boolean, is_forwarded boolean, is_view_once boolean, is_hidden boolean
) LANGUAGE sql STABLE AS $$
    SELECT channel.id, conversation_of[told.chat], sender.id,
           coalesce(told.told_direction, landline_direction(
               coalesce(sender.identities, told.sender_identities), channel.own_identities)),
           told.told_direction IS NOT NULL,
           told.external_message_id, told.provider_message_id, told.delivery, told.sender_name, told.kind, told.text,
           told.search_text, told.sent_at, told.time_flagged, told.received_at, told.quoted_external_id, told.quoted_text,
           told.quoted_sender_name, told.is_event, told.is_forwarded, told.is_view_once, told.is_hidden
    FROM json_to_recordset(messages) AS told (
        account text, external_message_id text, provider_message_id text, chat integer, delivery uuid,
        told_direction text, sender_provider_id text, sender_identities text[], sender_name text,
        kind text, text text, search_text text, sent_at timestamptz, time_flagged boolean, received_at timestamptz,
        quoted_external_id text, quoted_text text, quoted_sender_name text,
        is_event boolean, is_forwarded boolean, is_view_once boolean, is_hidden boolean)
    JOIN communications_channel AS channel ON channel.external_account_id = told.account
    LEFT JOIN communications_chatattendee AS sender
        ON sender.channel_id = channel.id AND sender.provider_id = told.sender_provider_id
$$;

-- Messages that are on record already. The earliest delivery of a message decides what it shows; a stub is completed by the first
-- that brings it. Answers with those that were written anew.
CREATE OR REPLACE FUNCTION landline_messages_revise(messages json, conversation_of bigint[]) RETURNS bigint[] LANGUAGE sql AS $$
    WITH revised AS (
        UPDATE communications_message AS held SET
            conversation_id = coalesce(held.conversation_id, told.conversation_id),
            provider_message_id = told.provider_message_id,
            (direction, origin, status, is_read, direction_told) = (
                SELECT judged.direction,
                       CASE WHEN held.origin = 'us' THEN 'us' WHEN judged.direction = 'outbound' THEN 'phone' ELSE 'contact' END,
                       CASE judged.direction
                           WHEN 'outbound' THEN landline_status_climb(held.status, 'sent')
                           WHEN 'inbound' THEN NULL
                           ELSE nullif(held.status, 'sent')
                       END,
                       held.is_read OR judged.direction = 'inbound' AND held.status IS NOT DISTINCT FROM 'read',
                       held.direction_told OR told.direction_told
                FROM (
                    SELECT CASE
                        WHEN held.direction_told AND NOT told.direction_told THEN held.direction ELSE told.direction
                    END AS direction
                ) AS judged),
            sender_id = told.sender_id,
            sender_name = told.sender_name,
            kind = told.kind,
            original_text = CASE WHEN held.edited_at IS NULL THEN NULL ELSE told.text END,
            text = CASE WHEN held.edited_at IS NULL THEN told.text ELSE held.text END,
            search_text = CASE WHEN held.edited_at IS NULL THEN told.search_text ELSE held.search_text END,
            sent_at = told.sent_at,
            time_flagged = told.time_flagged,
            received_at = told.received_at,
            received_by = told.delivery,
            quoted_external_id = told.quoted_external_id,
            quoted_text = told.quoted_text,
            quoted_sender_name = told.quoted_sender_name,
            is_event = told.is_event,
            is_forwarded = told.is_forwarded,
            is_view_once = told.is_view_once,
            is_hidden = told.is_hidden,
            is_stub = false
        FROM landline_messages_told(messages, conversation_of) AS told
        WHERE held.channel_id = told.channel_id AND held.external_message_id = told.external_message_id
          AND (held.is_stub OR told.delivery < held.received_by)
        RETURNING held.id
    )
    SELECT array_agg(id) FROM revised
$$;

CREATE OR REPLACE FUNCTION landline_conversations_of(messages bigint[]) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(DISTINCT conversation_id) FROM communications_message WHERE id = ANY(messages)
$$;

-- A revised message belongs to the chat of the delivery that now speaks for it. Answers with the conversations it left and entered.
CREATE OR REPLACE FUNCTION landline_messages_move(messages json, conversation_of bigint[], revised bigint[])
RETURNS bigint[] LANGUAGE sql AS $$
    WITH moved AS (
        UPDATE communications_message AS message SET conversation_id = conversation_of[told.chat]
        FROM json_to_recordset(messages) AS told (account text, external_message_id text, chat integer)
        JOIN communications_channel AS channel ON channel.external_account_id = told.account
        JOIN communications_message AS held
            ON held.channel_id = channel.id AND held.external_message_id = told.external_message_id
        JOIN communications_conversation AS left_behind ON left_behind.id = held.conversation_id
        WHERE message.id = held.id AND held.id = ANY(revised)
          AND coalesce(left_behind.continues_id, left_behind.id) <> conversation_of[told.chat]
        RETURNING left_behind.id AS left_id, message.conversation_id AS entered_id
    )
    SELECT array_agg(DISTINCT id) FROM moved, unnest(ARRAY[left_id, entered_id]) AS id
$$;

-- Who wrote a message is known once any of its deliveries tells it, be it the one that speaks for the message or not. Answers
-- with the conversations where that was news.
CREATE OR REPLACE FUNCTION landline_directions_hear(messages json) RETURNS bigint[] LANGUAGE sql AS $$
    WITH heard AS (
        UPDATE communications_message AS message SET
            direction_told = true,
            direction = told.told_direction,
            origin = CASE WHEN message.origin = 'us' THEN 'us' WHEN told.told_direction = 'outbound' THEN 'phone' ELSE 'contact' END,
            is_read = message.is_read OR told.told_direction = 'inbound' AND message.status IS NOT DISTINCT FROM 'read',
            status = CASE told.told_direction WHEN 'inbound' THEN NULL ELSE landline_status_climb(message.status, 'sent') END
        FROM json_to_recordset(messages) AS told (account text, external_message_id text, told_direction text)
        JOIN communications_channel AS channel ON channel.external_account_id = told.account
        WHERE message.channel_id = channel.id AND message.external_message_id = told.external_message_id
          AND told.told_direction IS NOT NULL AND NOT message.direction_told AND NOT message.is_stub
        RETURNING message.conversation_id
    )
    SELECT array_agg(DISTINCT conversation_id) FROM heard
$$;

-- Their files. A revised message has those of the delivery that now speaks for it, and no others.
CREATE OR REPLACE FUNCTION landline_attachments_write(attachments json, written bigint[], revised bigint[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF revised IS NOT NULL THEN
        DELETE FROM communications_attachment AS dropped USING communications_message AS message, communications_channel AS channel
        WHERE dropped.message_id = ANY(revised) AND message.id = dropped.message_id AND channel.id = message.channel_id
          AND NOT EXISTS (
            SELECT FROM json_to_recordset(coalesce(attachments, '[]')) AS kept (
                account text, external_message_id text, external_attachment_id text)
            WHERE kept.account = channel.external_account_id AND kept.external_message_id = message.external_message_id
              AND kept.external_attachment_id = dropped.external_attachment_id);
    END IF;

    INSERT INTO communications_attachment AS held (
        channel_id, message_id, external_attachment_id, position, kind, name, mime_type, size_bytes, width, height,
        duration_seconds, state)
    SELECT message.channel_id, message.id, told.external_attachment_id, told.position, told.kind, told.name, told.mime_type,
           told.size_bytes, told.width, told.height, told.duration_seconds, told.state
    FROM json_to_recordset(attachments) AS told (
        account text, external_message_id text, external_attachment_id text, position smallint, kind text, name text,
        mime_type text, size_bytes bigint, width integer, height integer, duration_seconds double precision, state text)
    JOIN communications_channel AS channel ON channel.external_account_id = told.account
    JOIN communications_message AS message
        ON message.channel_id = channel.id AND message.external_message_id = told.external_message_id
    WHERE message.id = ANY(written)
    ORDER BY message.id, told.position
    ON CONFLICT (message_id, external_attachment_id) DO UPDATE SET
        position = excluded.position, kind = excluded.kind, name = excluded.name, mime_type = excluded.mime_type,
        size_bytes = excluded.size_bytes, width = excluded.width, height = excluded.height,
        duration_seconds = excluded.duration_seconds;
END
$$;

-- Their conversations: the newest message, unread ones added up, and what the bodies said of title and kind, be their messages
-- new or not.
CREATE OR REPLACE FUNCTION landline_conversations_move(chats json, conversation_of bigint[], written bigint[])
RETURNS void LANGUAGE sql AS $$
    -- One row of lists, found by position: a batch has many conversations, and joining them to each other is the square of them.
    WITH arrivals AS MATERIALIZED (
        SELECT array_agg(fresh.id) AS conversations, array_agg(fresh.unread) AS unread,
               array_agg(fresh.newest_id) AS newest_id, array_agg(fresh.newest_sent_at) AS newest_sent_at,
               array_agg(fresh.newest_id IS NOT NULL AND (last.id IS NULL
                   OR (fresh.newest_sent_at, fresh.newest_received_at, fresh.newest_id)
                       > (last.sent_at, last.received_at, last.id))) AS is_newest
        FROM (
            SELECT reader.id, reader.last_message_id,
                   (array_agg(message.id ORDER BY message.sent_at DESC, message.received_at DESC, message.id DESC)
                       FILTER (WHERE NOT message.is_hidden))[1] AS newest_id,
                   (array_agg(message.sent_at ORDER BY message.sent_at DESC, message.received_at DESC, message.id DESC)
                       FILTER (WHERE NOT message.is_hidden))[1] AS newest_sent_at,
                   (array_agg(message.received_at ORDER BY message.sent_at DESC, message.received_at DESC, message.id DESC)
                       FILTER (WHERE NOT message.is_hidden))[1] AS newest_received_at,
                   count(*) FILTER (
                       WHERE message.direction = 'inbound' AND NOT message.is_event AND NOT message.is_hidden
                         AND message.deleted_at IS NULL
                         AND (reader.read_through_at IS NULL
                              OR (message.sent_at, message.id) > (reader.read_through_at, reader.read_through_id))
                   ) AS unread
            FROM unnest(written) AS id
            JOIN communications_message AS message USING (id)
            JOIN communications_conversation AS reader ON reader.id = message.conversation_id
            GROUP BY reader.id
        ) AS fresh
        LEFT JOIN communications_message AS last ON last.id = fresh.last_message_id
    )
    UPDATE communications_conversation AS conversation SET
        unread_count = conversation.unread_count + coalesce(arrivals.unread[told.arrival], 0),
        last_message_id = CASE
            WHEN arrivals.is_newest[told.arrival] THEN arrivals.newest_id[told.arrival] ELSE conversation.last_message_id
        END,
        last_message_at = CASE
            WHEN arrivals.is_newest[told.arrival] THEN arrivals.newest_sent_at[told.arrival] ELSE conversation.last_message_at
        END,
        is_stub = false,
        kind = told.kind,
        contact_id = CASE WHEN told.kind = 'direct' THEN conversation.contact_id END,
        title = CASE WHEN told.title_is_newer THEN told.title ELSE conversation.title END,
        title_at = CASE WHEN told.title_is_newer THEN told.title_at ELSE conversation.title_at END
    FROM (
        SELECT held.id, landline_chat_kind(held.kind, chat.kind) AS kind,
               landline_chat_kind(held.kind, chat.kind) <> held.kind AS kind_is_better, chat.title, chat.title_at,
               chat.title <> '' AND (chat.title_at, chat.title) > (coalesce(held.title_at, '-infinity'), held.title)
                   AS title_is_newer,
               array_position(arrivals.conversations, held.id) AS arrival
        FROM json_to_recordset(chats) AS chat (chat integer, kind text, title text, title_at timestamptz)
        JOIN communications_conversation AS held ON held.id = conversation_of[chat.chat]
        CROSS JOIN arrivals
    ) AS told, arrivals
    WHERE conversation.id = told.id AND (told.arrival IS NOT NULL OR told.title_is_newer OR told.kind_is_better)
$$;
