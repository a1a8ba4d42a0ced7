-- A reaction may come twice: as what it is, and as an event message that does not say to which message it belongs. Such a line is
-- shown as long as nobody knows of the reaction itself: the same person's same emoji in the same conversation.

-- Answers with the conversations where a line has appeared or gone.
CREATE OR REPLACE FUNCTION landline_reaction_lines_settle(conversations bigint[]) RETURNS bigint[] LANGUAGE sql AS $$
    WITH judged AS (
        SELECT line.id, EXISTS (
                   SELECT FROM communications_reaction AS reaction
                   JOIN communications_message AS message ON message.id = reaction.message_id
                   WHERE reaction.channel_id = line.channel_id AND reaction.sender_provider_id = line.event_person
                     AND reaction.emoji = line.event_emoji AND message.conversation_id = ANY(parts.ids)
               ) AS is_known
        FROM (
            SELECT DISTINCT coalesce(held.continues_id, held.id) AS id
            FROM communications_conversation AS held WHERE held.id = ANY(conversations)
        ) AS asked
        CROSS JOIN LATERAL (
            SELECT ARRAY(
                SELECT part.id FROM communications_conversation AS part WHERE part.id = asked.id OR part.continues_id = asked.id
            ) AS ids
        ) AS parts
        JOIN communications_message AS line ON line.conversation_id = ANY(parts.ids) AND line.event_emoji <> ''
    ), turned AS (
        UPDATE communications_message AS line SET is_hidden = judged.is_known
        FROM judged WHERE line.id = judged.id AND line.is_hidden <> judged.is_known
        RETURNING line.conversation_id
    )
    SELECT array_agg(DISTINCT conversation_id) FROM turned
$$;

-- Of the conversations that reactions of a batch belong to, those that hold such lines.
DROP FUNCTION IF EXISTS landline_reaction_lines_of(bigint[], json);

CREATE OR REPLACE FUNCTION landline_reaction_lines_of(reactions json) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(DISTINCT line.conversation_id)
    FROM communications_message AS line
    WHERE line.event_emoji <> '' AND line.conversation_id IN (
        SELECT part.id
        FROM (
            SELECT coalesce(conversation.continues_id, conversation.id) AS id
            FROM json_to_recordset(reactions) AS told (account text, external_message_id text)
            JOIN communications_channel AS channel ON channel.external_account_id = told.account
            JOIN communications_message AS message
                ON message.channel_id = channel.id AND message.external_message_id = told.external_message_id
            JOIN communications_conversation AS conversation ON conversation.id = message.conversation_id
        ) AS asked
        JOIN communications_conversation AS part ON part.id = asked.id OR part.continues_id = asked.id)
$$;
