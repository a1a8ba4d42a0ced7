-- Which attendees are one person. What bodies prove is recorded for good; who is linked to whom follows from all of it at once, so
-- that it cannot matter in which order it was heard, and from what people here decided, which counts more.
--
-- Proof is one body that shows an attendee with the provider's id of another beside it. A number (or public name) told of several
-- ids has changed hands or is wrong: it proves nothing, and is only proposed (38_proposals.sql). No name proves anything.

-- Under how many ids a key was told, as far as it matters: a number that stands beside two proves nothing.
CREATE OR REPLACE FUNCTION landline_key_is_ambiguous(channel bigint, asked text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT count(DISTINCT beside.key) > 1 FROM (
        SELECT told.own_key AS key FROM communications_attendeeidentity AS told
        WHERE told.channel_id = channel AND told.key = asked AND told.own_key <> asked
        UNION ALL
        SELECT told.key FROM communications_attendeeidentity AS told
        WHERE told.channel_id = channel AND told.own_key = asked AND told.key LIKE 'lid:%'
    ) AS beside
$$;

-- Who is directly proven to be whom, for these people: by one's id told beside the other's, or one id written in two ways.
CREATE OR REPLACE FUNCTION landline_people_proven(people bigint[])
RETURNS TABLE (one bigint, other bigint, told_by uuid) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT ON (1, 2) least(told.attendee_id, owner.attendee_id), greatest(told.attendee_id, owner.attendee_id),
           CASE WHEN told.own_key = told.key THEN greatest(told.told_by, owner.told_by) ELSE told.told_by END
    FROM (
        SELECT mine.* FROM communications_attendeeidentity AS mine WHERE mine.attendee_id = ANY(people)
        UNION
        SELECT theirs.*
        FROM communications_attendeeidentity AS mine
        CROSS JOIN LATERAL (
            SELECT known.* FROM communications_attendeeidentity AS known
            WHERE known.channel_id = mine.channel_id AND known.key = mine.key
            OFFSET 0
        ) AS theirs
        WHERE mine.attendee_id = ANY(people) AND mine.key = mine.own_key
    ) AS told
    CROSS JOIN LATERAL (
        SELECT known.attendee_id, known.told_by FROM communications_attendeeidentity AS known
        WHERE known.channel_id = told.channel_id AND known.own_key = told.key AND known.key = told.key
          AND known.attendee_id <> told.attendee_id
        OFFSET 0
    ) AS owner
    WHERE told.own_key = told.key
       OR NOT (told.key NOT LIKE 'lid:%' AND landline_key_is_ambiguous(told.channel_id, told.key)
               OR told.key LIKE 'lid:%' AND told.own_key LIKE 'phone:%' AND landline_key_is_ambiguous(told.channel_id, told.own_key))
    ORDER BY 1, 2, 3
$$;

-- Links these people, and all that hang together with them, anew. Proofs count in the order of their deliveries, after what people
-- decided; one that would join two whom somebody keeps apart is passed over. The lowest id of a group is its root.
CREATE OR REPLACE FUNCTION landline_people_link(asked bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    people bigint[] := asked;
    grown bigint[];
    root_of bigint[];
    proven_by uuid[];
    link record;
    one_root bigint;
    other_root bigint;
BEGIN
    LOOP
        SELECT array_agg(DISTINCT id) INTO grown FROM (
            SELECT unnest(people) AS id
            UNION ALL
            SELECT mate.id
            FROM communications_chatattendee AS held
            JOIN communications_chatattendee AS mate
                ON mate.id = held.same_as_id OR mate.same_as_id = coalesce(held.same_as_id, held.id)
            WHERE held.id = ANY(people)
            UNION ALL
            SELECT unnest(ARRAY[proven.one, proven.other]) FROM landline_people_proven(people) AS proven
            UNION ALL
            SELECT unnest(ARRAY[decided.one_id, decided.other_id]) FROM communications_persondecision AS decided
            WHERE decided.verdict = 'same' AND (decided.one_id = ANY(people) OR decided.other_id = ANY(people))
        ) AS reached;
        EXIT WHEN cardinality(grown) = cardinality(people);
        people := grown;
    END LOOP;
    IF cardinality(people) = 1 THEN
        RETURN;
    END IF;

    root_of := people;
    proven_by := array_fill(NULL::uuid, ARRAY[cardinality(people)]);
    FOR link IN
        SELECT found.* FROM (
            SELECT decided.one_id AS one, decided.other_id AS other, NULL::uuid AS told_by
            FROM communications_persondecision AS decided WHERE decided.verdict = 'same' AND decided.one_id = ANY(people)
            UNION ALL
            SELECT proven.one, proven.other, proven.told_by FROM landline_people_proven(people) AS proven
        ) AS found
        JOIN communications_chatattendee AS one ON one.id = found.one
        JOIN communications_chatattendee AS other ON other.id = found.other
        ORDER BY found.told_by NULLS FIRST, least(one.provider_id, other.provider_id), greatest(one.provider_id, other.provider_id)
    LOOP
        one_root := root_of[array_position(people, link.one)];
        other_root := root_of[array_position(people, link.other)];
        CONTINUE WHEN one_root <> other_root AND EXISTS (
            SELECT FROM communications_persondecision AS decided
            WHERE decided.verdict = 'different'
              AND decided.one_id = ANY(people) AND decided.other_id = ANY(people)
              AND ARRAY[root_of[array_position(people, decided.one_id)], root_of[array_position(people, decided.other_id)]]
                  <@ ARRAY[one_root, other_root]
              AND root_of[array_position(people, decided.one_id)] <> root_of[array_position(people, decided.other_id)]);
        root_of := array_replace(array_replace(root_of, one_root, least(one_root, other_root)),
                                 other_root, least(one_root, other_root));
        proven_by[array_position(people, link.one)] := least(proven_by[array_position(people, link.one)], link.told_by);
        proven_by[array_position(people, link.other)] := least(proven_by[array_position(people, link.other)], link.told_by);
    END LOOP;

    UPDATE communications_chatattendee AS attendee SET same_as_id = settled.root, same_as_by = settled.told_by
    FROM (
        SELECT person.id, nullif(person.root, person.id) AS root, CASE WHEN person.root <> person.id THEN person.told_by END AS told_by
        FROM unnest(people, root_of, proven_by) AS person (id, root, told_by)
    ) AS settled
    WHERE attendee.id = settled.id
      AND (attendee.same_as_id, attendee.same_as_by) IS DISTINCT FROM (settled.root, settled.told_by);
END
$$;

-- people: as in landline_fold, each with the ids and names that bodies showed and the first delivery to show each.
CREATE OR REPLACE FUNCTION landline_people_heard(people json) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    fresh bigint[];
BEGIN
    WITH heard AS (
        INSERT INTO communications_attendeeidentity AS held (channel_id, attendee_id, own_key, key, told_by)
        SELECT attendee.channel_id, attendee.id, person.told ->> 'own_key', shown.key, shown.told_by
        FROM (
            -- The channel first: see landline_chats_resolve.
            SELECT body.*, channel.id AS channel_id
            FROM json_to_recordset(people) AS body (account text, provider_id text, told json)
            JOIN communications_channel AS channel ON channel.external_account_id = body.account
            OFFSET 0
        ) AS person
        JOIN communications_chatattendee AS attendee
            ON attendee.channel_id = person.channel_id AND attendee.provider_id = person.provider_id
        CROSS JOIN LATERAL json_to_recordset(person.told -> 'keys') AS shown (key text, told_by uuid)
        LEFT JOIN communications_attendeeidentity AS known ON known.attendee_id = attendee.id AND known.key = shown.key
        WHERE known.id IS NULL OR shown.told_by < known.told_by OR person.told ->> 'own_key' > known.own_key
        ORDER BY attendee.id, shown.key
        ON CONFLICT (attendee_id, key) DO UPDATE SET
            told_by = least(held.told_by, excluded.told_by), own_key = greatest(held.own_key, excluded.own_key)
        RETURNING held.channel_id, held.attendee_id, held.key
    )
    SELECT array_agg(DISTINCT reached.id) INTO fresh FROM (
        SELECT heard.attendee_id AS id FROM heard
        UNION ALL
        SELECT owner.attendee_id
        FROM heard
        CROSS JOIN LATERAL (
            SELECT known.attendee_id FROM communications_attendeeidentity AS known
            WHERE known.channel_id = heard.channel_id AND known.own_key = heard.key AND known.key = heard.key
            OFFSET 0
        ) AS owner
    ) AS reached;

    INSERT INTO communications_attendeename AS held (channel_id, attendee_id, rank, name, since, told_by)
    SELECT attendee.channel_id, attendee.id, said.rank, said.name, said.since, said.told_by
    FROM (
        SELECT body.*, channel.id AS channel_id
        FROM json_to_recordset(people) AS body (account text, provider_id text, told json)
        JOIN communications_channel AS channel ON channel.external_account_id = body.account
        OFFSET 0
    ) AS person
    JOIN communications_chatattendee AS attendee
        ON attendee.channel_id = person.channel_id AND attendee.provider_id = person.provider_id
    CROSS JOIN LATERAL json_to_recordset(person.told -> 'names')
        AS said (rank smallint, name text, since timestamptz, told_by uuid)
    LEFT JOIN communications_attendeename AS known
        ON known.attendee_id = attendee.id AND known.rank = said.rank AND known.name = said.name
    WHERE known.id IS NULL OR (said.since, said.told_by) < (known.since, known.told_by)
    ORDER BY attendee.id, said.rank, said.name
    ON CONFLICT (attendee_id, rank, name) DO UPDATE SET since = excluded.since, told_by = excluded.told_by
    WHERE (excluded.since, excluded.told_by) < (held.since, held.told_by);

    IF fresh IS NOT NULL THEN
        PERFORM landline_people_link(fresh);
    END IF;
END
$$;

-- By which ids of a channel a person is known, the one asked for included.
CREATE OR REPLACE FUNCTION landline_person_ids(channel bigint, asked text) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT ARRAY(
        SELECT mate.provider_id::text
        FROM communications_chatattendee AS held
        JOIN communications_chatattendee AS mate
            ON mate.id = coalesce(held.same_as_id, held.id) OR mate.same_as_id = coalesce(held.same_as_id, held.id)
        WHERE held.channel_id = channel AND held.provider_id = asked
        UNION SELECT asked)
$$;

-- A person as shown, of all attendees who are that person: the name somebody here gave last; else that of the best source, and
-- of those the one that was told first last; number, public identifier and picture of whoever is named best among those that have one.
CREATE OR REPLACE FUNCTION landline_person(asked bigint)
RETURNS TABLE (name text, phone text, public_identifier text, picture_id bigint, picture_file_id bigint) LANGUAGE sql STABLE AS $$
    -- Nearly everybody is one attendee, and shown as that without weighing anything.
    SELECT coalesce(given.name, held.name), held.phone, held.public_identifier, picture.id, picture.file_id
    FROM communications_chatattendee AS held
    LEFT JOIN communications_givenname AS given ON given.attendee_id = held.id
    LEFT JOIN communications_picture AS picture ON picture.attendee_id = held.id AND picture.file_id IS NOT NULL
    WHERE held.id = asked AND NOT EXISTS (SELECT FROM communications_chatattendee AS other WHERE other.same_as_id = asked)
    UNION ALL
    SELECT coalesce(
               (array_agg(given.name ORDER BY given.given_at DESC, part.provider_id) FILTER (WHERE given.name IS NOT NULL))[1],
               (array_agg(part.name ORDER BY part.place))[1]),
           coalesce((array_agg(part.phone ORDER BY part.place) FILTER (WHERE part.phone <> ''))[1], ''),
           coalesce((array_agg(part.public_identifier ORDER BY part.place) FILTER (WHERE part.public_identifier <> ''))[1], ''),
           (array_agg(picture.id ORDER BY part.place) FILTER (WHERE picture.file_id IS NOT NULL))[1],
           (array_agg(picture.file_id ORDER BY part.place) FILTER (WHERE picture.file_id IS NOT NULL))[1]
    FROM (
        SELECT held.*, row_number() OVER (
            ORDER BY held.name <> '' DESC, held.name_rank DESC, told.since DESC NULLS LAST, held.name DESC, held.provider_id) AS place
        FROM communications_chatattendee AS held
        LEFT JOIN communications_attendeename AS told
            ON told.attendee_id = held.id AND told.rank = held.name_rank AND told.name = held.name
        WHERE held.id = asked OR held.same_as_id = asked
    ) AS part
    LEFT JOIN communications_givenname AS given ON given.attendee_id = part.id
    LEFT JOIN communications_picture AS picture ON picture.attendee_id = part.id
    WHERE EXISTS (SELECT FROM communications_chatattendee AS other WHERE other.same_as_id = asked)
    HAVING count(*) > 0
$$;

-- Whoever is shown as one person changes together: each of its attendees, the direct conversations named after it, and the
-- untitled groups named after their members.
CREATE OR REPLACE FUNCTION landline_people_changed(roots bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    people bigint[];
BEGIN
    SELECT array_agg(id) INTO people
    FROM communications_chatattendee WHERE id = ANY(roots) OR same_as_id = ANY(roots);

    UPDATE communications_chatattendee SET version = pg_current_xact_id()
    WHERE id = ANY(people) AND version <> pg_current_xact_id();

    -- Conversations change with every message: an index over their contacts would cost each of them, the way over the members
    -- costs a renaming only.
    UPDATE communications_conversation AS conversation SET version = pg_current_xact_id()
    WHERE conversation.version <> pg_current_xact_id()
      AND (conversation.contact_id = ANY(people) OR conversation.kind <> 'direct' AND conversation.title = '')
      AND conversation.id IN (
        SELECT coalesce(part.continues_id, part.id)
        FROM communications_conversationattendee AS member
        JOIN communications_conversation AS part ON part.id = member.conversation_id
        WHERE member.attendee_id = ANY(people));
END
$$;

CREATE OR REPLACE FUNCTION landline_attendee_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM landline_people_changed(ARRAY[coalesce(OLD.same_as_id, OLD.id), coalesce(NEW.same_as_id, NEW.id)]);
    -- Who reads the members of a conversation is told each person once: whoever becomes another is to be told.
    IF OLD.same_as_id IS DISTINCT FROM NEW.same_as_id THEN
        UPDATE communications_conversationattendee SET version = pg_current_xact_id()
        WHERE attendee_id = NEW.id AND version <> pg_current_xact_id();
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER attendee_changed
    AFTER UPDATE OF name, name_rank, phone, public_identifier, is_self, same_as_id ON communications_chatattendee
    FOR EACH ROW WHEN (
        (OLD.name, OLD.name_rank, OLD.phone, OLD.public_identifier, OLD.is_self, OLD.same_as_id)
        IS DISTINCT FROM (NEW.name, NEW.name_rank, NEW.phone, NEW.public_identifier, NEW.is_self, NEW.same_as_id))
    EXECUTE FUNCTION landline_attendee_changed();

CREATE OR REPLACE FUNCTION landline_name_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM landline_people_changed(ARRAY(
        SELECT coalesce(same_as_id, id) FROM communications_chatattendee WHERE id IN (NEW.attendee_id, OLD.attendee_id)));
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER given_name_changed AFTER INSERT OR UPDATE OR DELETE ON communications_givenname
    FOR EACH ROW EXECUTE FUNCTION landline_name_changed();

CREATE OR REPLACE TRIGGER told_name_changed AFTER UPDATE ON communications_attendeename
    FOR EACH ROW EXECUTE FUNCTION landline_name_changed();
