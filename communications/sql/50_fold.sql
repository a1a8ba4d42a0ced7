-- Saves a batch of deliveries: facts into rows, the deliveries with their outcomes into the ledger. One call, one transaction.
--
-- accounts             whose facts the batch holds
-- deliveries, bodies   one entry each per delivery, in the same order
-- own                  identities proven to be an account's own
-- people               distinct by (account, provider_id)
-- chats, aliases       chats numbered from 1; each chat's aliases name it; described_at and what follows it only where an
--                      answer of upstream describes the chat
-- members              see landline_members_write
-- messages             distinct by (account, external_message_id); the alias is how its body names the chat before all else
-- attachments          distinct by (account, external_message_id, external_attachment_id)
-- changes, edits, reactions   see landline_messages_change
-- statuses             see landline_channel_statuses_write
--
-- A list without entries is null. Facts whose account has no channel are left out here, and their deliveries parked.
-- Answers with the number of deliveries per outcome.
--
-- Connections for this function turn sequential scans, hash joins and merge joins off: a batch is small, every table has the index it
-- needs, and a plan made while tables were empty must not scan them when they are full.

DROP FUNCTION IF EXISTS landline_fold(text[], json, bytea[], json, json, json, json, json, json, json);

CREATE OR REPLACE FUNCTION landline_fold(
    accounts text[], deliveries json, bodies bytea[], own json, people json, chats json, aliases json, members json,
    messages json, attachments json, changes json, edits json, reactions json, statuses json
) RETURNS TABLE (outcome text, total bigint) LANGUAGE plpgsql AS $$
DECLARE
    learned bigint[];
    about_us bigint[];
    regrown bigint[];
    telling bigint[];
    confirmed bigint[];
    confirmed_at timestamptz[];
    are_sources_new boolean;
    conversation_of bigint[];
    joined bigint[];
    told_of bigint[];
    touched bigint[];
    apart bigint[];
    aliases_all_known boolean;
    arrived bigint[];
    revised bigint[];
    uncertain bigint[];
    channel_linked bigint[];
    message_linked bigint[];
    conversation_linked bigint[];
BEGIN
    -- Writers of one channel follow one another; every statement after this one sees what the one before has committed.
    PERFORM pg_advisory_xact_lock(account.lock)
    FROM (SELECT DISTINCT hashtextextended(name, 0) AS lock FROM unnest(accounts) AS name ORDER BY lock) AS account;

    -- Whoever called settles those that speak of what was erased, and calls again. Without marks this is one look at an empty table.
    IF EXISTS (SELECT FROM communications_erasedmark)
       AND current_setting('landline.erased_is_settled', true) IS DISTINCT FROM 'on'
       AND landline_batch_meets_erased(deliveries, aliases, messages, changes) THEN
        RAISE EXCEPTION 'a delivery of the batch speaks of what was erased' USING ERRCODE = 'LL001';
    END IF;

    IF own IS NOT NULL THEN
        learned := landline_own_identities_learn(own);
    END IF;

    IF people IS NOT NULL THEN
        SELECT array_agg(known_id) FILTER (WHERE has_grown), array_agg(DISTINCT channel_id) FILTER (WHERE is_news_of_us),
               array_agg(place) FILTER (WHERE tells_more),
               array_agg(known_id) FILTER (WHERE confirms_name AND NOT tells_more),
               array_agg(name_at) FILTER (WHERE confirms_name AND NOT tells_more),
               bool_or(has_new_source)
        INTO regrown, about_us, telling, confirmed, confirmed_at, are_sources_new
        FROM landline_people_compare(people);

        IF confirmed IS NOT NULL THEN
            UPDATE communications_chatattendee AS held SET name_at = seen.at
            FROM unnest(confirmed, confirmed_at) AS seen (id, at) WHERE held.id = seen.id;
        END IF;
        IF telling IS NOT NULL THEN
            PERFORM landline_people_write(people, telling);
        END IF;
        IF are_sources_new THEN
            PERFORM landline_people_heard(people);
        END IF;
    END IF;
    IF learned IS NOT NULL OR about_us IS NOT NULL THEN
        learned := learned || landline_own_identities_close(learned || about_us);
    END IF;

    IF aliases IS NOT NULL THEN
        SELECT array_agg(chat.conversation_id ORDER BY chat.chat), bool_and(chat.all_known)
        INTO conversation_of, aliases_all_known
        FROM landline_chats_resolve(aliases) AS chat;
        IF NOT aliases_all_known THEN
            PERFORM landline_chats_make_known(chats, aliases);
            SELECT array_agg(chat.conversation_id ORDER BY chat.chat) INTO conversation_of
            FROM landline_chats_resolve(aliases) AS chat;
        END IF;

        SELECT written.joined, written.told INTO joined, told_of
        FROM landline_members_write(members, conversation_of) AS written;
        IF joined IS NOT NULL OR NOT aliases_all_known THEN
            PERFORM landline_contacts_settle(CASE WHEN aliases_all_known THEN joined ELSE conversation_of END);
        END IF;

        WITH written AS (
            INSERT INTO communications_message AS held (
                channel_id, conversation_id, external_message_id, provider_message_id, direction, direction_told, origin, sender_id, sender_name,
                kind, text, search_text, status, sent_at, time_flagged, received_at, received_by,
                quoted_external_id, quoted_text, quoted_sender_name, subject, is_event, event_kind, event_person, event_emoji,
                is_forwarded, is_view_once, is_hidden, is_stub)
            SELECT channel.id, coalesce(named.conversation_id, conversation_of[told.chat]), told.external_message_id, told.provider_message_id, judged.direction,
                   told.told_direction IS NOT NULL,
                   CASE judged.direction WHEN 'outbound' THEN 'phone' ELSE 'contact' END, sender.id, told.sender_name,
                   told.kind, told.text, told.search_text, CASE judged.direction WHEN 'outbound' THEN 'sent' END,
                   told.sent_at, told.time_flagged, told.received_at, told.delivery,
                   told.quoted_external_id, told.quoted_text, told.quoted_sender_name, told.subject,
                   told.is_event, told.event_kind, told.event_person, told.event_emoji,
                   told.is_forwarded, told.is_view_once, told.is_hidden, false
            FROM json_to_recordset(messages) AS told (
                account text, external_message_id text, provider_message_id text, chat integer, alias_kind text, alias_value text, delivery uuid,
                told_direction text, sender_provider_id text, sender_identities text[], sender_name text,
                kind text, text text, search_text text, sent_at timestamptz, time_flagged boolean, received_at timestamptz,
                quoted_external_id text, quoted_text text, quoted_sender_name text, subject text,
                is_event boolean, event_kind text, event_person text, event_emoji text,
                is_forwarded boolean, is_view_once boolean, is_hidden boolean)
            JOIN communications_channel AS channel ON channel.external_account_id = told.account
            LEFT JOIN communications_conversationalias AS named
                ON named.channel_id = channel.id AND named.kind = told.alias_kind AND named.value = told.alias_value
            LEFT JOIN communications_chatattendee AS sender
                ON sender.channel_id = channel.id AND sender.provider_id = told.sender_provider_id
            CROSS JOIN LATERAL (
                SELECT coalesce(told.told_direction, landline_direction(
                    coalesce(sender.identities, told.sender_identities), channel.own_identities))
                    AS direction
            ) AS judged
            ON CONFLICT (channel_id, external_message_id) DO UPDATE SET
                conversation_id = coalesce(held.conversation_id, excluded.conversation_id),
                provider_message_id = excluded.provider_message_id,
                (direction, origin, status, is_read, direction_told) = (
                    SELECT judged.direction,
                           CASE WHEN held.origin = 'us' THEN 'us' WHEN judged.direction = 'outbound' THEN 'phone' ELSE 'contact' END,
                           CASE judged.direction
                               WHEN 'outbound' THEN landline_status_climb(held.status, 'sent')
                               WHEN 'inbound' THEN NULL
                               ELSE nullif(held.status, 'sent')
                           END,
                           held.is_read OR judged.direction = 'inbound' AND held.status IS NOT DISTINCT FROM 'read',
                           held.direction_told OR excluded.direction_told
                    FROM (
                        SELECT CASE
                            WHEN held.direction_told AND NOT excluded.direction_told THEN held.direction ELSE excluded.direction
                        END AS direction
                    ) AS judged),
                sender_id = excluded.sender_id,
                sender_name = excluded.sender_name,
                kind = excluded.kind,
                original_text = CASE WHEN held.edited_at IS NULL THEN NULL ELSE excluded.text END,
                text = CASE WHEN held.edited_at IS NULL THEN excluded.text ELSE held.text END,
                search_text = CASE WHEN held.edited_at IS NULL THEN excluded.search_text ELSE held.search_text END,
                sent_at = excluded.sent_at,
                time_flagged = excluded.time_flagged,
                received_at = excluded.received_at,
                received_by = excluded.received_by,
                quoted_external_id = excluded.quoted_external_id,
                quoted_text = excluded.quoted_text,
                quoted_sender_name = excluded.quoted_sender_name,
                subject = excluded.subject,
                is_event = excluded.is_event,
                event_kind = excluded.event_kind,
                event_person = excluded.event_person,
                event_emoji = excluded.event_emoji,
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

        IF json_array_length(messages) > coalesce(cardinality(arrived || revised), 0) THEN
            uncertain := uncertain || landline_directions_hear(messages);
        END IF;
        IF revised IS NOT NULL THEN
            touched := landline_messages_move(messages, conversation_of, revised);
            uncertain := uncertain || touched;
        END IF;
        IF attachments IS NOT NULL OR revised IS NOT NULL THEN
            PERFORM landline_attachments_write(attachments, arrived || revised, revised);
        END IF;
        PERFORM landline_conversations_move(chats, conversation_of, arrived || revised);
        PERFORM landline_conversations_describe(chats, conversation_of);
        IF NOT aliases_all_known THEN
            PERFORM landline_chats_ask(messages, conversation_of);
        END IF;
        touched := touched || conversation_of;
        -- One chat by its names, two by what people decided: the counts of the other one are not added up.
        IF NOT aliases_all_known THEN
            apart := ARRAY(
                SELECT DISTINCT part.id
                FROM communications_message AS message
                JOIN communications_conversation AS part ON part.id = message.conversation_id
                WHERE message.id = ANY(arrived) AND coalesce(part.continues_id, part.id) <> ALL(conversation_of));
            uncertain := uncertain || apart;
            touched := touched || apart;
        END IF;
        told_of := told_of || ARRAY(
            SELECT DISTINCT member.conversation_id FROM communications_conversationattendee AS member
            WHERE member.told_at IS NOT NULL AND member.conversation_id IN (
                SELECT part.id FROM communications_conversation AS part
                WHERE part.id = ANY(touched) OR part.continues_id = ANY(touched)));
        IF cardinality(told_of) > 0 THEN
            PERFORM landline_members_settle(told_of);
        END IF;
    END IF;

    IF learned IS NOT NULL OR regrown IS NOT NULL THEN
        uncertain := uncertain || landline_identities_settle(learned, regrown);
    END IF;
    IF changes IS NOT NULL THEN
        uncertain := uncertain || landline_messages_change(changes, edits, reactions);
        IF edits IS NOT NULL THEN
            PERFORM landline_edits_ask(edits);
        END IF;
    END IF;
    touched := landline_reaction_lines_of(touched, reactions);
    IF touched IS NOT NULL THEN
        uncertain := uncertain || landline_reaction_lines_settle(touched);
    END IF;
    IF uncertain IS NOT NULL THEN
        PERFORM landline_conversations_recount(uncertain);
    END IF;
    IF statuses IS NOT NULL THEN
        PERFORM landline_channel_statuses_write(statuses);
    END IF;

    -- What the deliveries speak of, in their order.
    SELECT array_agg(channel.id ORDER BY delivery.place), array_agg(message.id ORDER BY delivery.place),
           array_agg(message.conversation_id ORDER BY delivery.place)
    INTO channel_linked, message_linked, conversation_linked
    FROM ROWS FROM (json_to_recordset(deliveries) AS (account text, external_message_id text)) WITH ORDINALITY
        AS delivery (account, external_message_id, place)
    LEFT JOIN communications_channel AS channel ON channel.external_account_id = delivery.account
    LEFT JOIN communications_message AS message
        ON message.channel_id = channel.id AND message.external_message_id = delivery.external_message_id;
    RETURN QUERY SELECT * FROM landline_ledger_write(deliveries, bodies, channel_linked, message_linked, conversation_linked);
END
$$;
