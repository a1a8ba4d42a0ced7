-- Saves a batch of deliveries: facts into rows, the deliveries with their outcomes into the ledger. One call, one transaction.
--
-- accounts             whose facts the batch holds
-- deliveries, bodies   one entry each per delivery, in the same order
-- own                  identities proven to be an account's own
-- people               distinct by (account, provider_id)
-- chats, aliases       chats numbered from 1; each chat's aliases name it
-- members              distinct by (chat, provider_id)
-- messages             distinct by (account, external_message_id)
-- attachments          distinct by (account, external_message_id, external_attachment_id)
--
-- A list without entries is null. Facts whose account has no channel are left out here, and their deliveries parked.
-- Answers with the number of deliveries per outcome.
--
-- Connections for this function turn sequential scans and merge joins off: a batch is small, every table has the index it
-- needs, and a plan made while tables were empty must not scan them when they are full.

DROP FUNCTION IF EXISTS landline_fold(json, bytea[], json, json, json, json, json, json);

CREATE OR REPLACE FUNCTION landline_fold(
    accounts text[], deliveries json, bodies bytea[], own json, people json, chats json, aliases json, members json,
    messages json, attachments json
) RETURNS TABLE (outcome text, total bigint) LANGUAGE plpgsql AS $$
DECLARE
    conversation_of bigint[];
    aliases_all_known boolean;
    arrived bigint[];
    revised bigint[];
    uncertain bigint[];
BEGIN
    -- Writers of one channel follow one another; every statement after this one sees what the one before has committed.
    PERFORM pg_advisory_xact_lock(account.lock)
    FROM (SELECT DISTINCT hashtextextended(name, 0) AS lock FROM unnest(accounts) AS name ORDER BY lock) AS account;

    IF own IS NOT NULL THEN
        UPDATE communications_channel AS channel
        SET own_identities = ARRAY(
            SELECT DISTINCT key FROM unnest(channel.own_identities || proven.identities) AS key ORDER BY key)
        FROM json_to_recordset(own) AS proven (account text, identities text[])
        WHERE channel.external_account_id = proven.account AND NOT channel.own_identities @> proven.identities;
    END IF;

    IF people IS NOT NULL THEN
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
    END IF;

    IF messages IS NOT NULL THEN
        SELECT array_agg(chat.conversation_id ORDER BY chat.chat), bool_and(chat.all_known)
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
        ORDER BY 2, 3
        ON CONFLICT (conversation_id, attendee_id) DO NOTHING;

        WITH written AS (
            INSERT INTO communications_message AS held (
                channel_id, conversation_id, external_message_id, provider_message_id, direction, origin, sender_id, sender_name,
                kind, text, search_text, status, sent_at, time_flagged, received_at, received_by,
                quoted_external_id, quoted_text, quoted_sender_name, is_event, is_forwarded, is_view_once, is_hidden, is_stub)
            SELECT channel.id, conversation_of[told.chat], told.external_message_id, told.provider_message_id, judged.direction,
                   CASE judged.direction WHEN 'outbound' THEN 'phone' ELSE 'contact' END, sender.id, told.sender_name,
                   told.kind, told.text, told.search_text, CASE judged.direction WHEN 'outbound' THEN 'sent' END,
                   told.sent_at, told.time_flagged, told.received_at, told.delivery,
                   told.quoted_external_id, told.quoted_text, told.quoted_sender_name,
                   told.is_event, told.is_forwarded, told.is_view_once, told.is_hidden, false
            FROM json_to_recordset(messages) AS told (
                account text, external_message_id text, provider_message_id text, chat integer, delivery uuid,
                told_direction text, sender_provider_id text, sender_identities text[], sender_name text,
                kind text, text text, search_text text, sent_at timestamptz, time_flagged boolean, received_at timestamptz,
                quoted_external_id text, quoted_text text, quoted_sender_name text,
                is_event boolean, is_forwarded boolean, is_view_once boolean, is_hidden boolean)
            JOIN communications_channel AS channel ON channel.external_account_id = told.account
            LEFT JOIN communications_chatattendee AS sender
                ON sender.channel_id = channel.id AND sender.provider_id = told.sender_provider_id
            CROSS JOIN LATERAL (
                SELECT coalesce(told.told_direction, landline_direction(told.sender_identities, channel.own_identities))
                    AS direction
            ) AS judged
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
            -- The earliest delivery of a message decides what it shows; a stub is completed by the first that brings it.
            WHERE held.is_stub OR excluded.received_by < held.received_by
            RETURNING held.id, held.conversation_id, held.direction, held.xmax = 0 AS is_new
        )
        SELECT array_agg(id) FILTER (WHERE is_new), array_agg(id) FILTER (WHERE NOT is_new),
               array_agg(DISTINCT conversation_id) FILTER (WHERE NOT is_new OR direction = 'outbound')
        INTO arrived, revised, uncertain
        FROM written;

        IF attachments IS NOT NULL THEN
            PERFORM landline_attachments_write(attachments, arrived || revised, revised);
        END IF;
        PERFORM landline_conversations_move(chats, conversation_of, arrived || revised);
        IF uncertain IS NOT NULL THEN
            PERFORM landline_conversations_recount(uncertain);
        END IF;
    END IF;

    RETURN QUERY
    WITH folded AS MATERIALIZED (
        SELECT delivery.*, channel.id AS channel_id, message.id AS message_id, message.conversation_id,
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
                next_attempt_at timestamptz, repeats boolean, external_message_id text),
            unnest(bodies)
        ) AS delivery (
            id, source, received_at, account, provider, event, event_name, webhook_name, event_key, headers, sha256, size_bytes,
            outcome, reason, next_attempt_at, repeats, external_message_id, body)
        LEFT JOIN communications_channel AS channel ON channel.external_account_id = delivery.account
        LEFT JOIN communications_message AS message
            ON message.channel_id = channel.id AND message.external_message_id = delivery.external_message_id
    ), ledger AS (
        INSERT INTO communications_webhookdelivery AS held (
            id, source, received_at, external_account_id, provider, event, event_name, webhook_name, event_key, headers, sha256,
            size_bytes, outcome, reason, next_attempt_at, attempts, channel_id, conversation_id, message_id)
        SELECT id, source, received_at, account, provider, event, event_name, webhook_name, event_key, headers, sha256, size_bytes,
               settled,
               CASE settled
                   WHEN 'parked' THEN 'account not known here'
                   WHEN 'duplicate' THEN 'repeats an applied delivery'
                   ELSE reason
               END,
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
    )
    SELECT folded.settled, count(*) FROM folded GROUP BY folded.settled;
END
$$;
