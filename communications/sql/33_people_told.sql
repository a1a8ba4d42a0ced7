-- The people of a batch: what is told of them against what is known. Nearly every body repeats what others have told, and reading
-- that costs a fraction of writing it again.
--
-- people   as in landline_fold; ``place`` numbers them from 1

CREATE OR REPLACE FUNCTION landline_people_compare(people json) RETURNS TABLE (
    place bigint, channel_id bigint, known_id bigint, name_at timestamptz,
    has_grown boolean, is_news_of_us boolean, tells_more boolean, confirms_name boolean, has_new_source boolean
) LANGUAGE sql STABLE AS $$
    SELECT person.place, person.channel_id, known.id, person.name_at,
           known.id IS NOT NULL AND NOT same.identities,
           same.is_us AND (known.id IS NULL OR NOT known.is_self OR NOT same.identities),
           known.id IS NULL
           OR NOT same.name AND person.name <> '' AND (person.name_rank, person.name_at, person.name)
                > (known.name_rank, coalesce(known.name_at, '-infinity'), known.name)
           OR person.attendee_id > known.external_attendee_id OR person.phone > known.phone
           OR person.lid > known.lid OR person.public_identifier > known.public_identifier
           OR NOT same.identities OR NOT known.is_self AND same.is_us,
           same.name AND person.name_at > coalesce(known.name_at, '-infinity'),
           known.id IS NULL
           OR cardinality(person.keys) > (
               SELECT count(*) FROM communications_attendeeidentity AS source
               WHERE source.attendee_id = known.id AND source.key = ANY(person.keys)
                 AND source.told_by <= person.told_by AND source.own_key >= person.own_key)
           OR person.names > (
               SELECT count(*) FROM communications_attendeename AS source
               WHERE source.attendee_id = known.id AND source.rank = person.name_rank AND source.name = person.name
                 AND (source.since, source.told_by) <= (person.name_since, person.told_by))
    FROM (
        -- The channel first: see landline_chats_resolve.
        SELECT told.*, channel.id AS channel_id, channel.own_identities
        FROM ROWS FROM (json_to_recordset(people) AS (
            account text, provider_id text, attendee_id text, name text, name_rank smallint, name_at timestamptz,
            phone text, lid text, public_identifier text, is_self boolean, identities text[],
            own_key text, keys text[], told_by uuid, names integer, name_since timestamptz)) WITH ORDINALITY AS told (
            account, provider_id, attendee_id, name, name_rank, name_at, phone, lid, public_identifier, is_self, identities,
            own_key, keys, told_by, names, name_since, place)
        JOIN communications_channel AS channel ON channel.external_account_id = told.account
        OFFSET 0
    ) AS person
    LEFT JOIN communications_chatattendee AS known
        ON known.channel_id = person.channel_id AND known.provider_id = person.provider_id
    CROSS JOIN LATERAL (
        SELECT known.identities @> person.identities AS identities,
               person.name <> '' AND (person.name, person.name_rank) = (known.name, known.name_rank) AS name,
               person.is_self OR person.identities && person.own_identities AS is_us
        OFFSET 0
    ) AS same
$$;

-- Writes those of the people who stand at these places.
CREATE OR REPLACE FUNCTION landline_people_write(people json, places bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO communications_chatattendee AS held (
        channel_id, provider_id, external_attendee_id, name, name_rank, name_at, phone, lid, public_identifier,
        identities, is_self)
    SELECT channel.id, person.provider_id, person.attendee_id, person.name, person.name_rank, person.name_at, person.phone,
           person.lid, person.public_identifier, person.identities, person.is_self OR person.identities && channel.own_identities
    FROM ROWS FROM (json_to_recordset(people) AS (
        account text, provider_id text, attendee_id text, name text, name_rank smallint, name_at timestamptz,
        phone text, lid text, public_identifier text, is_self boolean, identities text[])) WITH ORDINALITY
        AS person (account, provider_id, attendee_id, name, name_rank, name_at, phone, lid, public_identifier, is_self, identities, place)
    JOIN communications_channel AS channel ON channel.external_account_id = person.account
    WHERE person.place = ANY(places)
    ORDER BY channel.id, person.provider_id
    ON CONFLICT (channel_id, provider_id) DO UPDATE SET
        external_attendee_id = greatest(held.external_attendee_id, excluded.external_attendee_id),
        phone = greatest(held.phone, excluded.phone),
        lid = greatest(held.lid, excluded.lid),
        public_identifier = greatest(held.public_identifier, excluded.public_identifier),
        identities = CASE WHEN held.identities @> excluded.identities THEN held.identities ELSE ARRAY(
            SELECT DISTINCT key FROM unnest(held.identities || excluded.identities) AS key ORDER BY key) END,
        is_self = held.is_self OR excluded.is_self,
        (name, name_rank, name_at) = (
            SELECT better.name, better.name_rank, better.name_at
            FROM (VALUES (held.name, held.name_rank, held.name_at), (excluded.name, excluded.name_rank, excluded.name_at))
                AS better (name, name_rank, name_at)
            ORDER BY better.name <> '' DESC, better.name_rank DESC, better.name_at DESC NULLS LAST, better.name DESC LIMIT 1)
$$;
