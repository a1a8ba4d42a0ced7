-- A reaction may come twice: as what it is, and as an event message. A line that names its message by the provider's id is that
-- reaction, once the message is there. Any other is shown as long as nobody knows of the reaction itself: the same person's same emoji
-- in the same conversation.

-- Answers with the conversations where a line has appeared or gone.
CREATE OR REPLACE FUNCTION landline_reaction_lines_settle(conversations bigint[]) RETURNS bigint[] LANGUAGE sql AS $$
    WITH part AS MATERIALIZED (
        SELECT part.id, asked.id AS root
        FROM (
            SELECT DISTINCT coalesce(held.continues_id, held.id) AS id
            FROM communications_conversation AS held WHERE held.id = ANY(conversations)
        ) AS asked
        JOIN communications_conversation AS part ON part.id = asked.id OR part.continues_id = asked.id
    ), told AS MATERIALIZED (
        SELECT line.id, line.channel_id, named.id AS message_id, line.event_person, line.event_emoji, line.external_message_id,
               least(line.sent_at, line.received_at) AS at, reactor.id AS reactor_id, coalesce(reactor.is_self, false) AS is_own,
               CASE WHEN line.sender_id = reactor.id THEN line.sender_name ELSE '' END AS name
        FROM part
        JOIN communications_message AS line
            ON line.conversation_id = part.id AND line.event_emoji <> '' AND line.event_person <> '' AND line.quoted_external_id <> ''
        CROSS JOIN LATERAL (
            SELECT message.id
            FROM part AS beside
            JOIN communications_message AS message
                ON message.conversation_id = beside.id AND message.provider_message_id = line.quoted_external_id
               AND message.provider_message_id <> ''
            WHERE beside.root = part.root AND NOT message.is_stub AND message.id <> line.id
            ORDER BY message.external_message_id LIMIT 1
        ) AS named
        LEFT JOIN communications_chatattendee AS reactor
            ON reactor.channel_id = line.channel_id AND reactor.provider_id = line.event_person
    ), dropped AS (
        DELETE FROM communications_reaction AS held USING communications_message AS line, part
        WHERE line.conversation_id = part.id AND line.event_emoji <> '' AND held.line_id = line.id
          AND NOT EXISTS (SELECT FROM told WHERE told.id = held.line_id AND told.message_id = held.message_id)
    )
    INSERT INTO communications_reaction (
        channel_id, message_id, sender_provider_id, sender_id, sender_name, emoji, is_own, reacted_at, event_key, line_id)
    SELECT told.channel_id, told.message_id, told.event_person, told.reactor_id, told.name, told.event_emoji, told.is_own, told.at,
           sha256(convert_to('line ' || told.external_message_id, 'UTF8')), told.id
    FROM told ORDER BY told.message_id, told.event_person, told.external_message_id
    ON CONFLICT (message_id, sender_provider_id, event_key) DO NOTHING;

    WITH judged AS (
        SELECT line.id, EXISTS (
                   SELECT FROM communications_reaction AS reaction
                   JOIN communications_message AS message ON message.id = reaction.message_id
                   WHERE reaction.channel_id = line.channel_id
                     AND reaction.sender_provider_id = ANY(landline_person_ids(line.channel_id, line.event_person))
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

-- What another delivery now says of a line is another reaction.
CREATE OR REPLACE FUNCTION landline_reaction_line_revised() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM communications_reaction WHERE line_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER reaction_line_revised AFTER UPDATE OF event_emoji ON communications_message
    FOR EACH ROW WHEN (OLD.event_emoji <> '') EXECUTE FUNCTION landline_reaction_line_revised();

-- Who becomes one person, or two again, has reacted once, or twice.
CREATE OR REPLACE FUNCTION landline_reactor_linked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    people bigint[];
    turned bigint[];
BEGIN
    SELECT array_agg(id) INTO people FROM communications_chatattendee
    WHERE id IN (NEW.id, NEW.same_as_id, OLD.same_as_id) OR same_as_id IN (NEW.id, NEW.same_as_id, OLD.same_as_id);

    UPDATE communications_message SET version = pg_current_xact_id()
    WHERE version <> pg_current_xact_id()
      AND id IN (SELECT message_id FROM communications_reaction WHERE sender_id = ANY(people));

    turned := landline_reaction_lines_settle(ARRAY(
        SELECT DISTINCT line.conversation_id FROM communications_message AS line
        JOIN communications_chatattendee AS person ON person.id = ANY(people)
        WHERE line.event_emoji <> '' AND line.channel_id = person.channel_id AND line.event_person = person.provider_id
          AND line.conversation_id IS NOT NULL));
    IF turned IS NOT NULL THEN
        PERFORM landline_conversations_recount(turned);
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER reactor_linked AFTER UPDATE OF same_as_id ON communications_chatattendee
    FOR EACH ROW WHEN (OLD.same_as_id IS DISTINCT FROM NEW.same_as_id) EXECUTE FUNCTION landline_reactor_linked();

-- Of the conversations that reactions of a batch belong to, those that hold such lines.
CREATE OR REPLACE FUNCTION landline_reaction_lines_of(reactions json) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(DISTINCT line.conversation_id)
    FROM communications_message AS line
    WHERE line.event_emoji <> '' AND line.conversation_id IN (
        SELECT part.id
        FROM (
            SELECT coalesce(conversation.continues_id, conversation.id) AS id
            FROM (
                SELECT body.*, channel.id AS channel_id
                FROM json_to_recordset(reactions) AS body (account text, external_message_id text)
                JOIN communications_channel AS channel ON channel.external_account_id = body.account
                OFFSET 0
            ) AS told
            JOIN communications_message AS message
                ON message.channel_id = told.channel_id AND message.external_message_id = told.external_message_id
            JOIN communications_conversation AS conversation ON conversation.id = message.conversation_id
        ) AS asked
        JOIN communications_conversation AS part ON part.id = asked.id OR part.continues_id = asked.id)
$$;
