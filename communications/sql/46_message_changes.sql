-- Facts about messages that may not have come yet: receipts, deletions, edits, reactions. Each makes a stub where there is no
-- message, and the message, when it comes, completes the stub.
--
-- changes     distinct by (account, external_message_id), one for every message that any fact speaks of
-- edits       distinct by event key
-- reactions   distinct by event key
--
-- A happening is known by its event key; of several deliveries of one the earliest gives its time. Answers with the
-- conversations whose counts may have changed.

CREATE OR REPLACE FUNCTION landline_messages_change(changes json, edits json, reactions json) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[];
    rewritten bigint[];
    uncertain bigint[];
BEGIN
    WITH written AS (
        INSERT INTO communications_message AS held (channel_id, external_message_id, is_stub, status, is_read, deleted_at)
        SELECT channel.id, told.external_message_id, true, told.status, told.is_read, told.deleted_at
        FROM json_to_recordset(changes) AS told (
            account text, external_message_id text, status text, is_read boolean, deleted_at timestamptz)
        JOIN communications_channel AS channel ON channel.external_account_id = told.account
        ORDER BY channel.id, told.external_message_id
        ON CONFLICT (channel_id, external_message_id) DO UPDATE SET
            status = CASE held.direction
                WHEN 'inbound' THEN held.status
                ELSE landline_status_climb(held.status, excluded.status)
            END,
            is_read = held.is_read OR excluded.is_read OR held.direction = 'inbound' AND excluded.status IS NOT DISTINCT FROM 'read',
            deleted_at = least(held.deleted_at, excluded.deleted_at)
        WHERE held.direction <> 'inbound' AND landline_status_climb(held.status, excluded.status) IS DISTINCT FROM held.status
           OR NOT held.is_read AND (excluded.is_read OR held.direction = 'inbound' AND excluded.status IS NOT DISTINCT FROM 'read')
           OR least(held.deleted_at, excluded.deleted_at) IS DISTINCT FROM held.deleted_at
        RETURNING held.id, held.conversation_id, held.is_stub, held.is_read, held.deleted_at
    )
    SELECT array_agg(id) FILTER (WHERE NOT is_stub),
           array_agg(DISTINCT conversation_id) FILTER (WHERE NOT is_stub AND (is_read OR deleted_at IS NOT NULL))
    INTO changed, uncertain
    FROM written;

    IF edits IS NOT NULL THEN
        WITH written AS (
            INSERT INTO communications_messageedit AS held (channel_id, message_id, event_key, text, search_text, edited_at)
            SELECT message.channel_id, message.id, told.event_key, told.text, told.search_text, told.at
            FROM (
                -- The channel first: see landline_chats_resolve.
                SELECT body.*, channel.id AS channel_id
                FROM json_to_recordset(edits) AS body (
                    account text, external_message_id text, event_key bytea, text text, search_text text, at timestamptz)
                JOIN communications_channel AS channel ON channel.external_account_id = body.account
                OFFSET 0
            ) AS told
            JOIN communications_message AS message
                ON message.channel_id = told.channel_id AND message.external_message_id = told.external_message_id
            ORDER BY message.id, told.event_key
            ON CONFLICT (message_id, event_key) DO UPDATE SET edited_at = excluded.edited_at
            WHERE excluded.edited_at < held.edited_at
            RETURNING held.message_id
        )
        SELECT array_agg(DISTINCT message_id) INTO rewritten FROM written;

        UPDATE communications_message AS message SET
            original_text = CASE
                WHEN message.edited_at IS NULL AND NOT message.is_stub THEN message.text ELSE message.original_text
            END,
            text = newest.text, search_text = newest.search_text, edited_at = newest.edited_at
        FROM unnest(rewritten) AS edited (id)
        CROSS JOIN LATERAL (
            SELECT edit.text, edit.search_text, edit.edited_at FROM communications_messageedit AS edit
            WHERE edit.message_id = edited.id ORDER BY edit.edited_at DESC, edit.event_key DESC LIMIT 1
        ) AS newest
        WHERE message.id = edited.id
          AND (message.text, message.edited_at) IS DISTINCT FROM (newest.text, newest.edited_at);
    END IF;

    IF reactions IS NOT NULL THEN
        INSERT INTO communications_reaction AS held (
            channel_id, message_id, sender_provider_id, sender_id, sender_name, emoji, is_own, reacted_at, event_key)
        SELECT message.channel_id, message.id, told.sender_provider_id, sender.id, told.sender_name, told.emoji,
               coalesce(sender.is_self, false), told.at, told.event_key
        FROM (
            SELECT body.*, channel.id AS channel_id
            FROM json_to_recordset(reactions) AS body (
                account text, external_message_id text, event_key bytea, sender_provider_id text, sender_name text, emoji text,
                at timestamptz)
            JOIN communications_channel AS channel ON channel.external_account_id = body.account
            OFFSET 0
        ) AS told
        JOIN communications_message AS message
            ON message.channel_id = told.channel_id AND message.external_message_id = told.external_message_id
        LEFT JOIN communications_chatattendee AS sender
            ON sender.channel_id = told.channel_id AND sender.provider_id = told.sender_provider_id
        ORDER BY message.id, told.sender_provider_id, told.event_key
        ON CONFLICT (message_id, sender_provider_id, event_key) DO UPDATE SET reacted_at = excluded.reacted_at
        WHERE excluded.reacted_at < held.reacted_at;
    END IF;

    -- The list shows the newest message's text and status.
    UPDATE communications_conversation AS conversation SET version = pg_current_xact_id()
    FROM communications_message AS message
    WHERE message.id = ANY(changed || rewritten) AND conversation.id = message.conversation_id
      AND conversation.last_message_id = message.id AND conversation.version <> pg_current_xact_id();
    RETURN uncertain;
END
$$;
