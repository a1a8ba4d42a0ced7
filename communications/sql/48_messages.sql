-- The messages of a batch, as rows.

-- What the bodies say, each message with its chat, its sender, and who wrote it. In the order of the fold's insert. Only where some of the
-- conversations are in parts can a message belong to another one than to what its chat is: to the part that its body names.
CREATE OR REPLACE FUNCTION landline_messages_read(messages json, conversation_of bigint[], are_in_parts boolean) RETURNS TABLE (
    channel_id bigint, conversation_id bigint, external_message_id text, provider_message_id text, direction text, direction_told boolean,
    origin text, sender_id bigint, sender_name text, kind text, text text, search_text text, status text, sent_at timestamptz,
    time_flagged boolean, received_at timestamptz, received_by uuid, quoted_external_id text, quoted_text text,
    quoted_sender_name text, subject text, is_event boolean, event_kind text, event_person text, event_emoji text,
    is_forwarded boolean, is_view_once boolean, is_hidden boolean, is_read boolean, found_by text
) LANGUAGE sql STABLE AS $$
    SELECT told.channel_id,
           coalesce(
               CASE WHEN are_in_parts THEN (
                   SELECT named.conversation_id FROM communications_conversationalias AS named
                   WHERE named.channel_id = told.channel_id AND named.kind = told.alias_kind AND named.value = told.alias_value)
               END,
               conversation_of[told.chat]),
           told.external_message_id, told.provider_message_id,
           judged.direction, told.told_direction IS NOT NULL,
           CASE judged.direction WHEN 'outbound' THEN 'phone' ELSE 'contact' END, sender.id, told.sender_name,
           told.kind, told.text, told.search_text,
           CASE judged.direction WHEN 'outbound' THEN landline_status_climb('sent', told.status) END,
           told.sent_at, told.time_flagged, told.received_at, told.delivery,
           told.quoted_external_id, told.quoted_text, told.quoted_sender_name, told.subject,
           told.is_event, told.event_kind, told.event_person, told.event_emoji,
           told.is_forwarded, told.is_view_once, told.is_hidden, judged.direction = 'inbound' AND told.is_read, told.found_by
    FROM (
        -- The channel first: see landline_chats_resolve.
        SELECT body.*, channel.id AS channel_id, channel.own_identities
        FROM json_to_recordset(messages) AS body (
            account text, external_message_id text, provider_message_id text, chat integer, alias_kind text, alias_value text,
            delivery uuid, told_direction text, sender_provider_id text, sender_identities text[], sender_name text,
            kind text, text text, search_text text, sent_at timestamptz, time_flagged boolean, received_at timestamptz,
            quoted_external_id text, quoted_text text, quoted_sender_name text, subject text,
            is_event boolean, event_kind text, event_person text, event_emoji text,
            is_forwarded boolean, is_view_once boolean, is_hidden boolean, status text, is_read boolean, found_by text)
        JOIN communications_channel AS channel ON channel.external_account_id = body.account
        OFFSET 0
    ) AS told
    LEFT JOIN communications_chatattendee AS sender
        ON sender.channel_id = told.channel_id AND sender.provider_id = told.sender_provider_id
    CROSS JOIN LATERAL (
        SELECT coalesce(told.told_direction, landline_direction(
            coalesce(sender.identities, told.sender_identities), told.own_identities))
            AS direction
        OFFSET 0
    ) AS judged
$$;

-- Whether any other part of a conversation holds what is as old as this.
CREATE OR REPLACE FUNCTION landline_parts_hold_older(conversation bigint, at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM communications_conversation AS place
        JOIN communications_conversation AS part
            ON part.id = coalesce(place.continues_id, place.id) OR part.continues_id = coalesce(place.continues_id, place.id)
        CROSS JOIN LATERAL (
            SELECT FROM communications_message AS message
            WHERE message.conversation_id = part.id AND message.sent_at <= at AND NOT message.is_stub AND NOT message.is_hidden
            LIMIT 1
        ) AS older
        WHERE place.id = conversation)
$$;

-- The earliest delivery of a message decides what it shows; a stub, and a row that was written here, is completed by the first
-- that brings it.
CREATE OR REPLACE FUNCTION landline_messages_revise(messages json, conversation_of bigint[], are_in_parts boolean)
RETURNS SETOF communications_message LANGUAGE sql AS $$
    UPDATE communications_message AS held SET
        conversation_id = coalesce(held.conversation_id, told.conversation_id),
        provider_message_id = told.provider_message_id,
        (direction, origin, status, is_read, direction_told) = (
            SELECT judged.direction,
                   CASE WHEN held.origin = 'us' THEN 'us' WHEN judged.direction = 'outbound' THEN 'phone' ELSE 'contact' END,
                   CASE judged.direction
                       WHEN 'outbound' THEN landline_status_climb(landline_status_climb(held.status, 'sent'), told.status)
                       WHEN 'inbound' THEN NULL
                       ELSE nullif(held.status, 'sent')
                   END,
                   held.is_read OR told.is_read OR judged.direction = 'inbound' AND held.status IS NOT DISTINCT FROM 'read',
                   held.direction_told OR told.direction_told
            FROM (
                SELECT CASE
                    WHEN held.origin = 'us' THEN 'outbound'
                    WHEN held.direction_told AND NOT told.direction_told THEN held.direction
                    ELSE told.direction
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
        received_by = told.received_by,
        found_by = told.found_by,
        quoted_external_id = told.quoted_external_id,
        quoted_text = told.quoted_text,
        quoted_sender_name = told.quoted_sender_name,
        subject = told.subject,
        is_event = told.is_event,
        event_kind = told.event_kind,
        event_person = told.event_person,
        event_emoji = told.event_emoji,
        is_forwarded = told.is_forwarded,
        is_view_once = told.is_view_once,
        is_hidden = told.is_hidden,
        is_stub = false
    FROM landline_messages_read(messages, conversation_of, are_in_parts) AS told
    WHERE held.channel_id = told.channel_id AND held.external_message_id = told.external_message_id
      AND (held.is_stub OR held.received_by IS NULL OR told.received_by < held.received_by)
    RETURNING held.*
$$;
