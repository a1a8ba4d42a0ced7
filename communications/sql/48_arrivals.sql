-- What follows from messages that a batch has written.

-- A revised message belongs to the chat of the delivery that now speaks for it. Answers with the conversations it left and entered.
CREATE OR REPLACE FUNCTION landline_messages_move(messages json, conversation_of bigint[], revised bigint[])
RETURNS bigint[] LANGUAGE sql AS $$
    WITH moved AS (
        UPDATE communications_message AS message SET conversation_id = entered.id
        FROM (
            -- The channel first, here and below: see landline_chats_resolve.
            SELECT body.*, channel.id AS channel_id
            FROM json_to_recordset(messages) AS body (
                account text, external_message_id text, chat integer, alias_kind text, alias_value text)
            JOIN communications_channel AS channel ON channel.external_account_id = body.account
            OFFSET 0
        ) AS told
        LEFT JOIN communications_conversationalias AS named
            ON named.channel_id = told.channel_id AND named.kind = told.alias_kind AND named.value = told.alias_value
        JOIN communications_message AS held
            ON held.channel_id = told.channel_id AND held.external_message_id = told.external_message_id
        JOIN communications_conversation AS left_behind ON left_behind.id = held.conversation_id
        JOIN communications_conversation AS entered ON entered.id = coalesce(named.conversation_id, conversation_of[told.chat])
        WHERE message.id = held.id AND held.id = ANY(revised)
          AND coalesce(left_behind.continues_id, left_behind.id) <> coalesce(entered.continues_id, entered.id)
        RETURNING left_behind.id AS left_id, message.conversation_id AS entered_id
    )
    SELECT array_agg(DISTINCT id) FROM moved, unnest(ARRAY[left_id, entered_id]) AS id
$$;

-- Who wrote a message is known once any of its deliveries tells it, be it the one that speaks for the message or not. Answers
-- with the conversations where that was news.
CREATE OR REPLACE FUNCTION landline_directions_hear(messages json) RETURNS bigint[] LANGUAGE sql AS $$
    WITH told AS MATERIALIZED (
        SELECT body.*, held.id
        FROM json_to_recordset(messages) AS body (account text, external_message_id text, told_direction text)
        JOIN communications_channel AS channel ON channel.external_account_id = body.account
        CROSS JOIN LATERAL (
            SELECT known.id FROM communications_message AS known
            WHERE known.channel_id = channel.id AND known.external_message_id = body.external_message_id
            OFFSET 0
        ) AS held
        WHERE body.told_direction IS NOT NULL
    ), heard AS (
        UPDATE communications_message AS message SET
            direction_told = true,
            direction = told.told_direction,
            origin = CASE WHEN message.origin = 'us' THEN 'us' WHEN told.told_direction = 'outbound' THEN 'phone' ELSE 'contact' END,
            is_read = message.is_read OR told.told_direction = 'inbound' AND message.status IS NOT DISTINCT FROM 'read',
            status = CASE told.told_direction WHEN 'inbound' THEN NULL ELSE landline_status_climb(message.status, 'sent') END
        FROM told
        WHERE message.id = told.id AND message.id = ANY (ARRAY(SELECT id FROM told))
          AND NOT message.direction_told AND NOT message.is_stub
        RETURNING message.conversation_id
    )
    SELECT array_agg(DISTINCT conversation_id) FROM heard
$$;

-- How far a message came is known once a list shows it, be the list the one that speaks for the message or not. Answers with the
-- conversations where something was read.
CREATE OR REPLACE FUNCTION landline_listed_states_hear(messages json) RETURNS bigint[] LANGUAGE sql AS $$
    WITH told AS MATERIALIZED (
        SELECT body.*, held.id
        FROM json_to_recordset(messages) AS body (account text, external_message_id text, status text, is_read boolean)
        JOIN communications_channel AS channel ON channel.external_account_id = body.account
        CROSS JOIN LATERAL (
            SELECT known.id FROM communications_message AS known
            WHERE known.channel_id = channel.id AND known.external_message_id = body.external_message_id
            OFFSET 0
        ) AS held
        WHERE body.status IS NOT NULL OR body.is_read
    ), heard AS (
        UPDATE communications_message AS message SET
            is_read = message.is_read OR message.direction = 'inbound' AND told.is_read,
            status = CASE WHEN message.direction = 'outbound' THEN landline_status_climb(message.status, told.status) ELSE message.status END
        FROM told
        WHERE message.id = told.id AND message.id = ANY (ARRAY(SELECT id FROM told)) AND NOT message.is_stub
          AND (NOT message.is_read AND message.direction = 'inbound' AND told.is_read
               OR message.direction = 'outbound' AND landline_status_climb(message.status, told.status) IS DISTINCT FROM message.status)
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
        duration_seconds, state, is_backlog, next_attempt_at)
    SELECT message.channel_id, message.id, told.external_attachment_id, told.position, told.kind, told.name, told.mime_type,
           told.size_bytes, told.width, told.height, told.duration_seconds, told.state, message.found_by = 'history',
           CASE WHEN message.found_by = 'history' THEN least(message.sent_at, now()) ELSE now() END
    FROM (
        SELECT body.*, channel.id AS channel_id
        FROM json_to_recordset(attachments) AS body (
            account text, external_message_id text, external_attachment_id text, position smallint, kind text, name text,
            mime_type text, size_bytes bigint, width integer, height integer, duration_seconds double precision, state text)
        JOIN communications_channel AS channel ON channel.external_account_id = body.account
        OFFSET 0
    ) AS told
    JOIN communications_message AS message
        ON message.channel_id = told.channel_id AND message.external_message_id = told.external_message_id
    WHERE message.id = ANY(written)
    ORDER BY message.id, told.position
    ON CONFLICT (message_id, external_attachment_id) DO UPDATE SET
        position = excluded.position, kind = excluded.kind, name = excluded.name, mime_type = excluded.mime_type,
        size_bytes = excluded.size_bytes, width = excluded.width, height = excluded.height,
        duration_seconds = excluded.duration_seconds;
END
$$;

CREATE OR REPLACE FUNCTION landline_title_is_newer(told text, told_at timestamptz, held text, held_at timestamptz)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT told <> '' AND (told_at, told) > (coalesce(held_at, '-infinity'), held)
$$;

-- Whether anything that the bodies say of their chats is not known yet.
CREATE OR REPLACE FUNCTION landline_chats_tell_more(chats json, conversation_of bigint[]) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM json_to_recordset(chats) AS told (chat integer, kind text, title text, title_at timestamptz, content_type text)
        JOIN communications_conversation AS held ON held.id = conversation_of[told.chat]
        WHERE landline_title_is_newer(told.title, told.title_at, held.title, held.title_at)
           OR landline_chat_kind(held.kind, told.kind) <> held.kind
           OR told.content_type > held.content_type)
$$;

-- Their conversations: the newest message, unread ones added up, and what the bodies said of title and kind, be their messages
-- new or not.
CREATE OR REPLACE FUNCTION landline_conversations_move(chats json, conversation_of bigint[], written bigint[])
RETURNS void LANGUAGE sql AS $$
    WITH changed AS MATERIALIZED (
        SELECT coalesce(told.conversation_id, arrival.conversation_id) AS id, told.kind, told.title, told.title_at, told.content_type,
               arrival.conversation_id IS NOT NULL AS has_arrival, arrival.unread, arrival.newest_id, arrival.newest_at, arrival.is_newest
        FROM (
            -- Chats that bodies of the batch call by different names may be one.
            SELECT conversation_of[said.chat] AS conversation_id,
                   CASE WHEN bool_or(said.kind = 'channel') THEN 'channel' WHEN bool_or(said.kind = 'group') THEN 'group' ELSE 'direct' END
                       AS kind,
                   (array_agg(said.title ORDER BY said.title <> '' DESC, said.title_at DESC, said.title DESC))[1] AS title,
                   (array_agg(said.title_at ORDER BY said.title <> '' DESC, said.title_at DESC, said.title DESC))[1] AS title_at,
                   max(said.content_type) AS content_type
            FROM json_to_recordset(chats) AS said (
                chat integer, kind text, title text, title_at timestamptz, content_type text)
            GROUP BY 1
            OFFSET 0
        ) AS told
        FULL JOIN (
            SELECT fresh.conversation_id, fresh.unread, fresh.newest_id, fresh.newest_at,
                   CASE WHEN fresh.newest_at = fresh.last_at THEN (fresh.newest_received_at, fresh.newest_id) > (
                            SELECT last.received_at, last.id FROM communications_message AS last WHERE last.id = fresh.last_id)
                        ELSE fresh.newest_id IS NOT NULL AND (fresh.newest_at < fresh.last_at) IS NOT TRUE
                   END AS is_newest
            FROM (
                SELECT reader.id AS conversation_id, min(reader.last_message_id) AS last_id, min(reader.last_message_at) AS last_at,
                       (array_agg(message.id ORDER BY message.sent_at DESC, message.received_at DESC, message.id DESC)
                           FILTER (WHERE NOT message.is_hidden))[1] AS newest_id,
                       (array_agg(message.sent_at ORDER BY message.sent_at DESC, message.received_at DESC, message.id DESC)
                           FILTER (WHERE NOT message.is_hidden))[1] AS newest_at,
                       (array_agg(message.received_at ORDER BY message.sent_at DESC, message.received_at DESC, message.id DESC)
                           FILTER (WHERE NOT message.is_hidden))[1] AS newest_received_at,
                       count(*) FILTER (
                           WHERE message.direction = 'inbound' AND NOT message.is_event AND NOT message.is_hidden
                             AND message.deleted_at IS NULL
                             AND (reader.read_through_at IS NULL
                                  OR (message.sent_at, message.id) > (reader.read_through_at, reader.read_through_id))
                       ) AS unread
                FROM communications_message AS message
                JOIN communications_conversation AS part ON part.id = message.conversation_id
                JOIN communications_conversation AS reader ON reader.id = coalesce(part.continues_id, part.id)
                WHERE message.id = ANY(written)
                GROUP BY reader.id
                OFFSET 0
            ) AS fresh
        ) AS arrival ON arrival.conversation_id = told.conversation_id
    )
    UPDATE communications_conversation AS conversation SET
        unread_count = conversation.unread_count + coalesce(changed.unread, 0),
        last_message_id = CASE WHEN changed.is_newest THEN changed.newest_id ELSE conversation.last_message_id END,
        last_message_at = CASE WHEN changed.is_newest THEN changed.newest_at ELSE conversation.last_message_at END,
        is_stub = false,
        kind = landline_chat_kind(conversation.kind, changed.kind),
        contact_id = CASE WHEN landline_chat_kind(conversation.kind, changed.kind) = 'direct' THEN conversation.contact_id END,
        content_type = greatest(conversation.content_type, changed.content_type),
        title = CASE
            WHEN landline_title_is_newer(changed.title, changed.title_at, conversation.title, conversation.title_at) THEN changed.title
            ELSE conversation.title
        END,
        title_at = CASE
            WHEN landline_title_is_newer(changed.title, changed.title_at, conversation.title, conversation.title_at) THEN changed.title_at
            ELSE conversation.title_at
        END
    FROM changed
    -- By their ids in any case: a plan of an empty table looks through all of them otherwise.
    WHERE conversation.id = changed.id AND conversation.id = ANY (ARRAY(SELECT id FROM changed))
      AND (changed.is_newest OR changed.unread > 0 OR changed.has_arrival AND conversation.is_stub
           OR landline_title_is_newer(changed.title, changed.title_at, conversation.title, conversation.title_at)
           OR landline_chat_kind(conversation.kind, changed.kind) <> conversation.kind
           OR changed.content_type > conversation.content_type)
$$;
