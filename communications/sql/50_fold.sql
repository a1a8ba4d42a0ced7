-- Saves a batch of deliveries: facts into rows, the deliveries with their outcomes into the ledger. One call, one transaction.
--
-- deliveries, bodies   one entry each per delivery, in the same order
-- people               distinct by (account, provider_id)
-- chats, aliases       chats numbered from 1; each chat's aliases name it
-- members              distinct by (chat, provider_id)
-- messages             distinct by (account, external_message_id)
-- attachments          distinct by (account, external_message_id, external_attachment_id)
--
-- Facts whose account has no channel are left out here, and their deliveries parked. Answers with the number of deliveries per outcome.

CREATE OR REPLACE FUNCTION landline_fold(
    deliveries json, bodies bytea[], people json, chats json, aliases json, members json, messages json, attachments json
) RETURNS TABLE (outcome text, total bigint) LANGUAGE plpgsql
-- A batch is small and every table has the index it needs; plans made while tables were empty must not scan them when full.
SET enable_seqscan = off SET enable_mergejoin = off
AS $$
DECLARE
    conversation_of bigint[];
    aliases_all_known boolean;
    uncertain bigint[];
    outcome_names text[];
    outcome_totals bigint[];
BEGIN
    -- Writers of one channel follow one another; every statement after this one sees what the one before has committed.
    PERFORM pg_advisory_xact_lock(account.lock)
    FROM (
        SELECT DISTINCT hashtextextended(delivery.account, 0) AS lock
        FROM json_to_recordset(deliveries) AS delivery (account text, outcome text)
        WHERE delivery.outcome IS NULL ORDER BY lock
    ) AS account;

    UPDATE communications_channel AS channel
    SET own_identities = ARRAY(SELECT DISTINCT key FROM unnest(channel.own_identities || own.identities) AS key ORDER BY key)
    FROM (
        SELECT person.account, array_agg(key) AS identities
        FROM json_to_recordset(people) AS person (account text, is_self boolean, identities text[]),
             unnest(person.identities) AS key
        WHERE person.is_self GROUP BY person.account
    ) AS own
    WHERE channel.external_account_id = own.account AND NOT channel.own_identities @> own.identities;

    INSERT INTO communications_chatattendee AS held (
        channel_id, provider_id, external_attendee_id, name, name_rank, name_at, phone, lid, public_identifier, is_self)
    SELECT channel.id, person.provider_id, person.attendee_id, person.name, person.name_rank, person.name_at,
           person.phone, person.lid, person.public_identifier,
           person.is_self OR person.identities && channel.own_identities
    FROM json_to_recordset(people) AS person (
        account text, provider_id text, attendee_id text, name text, name_rank smallint, name_at timestamptz,
        phone text, lid text, public_identifier text, is_self boolean, identities text[])
    JOIN communications_channel AS channel ON channel.external_account_id = person.account
    LEFT JOIN communications_chatattendee AS known
        ON known.channel_id = channel.id AND known.provider_id = person.provider_id
    WHERE known.id IS NULL
       OR (person.name <> '' AND (person.name_rank, person.name_at, person.name)
            > (known.name_rank, coalesce(known.name_at, '-infinity'), known.name))
       OR (person.attendee_id, person.phone, person.lid, person.public_identifier)
            IS DISTINCT FROM (known.external_attendee_id, known.phone, known.lid, known.public_identifier)
            AND (person.attendee_id > known.external_attendee_id OR person.phone > known.phone
                 OR person.lid > known.lid OR person.public_identifier > known.public_identifier)
       OR (NOT known.is_self AND (person.is_self OR person.identities && channel.own_identities))
    ORDER BY channel.id, person.provider_id
    ON CONFLICT (channel_id, provider_id) DO UPDATE SET
        external_attendee_id = greatest(held.external_attendee_id, excluded.external_attendee_id),
        phone = greatest(held.phone, excluded.phone),
        lid = greatest(held.lid, excluded.lid),
        public_identifier = greatest(held.public_identifier, excluded.public_identifier),
        is_self = held.is_self OR excluded.is_self,
        (name, name_rank, name_at) = (
            SELECT better.name, better.name_rank, better.name_at
            FROM (VALUES (held.name, held.name_rank, held.name_at), (excluded.name, excluded.name_rank, excluded.name_at))
                AS better (name, name_rank, name_at)
            ORDER BY better.name <> '' DESC, better.name_rank DESC, better.name_at DESC NULLS LAST, better.name DESC LIMIT 1);

    SELECT array_agg(chat.conversation_id ORDER BY chat.chat), coalesce(bool_and(chat.all_known), true)
    INTO conversation_of, aliases_all_known
    FROM landline_chats_resolve(aliases) AS chat;
    IF NOT aliases_all_known THEN
        PERFORM landline_chats_make_known(chats, aliases);
        SELECT array_agg(chat.conversation_id ORDER BY chat.chat) INTO conversation_of
        FROM landline_chats_resolve(aliases) AS chat;
    END IF;

    INSERT INTO communications_conversationattendee (channel_id, conversation_id, attendee_id)
    SELECT DISTINCT attendee.channel_id, conversation_of[member.chat], attendee.id
    FROM json_to_recordset(members) AS member (account text, chat integer, provider_id text)
    JOIN communications_channel AS channel ON channel.external_account_id = member.account
    JOIN communications_chatattendee AS attendee
        ON attendee.channel_id = channel.id AND attendee.provider_id = member.provider_id
    LEFT JOIN communications_conversationattendee AS known
        ON known.conversation_id = conversation_of[member.chat] AND known.attendee_id = attendee.id
    WHERE known.id IS NULL
    ORDER BY conversation_of[member.chat], attendee.id
    ON CONFLICT (conversation_id, attendee_id) DO NOTHING;

    WITH incoming AS MATERIALIZED (
        SELECT message.*, channel.id AS channel_id, conversation_of[message.chat] AS conversation_id, sender.id AS sender_id,
               held.id AS held_id, held.is_stub AS held_is_stub,
               coalesce(message.told_direction, landline_direction(message.sender_identities, channel.own_identities)) AS direction,
               held.id IS NULL OR held.is_stub OR message.delivery < held.received_by AS wanted
        FROM json_to_recordset(messages) AS message (
            account text, external_message_id text, provider_message_id text, chat integer, delivery uuid, told_direction text,
            sender_provider_id text, sender_identities text[], sender_name text, kind text, text text, search_text text,
            sent_at timestamptz, time_flagged boolean, received_at timestamptz,
            quoted_external_id text, quoted_text text, quoted_sender_name text,
            is_event boolean, is_forwarded boolean, is_view_once boolean, is_hidden boolean)
        JOIN communications_channel AS channel ON channel.external_account_id = message.account
        LEFT JOIN communications_chatattendee AS sender
            ON sender.channel_id = channel.id AND sender.provider_id = message.sender_provider_id
        LEFT JOIN communications_message AS held
            ON held.channel_id = channel.id AND held.external_message_id = message.external_message_id
    ), written AS (
        INSERT INTO communications_message AS held (
            channel_id, conversation_id, external_message_id, provider_message_id, direction, origin, sender_id, sender_name,
            kind, text, search_text, status, sent_at, time_flagged, received_at, received_by,
            quoted_external_id, quoted_text, quoted_sender_name, is_event, is_forwarded, is_view_once, is_hidden, is_stub)
        SELECT channel_id, conversation_id, external_message_id, provider_message_id, direction,
               CASE direction WHEN 'outbound' THEN 'phone' ELSE 'contact' END, sender_id, sender_name,
               kind, text, search_text, CASE direction WHEN 'outbound' THEN 'sent' END, sent_at, time_flagged, received_at, delivery,
               quoted_external_id, quoted_text, quoted_sender_name, is_event, is_forwarded, is_view_once, is_hidden, false
        FROM incoming WHERE wanted
        ORDER BY channel_id, conversation_id, sent_at, received_at
        ON CONFLICT (channel_id, external_message_id) DO UPDATE SET
            conversation_id = excluded.conversation_id,
            provider_message_id = excluded.provider_message_id,
            direction = excluded.direction,
            origin = CASE held.origin WHEN 'us' THEN 'us' ELSE excluded.origin END,
            sender_id = excluded.sender_id,
            sender_name = excluded.sender_name,
            kind = excluded.kind,
            text = CASE WHEN held.edited_at IS NULL THEN excluded.text ELSE held.text END,
            search_text = CASE WHEN held.edited_at IS NULL THEN excluded.search_text ELSE held.search_text END,
            status = landline_status_climb(held.status, excluded.status),
            sent_at = excluded.sent_at,
            time_flagged = excluded.time_flagged,
            received_at = excluded.received_at,
            received_by = excluded.received_by,
            quoted_external_id = excluded.quoted_external_id,
            quoted_text = excluded.quoted_text,
            quoted_sender_name = excluded.quoted_sender_name,
            is_event = excluded.is_event,
            is_forwarded = excluded.is_forwarded,
            is_view_once = excluded.is_view_once,
            is_hidden = excluded.is_hidden,
            is_stub = false
        RETURNING held.*
    ), attached AS (
        INSERT INTO communications_attachment AS held (
            channel_id, message_id, external_attachment_id, position, kind, name, mime_type, size_bytes, width, height,
            duration_seconds, state)
        SELECT written.channel_id, written.id, attachment.external_attachment_id, attachment.position, attachment.kind,
               attachment.name, attachment.mime_type, attachment.size_bytes, attachment.width, attachment.height,
               attachment.duration_seconds, attachment.state
        FROM json_to_recordset(attachments) AS attachment (
            account text, external_message_id text, external_attachment_id text, position smallint, kind text, name text,
            mime_type text, size_bytes bigint, width integer, height integer, duration_seconds double precision, state text)
        JOIN incoming USING (account, external_message_id)
        JOIN written USING (channel_id, external_message_id)
        ORDER BY written.id, attachment.position
        ON CONFLICT (message_id, external_attachment_id) DO UPDATE SET
            position = excluded.position, kind = excluded.kind, name = excluded.name, mime_type = excluded.mime_type,
            size_bytes = excluded.size_bytes, width = excluded.width, height = excluded.height,
            duration_seconds = excluded.duration_seconds
        RETURNING held.id, held.message_id
    ), detached AS (
        -- The earliest delivery of a message decides which files it has.
        DELETE FROM communications_attachment AS dropped USING incoming
        WHERE incoming.wanted AND dropped.message_id = incoming.held_id AND NOT EXISTS (
            SELECT FROM json_to_recordset(attachments) AS kept (account text, external_message_id text, external_attachment_id text)
            WHERE kept.account = incoming.account AND kept.external_message_id = incoming.external_message_id
              AND kept.external_attachment_id = dropped.external_attachment_id)
    ), arrived AS (
        SELECT written.*, incoming.held_id IS NOT NULL AND NOT incoming.held_is_stub AS replaced
        FROM written JOIN incoming USING (channel_id, external_message_id)
    ), newest AS (
        SELECT DISTINCT ON (conversation_id) conversation_id, id, sent_at, received_at
        FROM arrived WHERE NOT is_hidden
        ORDER BY conversation_id, sent_at DESC, received_at DESC, id DESC
    ), per_conversation AS (
        SELECT arrived.conversation_id,
               bool_or(arrived.replaced OR arrived.direction = 'outbound') AS is_uncertain,
               count(*) FILTER (
                   WHERE arrived.direction = 'inbound' AND NOT arrived.is_event AND NOT arrived.is_hidden
                     AND arrived.deleted_at IS NULL
                     AND (conversation.read_through_at IS NULL
                          OR (arrived.sent_at, arrived.id) > (conversation.read_through_at, conversation.read_through_id))
               ) AS unread
        FROM arrived JOIN communications_conversation AS conversation ON conversation.id = arrived.conversation_id
        GROUP BY arrived.conversation_id
    ), moved AS (
        UPDATE communications_conversation AS conversation SET
            unread_count = conversation.unread_count + per_conversation.unread,
            last_message_id = CASE WHEN later.id IS NOT NULL THEN later.id ELSE conversation.last_message_id END,
            last_message_at = CASE WHEN later.id IS NOT NULL THEN later.sent_at ELSE conversation.last_message_at END,
            is_stub = false,
            kind = CASE WHEN conversation.kind = 'direct' THEN chat.kind ELSE conversation.kind END,
            title = CASE WHEN titled.newer THEN chat.title ELSE conversation.title END,
            title_at = CASE WHEN titled.newer THEN chat.title_at ELSE conversation.title_at END,
            contact_id = CASE WHEN contacted.better THEN contact.id ELSE conversation.contact_id END,
            contact_rank = CASE WHEN contacted.better THEN chat.contact_rank ELSE conversation.contact_rank END
        FROM json_to_recordset(chats) AS chat (
            chat integer, account text, kind text, title text, title_at timestamptz, contact_provider_id text, contact_rank smallint)
        JOIN per_conversation ON per_conversation.conversation_id = conversation_of[chat.chat]
        JOIN communications_conversation AS held ON held.id = per_conversation.conversation_id
        LEFT JOIN communications_message AS last ON last.id = held.last_message_id
        LEFT JOIN newest ON newest.conversation_id = held.id
        LEFT JOIN LATERAL (
            SELECT newest.id, newest.sent_at
            WHERE last.id IS NULL OR (newest.sent_at, newest.received_at, newest.id) > (last.sent_at, last.received_at, last.id)
        ) AS later ON true
        LEFT JOIN communications_chatattendee AS contact
            ON contact.channel_id = held.channel_id AND contact.provider_id = chat.contact_provider_id
        LEFT JOIN communications_chatattendee AS held_contact ON held_contact.id = held.contact_id
        CROSS JOIN LATERAL (
            SELECT chat.title <> '' AND (chat.title_at, chat.title) > (coalesce(held.title_at, '-infinity'), held.title) AS newer
        ) AS titled
        CROSS JOIN LATERAL (
            SELECT contact.id IS NOT NULL AND (
                chat.contact_rank > held.contact_rank
                OR chat.contact_rank = held.contact_rank AND contact.provider_id < held_contact.provider_id) AS better
        ) AS contacted
        WHERE conversation.id = held.id
    ), folded AS (
        SELECT delivery.*, channel.id AS channel_id, coalesce(written.id, incoming.held_id) AS message_id,
               coalesce(conversation_of[delivery.chat], incoming.conversation_id) AS conversation_id,
               CASE
                   WHEN delivery.outcome IS NOT NULL THEN delivery.outcome
                   WHEN channel.id IS NULL THEN 'parked'
                   WHEN delivery.repeats OR EXISTS (
                       SELECT FROM communications_webhookdelivery AS earlier
                       WHERE earlier.event_key = delivery.event_key AND earlier.outcome = 'applied' AND earlier.id <> delivery.id
                   ) THEN 'duplicate'
                   ELSE 'applied'
               END AS settled
        FROM ROWS FROM (
            json_to_recordset(deliveries) AS (
                id uuid, source text, received_at timestamptz, account text, provider text, event text, event_name text,
                webhook_name text, event_key bytea, headers jsonb, sha256 bytea, size_bytes integer, outcome text, reason text,
                next_attempt_at timestamptz, repeats boolean, chat integer, external_message_id text),
            unnest(bodies)
        ) AS delivery (
            id, source, received_at, account, provider, event, event_name, webhook_name, event_key, headers, sha256, size_bytes,
            outcome, reason, next_attempt_at, repeats, chat, external_message_id, body)
        LEFT JOIN communications_channel AS channel ON channel.external_account_id = delivery.account
        LEFT JOIN incoming ON incoming.channel_id = channel.id AND incoming.external_message_id = delivery.external_message_id
        LEFT JOIN written ON written.channel_id = channel.id AND written.external_message_id = delivery.external_message_id
    ), ledger AS (
        INSERT INTO communications_webhookdelivery AS held (
            id, source, received_at, external_account_id, provider, event, event_name, webhook_name, event_key, headers, sha256,
            size_bytes, outcome, reason, next_attempt_at, attempts, channel_id, conversation_id, message_id)
        SELECT id, source, received_at, account, provider, event, event_name, webhook_name, event_key, headers, sha256, size_bytes,
               settled,
               CASE settled WHEN 'parked' THEN 'account not known here' WHEN 'duplicate' THEN 'repeats an applied delivery' ELSE reason END,
               next_attempt_at, 1, channel_id, conversation_id, message_id
        FROM folded
        ON CONFLICT (id) DO UPDATE SET
            outcome = excluded.outcome, reason = excluded.reason, next_attempt_at = excluded.next_attempt_at,
            attempts = held.attempts + 1, event = excluded.event, event_key = excluded.event_key, provider = excluded.provider,
            external_account_id = excluded.external_account_id, channel_id = excluded.channel_id,
            conversation_id = excluded.conversation_id, message_id = excluded.message_id
        WHERE held.outcome NOT IN ('applied', 'duplicate')
    ), kept AS (
        INSERT INTO communications_webhookbody (delivery_id, raw)
        SELECT id, body FROM folded WHERE body IS NOT NULL
        ON CONFLICT (delivery_id) DO NOTHING
    ), outcomes AS (
        SELECT settled, count(*) AS total FROM folded GROUP BY settled
    )
    SELECT array_agg(settled), array_agg(outcomes.total),
           (SELECT array_agg(per_conversation.conversation_id) FROM per_conversation WHERE is_uncertain)
    FROM outcomes INTO outcome_names, outcome_totals, uncertain;

    IF uncertain IS NOT NULL THEN
        PERFORM landline_conversations_recount(uncertain);
    END IF;
    RETURN QUERY SELECT * FROM unnest(outcome_names, outcome_totals);
END
$$;
