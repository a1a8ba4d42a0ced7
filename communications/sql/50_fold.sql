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
    conversation_of bigint[];
    joined bigint[];
    joining bigint[];
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

    IF own IS NOT NULL THEN
        learned := landline_own_identities_learn(own);
    END IF;

    IF people IS NOT NULL THEN
        -- Most bodies tell nothing of their people but that a known name is still theirs.
        SELECT array_agg(known_id) FILTER (WHERE has_grown), array_agg(DISTINCT channel_id) FILTER (WHERE is_news_of_us),
               array_agg(place) FILTER (WHERE tells_more),
               array_agg(known_id) FILTER (WHERE confirms_name AND NOT tells_more),
               array_agg(name_at) FILTER (WHERE confirms_name AND NOT tells_more)
        INTO regrown, about_us, telling, confirmed, confirmed_at
        FROM landline_people_compare(people);

        IF confirmed IS NOT NULL THEN
            UPDATE communications_chatattendee AS held SET name_at = seen.at
            FROM unnest(confirmed, confirmed_at) AS seen (id, at) WHERE held.id = seen.id;
        END IF;
        IF telling IS NOT NULL THEN
            PERFORM landline_people_write(people, telling);
        END IF;
    END IF;
    IF learned IS NOT NULL OR about_us IS NOT NULL THEN
        learned := learned || landline_own_identities_close(learned || about_us);
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

        SELECT array_agg(conversation_of[member.chat]), array_agg(attendee.id) INTO joined, joining
        FROM json_to_recordset(members) AS member (account text, chat integer, provider_id text)
        JOIN communications_channel AS channel ON channel.external_account_id = member.account
        JOIN communications_chatattendee AS attendee
            ON attendee.channel_id = channel.id AND attendee.provider_id = member.provider_id
        LEFT JOIN communications_conversationattendee AS known
            ON known.conversation_id = conversation_of[member.chat] AND known.attendee_id = attendee.id
        WHERE known.id IS NULL;
        IF joined IS NOT NULL THEN
            INSERT INTO communications_conversationattendee (channel_id, conversation_id, attendee_id)
            SELECT DISTINCT attendee.channel_id, member.conversation_id, attendee.id
            FROM unnest(joined, joining) AS member (conversation_id, attendee_id)
            JOIN communications_chatattendee AS attendee ON attendee.id = member.attendee_id
            ORDER BY 2, 3
            ON CONFLICT (conversation_id, attendee_id) DO NOTHING;
        END IF;
        IF joined IS NOT NULL OR NOT aliases_all_known THEN
            PERFORM landline_contacts_settle(CASE WHEN aliases_all_known THEN joined ELSE conversation_of END);
        END IF;

        WITH added AS (
            INSERT INTO communications_message (
                channel_id, conversation_id, external_message_id, provider_message_id, direction, direction_told, origin, sender_id, sender_name,
                kind, text, search_text, status, sent_at, time_flagged, received_at, received_by,
                quoted_external_id, quoted_text, quoted_sender_name, is_event, is_forwarded, is_view_once, is_hidden, is_stub)
            SELECT channel_id, conversation_id, external_message_id, provider_message_id, direction, direction_told,
                   CASE direction WHEN 'outbound' THEN 'phone' ELSE 'contact' END, sender_id, sender_name,
                   kind, text, search_text, CASE direction WHEN 'outbound' THEN 'sent' END, sent_at, time_flagged, received_at, delivery,
                   quoted_external_id, quoted_text, quoted_sender_name, is_event, is_forwarded, is_view_once, is_hidden, false
            FROM landline_messages_told(messages, conversation_of)
            ON CONFLICT (channel_id, external_message_id) DO NOTHING
            RETURNING id, conversation_id, direction
        )
        SELECT array_agg(id), array_agg(DISTINCT conversation_id) FILTER (WHERE direction = 'outbound')
        INTO arrived, uncertain
        FROM added;

        IF json_array_length(messages) > coalesce(cardinality(arrived), 0) THEN
            revised := landline_messages_revise(messages, conversation_of);
            uncertain := uncertain || landline_conversations_of(revised) || landline_directions_hear(messages);
        END IF;
        IF revised IS NOT NULL THEN
            uncertain := uncertain || landline_messages_move(messages, conversation_of, revised);
        END IF;
        IF attachments IS NOT NULL OR revised IS NOT NULL THEN
            PERFORM landline_attachments_write(attachments, arrived || revised, revised);
        END IF;
        PERFORM landline_conversations_move(chats, conversation_of, arrived || revised);
    END IF;

    IF learned IS NOT NULL OR regrown IS NOT NULL THEN
        uncertain := uncertain || landline_identities_settle(learned, regrown);
    END IF;
    IF changes IS NOT NULL THEN
        uncertain := uncertain || landline_messages_change(changes, edits, reactions);
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
