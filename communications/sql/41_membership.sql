-- Who is in a group. Events say who came and who went, in any order; of several about one person the latest counts. Whoever writes
-- after having gone is in again; of ourselves whatever this account writes counts, by whichever of our ids we are told to be gone.

-- Notes what bodies say of the members of their chats. Answers with the conversations that have a new member, and with those of
-- which something new was told.
--
-- members   distinct by (chat, alias, provider_id), the alias as in landline_fold; told_* only where an event says so
CREATE OR REPLACE FUNCTION landline_members_write(
    members json, conversation_of bigint[], OUT joined bigint[], OUT told bigint[]
) LANGUAGE sql AS $$
    WITH stated AS MATERIALIZED (
        SELECT DISTINCT ON (place.conversation_id, attendee.id)
               attendee.channel_id, place.conversation_id, attendee.id AS attendee_id,
               member.told_at, coalesce(member.told_by, '') AS told_by, member.told_state, known.id AS known_id,
               member.told_at IS NOT NULL AND (known.told_at IS NULL
                   OR (member.told_at, member.told_by COLLATE "C", member.told_state)
                       > (known.told_at, known.told_by, known.told_state))
                   AS tells_more
        FROM (
            -- The channel first: see landline_chats_resolve.
            SELECT body.*, channel.id AS channel_id
            FROM json_to_recordset(members) AS body (
                account text, chat integer, alias_kind text, alias_value text, provider_id text, told_at timestamptz, told_by text,
                told_state text)
            JOIN communications_channel AS channel ON channel.external_account_id = body.account
            OFFSET 0
        ) AS member
        LEFT JOIN communications_conversationalias AS named
            ON named.channel_id = member.channel_id AND named.kind = member.alias_kind AND named.value = member.alias_value
        CROSS JOIN LATERAL (SELECT coalesce(named.conversation_id, conversation_of[member.chat]) AS conversation_id) AS place
        JOIN communications_chatattendee AS attendee
            ON attendee.channel_id = member.channel_id AND attendee.provider_id = member.provider_id
        LEFT JOIN communications_conversationattendee AS known
            ON known.conversation_id = place.conversation_id AND known.attendee_id = attendee.id
        ORDER BY 2, 3, member.told_at DESC NULLS LAST, member.told_by COLLATE "C" DESC, member.told_state DESC
    ), written AS (
        INSERT INTO communications_conversationattendee AS held (
            channel_id, conversation_id, attendee_id, told_at, told_by, told_state)
        SELECT channel_id, conversation_id, attendee_id, told_at, told_by, told_state
        FROM stated WHERE known_id IS NULL OR tells_more
        ORDER BY conversation_id, attendee_id
        ON CONFLICT (conversation_id, attendee_id) DO UPDATE SET
            told_at = excluded.told_at, told_by = excluded.told_by, told_state = excluded.told_state
        WHERE excluded.told_at IS NOT NULL
    )
    SELECT array_agg(DISTINCT conversation_id) FILTER (WHERE known_id IS NULL),
           array_agg(DISTINCT conversation_id) FILTER (WHERE tells_more)
    FROM stated
$$;

-- Settles who is in these conversations, parts that continue them included, as far as events have told of anybody there.
CREATE OR REPLACE FUNCTION landline_members_settle(conversations bigint[]) RETURNS void LANGUAGE sql AS $$
    UPDATE communications_conversationattendee AS member SET state = judged.state
    FROM (
        SELECT member.id, CASE WHEN newest.told_state = 'gone' AND NOT EXISTS (
                   SELECT FROM communications_message AS message
                   WHERE message.conversation_id = ANY(parts.ids) AND NOT message.is_stub AND NOT message.is_hidden
                     AND NOT message.is_event AND message.sent_at > newest.told_at
                     AND (message.sender_id = member.attendee_id OR person.is_self AND message.direction = 'outbound')
               ) THEN 'gone' ELSE 'in' END AS state
        FROM (
            SELECT DISTINCT coalesce(held.continues_id, held.id) AS id
            FROM communications_conversation AS held WHERE held.id = ANY(conversations)
        ) AS asked
        CROSS JOIN LATERAL (
            SELECT ARRAY(
                SELECT part.id FROM communications_conversation AS part WHERE part.id = asked.id OR part.continues_id = asked.id
            ) AS ids
        ) AS parts
        CROSS JOIN LATERAL (
            SELECT DISTINCT ON (told.attendee_id) told.attendee_id, told.told_state, told.told_at
            FROM communications_conversationattendee AS told
            WHERE told.conversation_id = ANY(parts.ids) AND told.told_at IS NOT NULL
            ORDER BY told.attendee_id, told.told_at DESC, told.told_by DESC, told.told_state DESC
        ) AS newest
        JOIN communications_conversationattendee AS member
            ON member.conversation_id = ANY(parts.ids) AND member.attendee_id = newest.attendee_id
        JOIN communications_chatattendee AS person ON person.id = member.attendee_id
    ) AS judged
    WHERE member.id = judged.id AND member.state <> judged.state
$$;
