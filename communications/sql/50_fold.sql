-- Saves a batch of deliveries: facts into rows, the deliveries with their outcomes into the ledger. One call, one transaction.
--
-- accounts             whose facts the batch holds, in order of name: locks are taken in it
-- deliveries, bodies   one entry each per delivery, in the same order
-- own                  identities proven to be an account's own
-- people               distinct by (account, provider_id)
-- chats, aliases       chats numbered from 1; each chat's aliases name it
-- descriptions         those of the chats that an answer of upstream describes
-- members              see landline_members_write
-- messages             distinct by (account, external_message_id); the alias is how its body names the chat before all else
-- attachments          distinct by (account, external_message_id, external_attachment_id)
-- changes, edits, reactions   see landline_messages_change
-- statuses             see landline_channel_statuses_write
-- sent                 see landline_messages_sent
--
-- A list without entries is null. Facts whose account has no channel are left out here, and their deliveries parked.
-- Answers with the number of deliveries per outcome.
--
-- Connections for this function turn sequential scans, hash joins and merge joins off: a batch is small, every table has the index it
-- needs, and a plan made while tables were empty must not scan them when they are full.

CREATE OR REPLACE FUNCTION landline_fold(
    accounts text[], deliveries json, bodies bytea[], own json, people json, chats json, descriptions json, aliases json,
    members json, messages json, attachments json, changes json, edits json, reactions json, statuses json, sent json
) RETURNS TABLE (outcome text, total bigint) LANGUAGE plpgsql AS $$
DECLARE
    locked text;
    learned bigint[];
    about_us bigint[];
    regrown bigint[];
    telling bigint[];
    confirmed bigint[];
    confirmed_at timestamptz[];
    are_sources_new boolean;
    are_members_new boolean;
    conversation_of bigint[];
    joined bigint[];
    told_of bigint[];
    touched bigint[];
    apart bigint[];
    lined bigint[];
    aliases_all_known boolean;
    are_in_parts boolean;
    are_some_open boolean;
    arrived bigint[];
    moving bigint[];
    revised bigint[];
    uncertain bigint[];
    channel_linked bigint[];
    message_linked bigint[];
    messages_linked text[];
    conversation_linked bigint[];
BEGIN
    -- Writers of one channel follow one another; every statement after this one sees what the one before has committed.
    FOREACH locked IN ARRAY accounts LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended(locked, 0));
    END LOOP;

    -- Whoever called settles those that speak of what was erased, and calls again. Without marks this is one look at an empty table.
    IF EXISTS (SELECT FROM communications_erasedmark)
       AND current_setting('landline.erased_is_settled', true) IS DISTINCT FROM 'on'
       AND landline_batch_meets_erased(deliveries, aliases, messages, changes) THEN
        RAISE EXCEPTION 'a delivery of the batch speaks of what was erased' USING ERRCODE = 'LL001';
    END IF;

    -- Without anything on its way this is one look at an empty index.
    are_some_open := EXISTS (
        SELECT FROM communications_intent AS intent
        WHERE intent.state IN ('sending', 'unconfirmed', 'accepted') OR intent.outcome = 'unknown');
    IF sent IS NOT NULL THEN
        uncertain := landline_messages_sent(sent);
    END IF;

    IF own IS NOT NULL THEN
        learned := landline_own_identities_learn(own);
    END IF;

    IF people IS NOT NULL THEN
        SELECT array_agg(known_id) FILTER (WHERE has_grown), array_agg(channel_id) FILTER (WHERE is_news_of_us),
               array_agg(place) FILTER (WHERE tells_more),
               array_agg(known_id) FILTER (WHERE confirms_name AND NOT tells_more),
               array_agg(name_at) FILTER (WHERE confirms_name AND NOT tells_more),
               bool_or(has_new_source)
        INTO regrown, about_us, telling, confirmed, confirmed_at, are_sources_new
        FROM (SELECT * FROM landline_people_compare(people) OFFSET 0) AS person;

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
        SELECT array_agg(chat.conversation_id), bool_and(chat.all_known), NOT bool_and(chat.all_known AND NOT chat.is_continued)
        INTO conversation_of, aliases_all_known, are_in_parts
        FROM landline_chats_resolve(aliases) AS chat;
        IF NOT aliases_all_known THEN
            PERFORM landline_chats_make_known(chats, aliases);
            SELECT array_agg(chat.conversation_id) INTO conversation_of
            FROM landline_chats_resolve(aliases) AS chat;
        END IF;

        -- Nearly every body shows members who are known to be that.
        SELECT bool_or(known.id IS NULL OR member.told_at IS NOT NULL) INTO are_members_new
        FROM (
            SELECT told.*, channel.id AS channel_id
            FROM json_to_recordset(members) AS told (account text, chat integer, provider_id text, told_at timestamptz)
            JOIN communications_channel AS channel ON channel.external_account_id = told.account
            OFFSET 0
        ) AS member
        JOIN communications_chatattendee AS attendee
            ON attendee.channel_id = member.channel_id AND attendee.provider_id = member.provider_id
        LEFT JOIN communications_conversationattendee AS known
            ON known.conversation_id = conversation_of[member.chat] AND known.attendee_id = attendee.id;
        IF are_members_new THEN
            SELECT written.joined, written.told INTO joined, told_of
            FROM landline_members_write(members, conversation_of) AS written;
        END IF;
        IF joined IS NOT NULL OR NOT aliases_all_known THEN
            PERFORM landline_contacts_settle(CASE WHEN aliases_all_known THEN joined ELSE conversation_of END);
        END IF;

        IF are_some_open THEN
            PERFORM landline_echoes_bind(messages, attachments, conversation_of);
        END IF;
        WITH written AS (
            INSERT INTO communications_message AS held (
                channel_id, conversation_id, external_message_id, provider_message_id, direction, direction_told, origin, sender_id,
                sender_name, kind, text, search_text, status, sent_at, time_flagged, received_at, received_by, quoted_external_id,
                quoted_text, quoted_sender_name, subject, is_event, event_kind, event_person, event_emoji, is_forwarded,
                is_view_once, is_hidden, is_read, found_by, is_stub, version)
            -- What history brings that is older than all that its conversation holds can be in nobody's stretch of it: nobody has to
            -- be told of it.
            SELECT told.*, false,
                   CASE WHEN told.found_by = 'history' AND NOT EXISTS (
                           SELECT FROM communications_message AS older
                           WHERE older.conversation_id = told.conversation_id AND older.sent_at <= told.sent_at
                             AND NOT older.is_stub AND NOT older.is_hidden)
                       AND NOT (are_in_parts AND landline_parts_hold_older(told.conversation_id, told.sent_at)) THEN '0'::xid8 END
            FROM landline_messages_read(messages, conversation_of, are_in_parts) AS told
            ON CONFLICT (channel_id, external_message_id) DO NOTHING
            RETURNING held.id, held.conversation_id, held.direction, held.direction = 'outbound' OR held.is_read AS moves_marker, held.sent_at
        )
        SELECT array_agg(written.id),
               array_agg(written.id) FILTER (WHERE reader.is_stub OR (
                   written.sent_at < reader.last_message_at
                   AND (written.direction <> 'inbound' OR written.sent_at < reader.read_through_at)) IS NOT TRUE),
               uncertain || array_agg(written.conversation_id) FILTER (
                   WHERE moves_marker AND (written.sent_at < reader.read_through_at) IS NOT TRUE)
        INTO arrived, moving, uncertain
        FROM written
        JOIN communications_conversation AS part ON part.id = written.conversation_id
        JOIN communications_conversation AS reader ON reader.id = coalesce(part.continues_id, part.id);

        -- What is left was known before, as a stub or from another delivery.
        IF json_array_length(messages) > coalesce(cardinality(arrived), 0) THEN
            SELECT array_agg(message.id), uncertain || array_agg(DISTINCT message.conversation_id)
            INTO revised, uncertain
            FROM landline_messages_revise(messages, conversation_of, are_in_parts) AS message;

            IF json_array_length(messages) > coalesce(cardinality(arrived || revised), 0) THEN
                uncertain := uncertain || landline_directions_hear(messages) || landline_listed_states_hear(messages);
            END IF;
        END IF;
        IF revised IS NOT NULL THEN
            touched := landline_messages_move(messages, conversation_of, revised);
            uncertain := uncertain || touched;
            PERFORM landline_sent_attachments_adopt(attachments, revised);
        END IF;
        IF attachments IS NOT NULL OR revised IS NOT NULL THEN
            PERFORM landline_attachments_write(attachments, arrived || revised, revised);
        END IF;
        moving := moving || revised;
        IF moving IS NOT NULL OR landline_chats_tell_more(chats, conversation_of) THEN
            PERFORM landline_conversations_move(chats, conversation_of, moving);
        END IF;
        IF descriptions IS NOT NULL THEN
            PERFORM landline_conversations_describe(descriptions, conversation_of);
        END IF;
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
        -- Hardly any conversation holds what events have told of its members, or reactions told as lines.
        SELECT told_of || array_agg(part.id) FILTER (WHERE EXISTS (
                   SELECT FROM communications_conversationattendee AS member
                   WHERE member.conversation_id = part.id AND member.told_at IS NOT NULL)),
               array_agg(part.id) FILTER (WHERE EXISTS (
                   SELECT FROM communications_message AS line
                   WHERE line.conversation_id = part.id AND line.event_emoji <> ''))
        INTO told_of, lined
        FROM communications_conversation AS part WHERE part.id = ANY(touched) OR part.continues_id = ANY(touched);
        IF told_of IS NOT NULL THEN
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
    IF reactions IS NOT NULL THEN
        lined := lined || landline_reaction_lines_of(reactions);
    END IF;
    IF lined IS NOT NULL THEN
        uncertain := uncertain || landline_reaction_lines_settle(lined);
    END IF;
    IF are_some_open THEN
        PERFORM landline_sent_settle(deliveries);
        IF changes IS NOT NULL THEN
            PERFORM landline_changes_settle(deliveries);
        END IF;
    END IF;
    IF uncertain IS NOT NULL THEN
        PERFORM landline_conversations_recount(uncertain);
    END IF;
    IF statuses IS NOT NULL THEN
        PERFORM landline_channel_statuses_write(statuses);
    END IF;

    -- What the deliveries speak of, in their order.
    SELECT array_agg(delivery.channel_id ORDER BY delivery.place), array_agg(message.id ORDER BY delivery.place),
           array_agg(CASE WHEN delivery.external_message_ids IS NOT NULL THEN ARRAY(
               SELECT shown.id
               FROM unnest(delivery.external_message_ids) AS named (id)
               CROSS JOIN LATERAL (
                   SELECT held.id FROM communications_message AS held
                   WHERE held.channel_id = delivery.channel_id AND held.external_message_id = named.id
                   OFFSET 0
               ) AS shown
           )::text END ORDER BY delivery.place),
           array_agg(coalesce(message.conversation_id, conversation_of[delivery.chat]) ORDER BY delivery.place)
    INTO channel_linked, message_linked, messages_linked, conversation_linked
    FROM (
        SELECT told.*, channel.id AS channel_id
        FROM ROWS FROM (json_to_recordset(deliveries) AS (
                account text, external_message_id text, external_message_ids text[], chat integer)) WITH ORDINALITY
            AS told (account, external_message_id, external_message_ids, chat, place)
        LEFT JOIN communications_channel AS channel ON channel.external_account_id = told.account
        OFFSET 0
    ) AS delivery
    LEFT JOIN communications_message AS message
        ON message.channel_id = delivery.channel_id AND message.external_message_id = delivery.external_message_id;
    RETURN QUERY SELECT * FROM landline_ledger_write(
        deliveries, bodies, channel_linked, message_linked, messages_linked, conversation_linked);
END
$$;
