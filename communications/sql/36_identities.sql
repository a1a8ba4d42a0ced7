-- Who we are on a channel is learned bit by bit, and so is who the others are. What follows from it is settled whenever either
-- grows, so that it cannot matter in which order it was learned: which attendees are ourselves, who wrote what no body tells,
-- and after whom a direct conversation is named.

-- own: (account, identities). Answers with the channels that have learned something.
CREATE OR REPLACE FUNCTION landline_own_identities_learn(own json) RETURNS bigint[] LANGUAGE sql AS $$
    WITH learned AS (
        UPDATE communications_channel AS channel
        SET own_identities = ARRAY(
            SELECT DISTINCT key FROM unnest(channel.own_identities || proven.identities) AS key ORDER BY key)
        FROM json_to_recordset(own) AS proven (account text, identities text[])
        WHERE channel.external_account_id = proven.account AND NOT channel.own_identities @> proven.identities
        RETURNING channel.id
    )
    SELECT array_agg(id) FROM learned
$$;

-- All that is known of ourselves is ours: attendees who share an identity with us are ourselves, and what else they are called
-- is our own too, until nothing more follows. Answers with the channels that have learned something.
CREATE OR REPLACE FUNCTION landline_own_identities_close(channels bigint[]) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    grown bigint[];
    learned bigint[];
BEGIN
    LOOP
        UPDATE communications_chatattendee AS attendee SET is_self = true
        FROM communications_channel AS channel
        WHERE channel.id = ANY(channels) AND attendee.channel_id = channel.id
          AND NOT attendee.is_self AND attendee.identities && channel.own_identities;

        WITH taught AS (
            UPDATE communications_channel AS channel
            SET own_identities = ARRAY(
                SELECT DISTINCT key FROM unnest(channel.own_identities || ourselves.identities) AS key ORDER BY key)
            FROM (
                SELECT attendee.channel_id, array_agg(DISTINCT key) AS identities
                FROM communications_chatattendee AS attendee, unnest(attendee.identities) AS key
                WHERE attendee.channel_id = ANY(channels) AND attendee.is_self
                GROUP BY attendee.channel_id
            ) AS ourselves
            WHERE channel.id = ourselves.channel_id AND NOT channel.own_identities @> ourselves.identities
            RETURNING channel.id
        )
        SELECT array_agg(id) INTO grown FROM taught;
        EXIT WHEN grown IS NULL;
        learned := learned || grown;
    END LOOP;
    RETURN learned;
END
$$;

-- Once somebody is known to be ourselves, so are their reactions, and groups that they are gone from can only be read.
CREATE OR REPLACE FUNCTION landline_attendee_is_self() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE communications_reaction SET is_own = true WHERE sender_id = NEW.id AND NOT is_own;
    UPDATE communications_conversation SET version = pg_current_xact_id()
    WHERE version <> pg_current_xact_id() AND id IN (
        SELECT coalesce(part.continues_id, part.id)
        FROM communications_conversationattendee AS member
        JOIN communications_conversation AS part ON part.id = member.conversation_id
        WHERE member.attendee_id = NEW.id AND member.state = 'gone');
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER attendee_is_self AFTER UPDATE OF is_self ON communications_chatattendee
    FOR EACH ROW WHEN (NEW.is_self AND NOT OLD.is_self) EXECUTE FUNCTION landline_attendee_is_self();

-- After whom a direct conversation is named: whoever its names name, else the first who is not ourselves.
CREATE OR REPLACE FUNCTION landline_contacts_settle(conversations bigint[]) RETURNS void LANGUAGE sql AS $$
    UPDATE communications_conversation AS conversation SET contact_id = best.attendee_id
    FROM (
        SELECT DISTINCT coalesce(held.continues_id, held.id) AS id
        FROM communications_conversation AS held WHERE held.id = ANY(conversations)
    ) AS asked
    CROSS JOIN LATERAL (
        SELECT ARRAY(
            SELECT part.id FROM communications_conversation AS part WHERE part.id = asked.id OR part.continues_id = asked.id
        ) AS ids
    ) AS parts
    LEFT JOIN LATERAL (
        SELECT person.id AS attendee_id
        FROM communications_conversationattendee AS member
        JOIN communications_chatattendee AS person ON person.id = member.attendee_id
        CROSS JOIN LATERAL (
            SELECT EXISTS (
                SELECT FROM communications_conversationalias AS alias
                WHERE alias.conversation_id = ANY(parts.ids) AND (alias.kind, alias.value) IN (
                    ('lid', person.lid), ('phone', person.phone), ('id', person.provider_id), ('provider', person.provider_id))
            ) AS the_chat
        ) AS names
        WHERE member.conversation_id = ANY(parts.ids) AND (names.the_chat OR NOT person.is_self)
        ORDER BY names.the_chat DESC, person.is_self, person.provider_id LIMIT 1
    ) AS best ON true
    WHERE conversation.id = asked.id AND conversation.kind = 'direct'
      AND conversation.contact_id IS DISTINCT FROM best.attendee_id
$$;

-- channels: whose own identities have grown; people: attendees whose identities have grown. Answers with the conversations
-- whose counts may have changed.
CREATE OR REPLACE FUNCTION landline_identities_settle(channels bigint[], people bigint[]) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    ourselves bigint[];
    uncertain bigint[];
BEGIN
    SELECT array_agg(attendee.id) INTO ourselves
    FROM communications_chatattendee AS attendee WHERE attendee.channel_id = ANY(channels) AND attendee.is_self;

    WITH judged AS (
        SELECT message.id, landline_direction(sender.identities, channel.own_identities) AS direction
        FROM communications_message AS message
        JOIN communications_channel AS channel ON channel.id = message.channel_id
        JOIN communications_chatattendee AS sender ON sender.id = message.sender_id
        WHERE NOT message.direction_told AND NOT message.is_stub
          AND (message.channel_id = ANY(channels) OR message.channel_id IN (
              SELECT channel_id FROM communications_chatattendee WHERE id = ANY(people)) AND message.sender_id = ANY(people))
    ), turned AS (
        UPDATE communications_message AS message SET
            direction = judged.direction,
            origin = CASE WHEN message.origin = 'us' THEN 'us' WHEN judged.direction = 'outbound' THEN 'phone' ELSE 'contact' END,
            is_read = message.is_read OR judged.direction = 'inbound' AND message.status IS NOT DISTINCT FROM 'read',
            status = CASE judged.direction
                WHEN 'outbound' THEN landline_status_climb(message.status, 'sent')
                WHEN 'inbound' THEN NULL
                ELSE message.status
            END
        FROM judged
        WHERE message.id = judged.id AND message.direction <> judged.direction
        RETURNING message.conversation_id
    )
    SELECT array_agg(DISTINCT conversation_id) INTO uncertain FROM turned;

    PERFORM landline_contacts_settle(ARRAY(
        SELECT DISTINCT coalesce(conversation.continues_id, conversation.id)
        FROM communications_conversationattendee AS member
        JOIN communications_conversation AS conversation ON conversation.id = member.conversation_id
        WHERE member.attendee_id = ANY(people || ourselves)));
    RETURN uncertain;
END
$$;
