-- The index of messages is a table of its own: a receipt or a new version rewrites the message's row, and would put every word into
-- the index again. It holds the messages that a search may find, and no others.

ALTER INDEX search_message_words SET (fastupdate = on, gin_pending_list_limit = 256);
ALTER TABLE communications_searchmessage SET (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

-- Written out in the statement that calls it, as all in it is immutable (a number joined to a text would not be).
CREATE OR REPLACE FUNCTION landline_search_tags(
    channel_id bigint, conversation_id bigint, sender_id bigint, direction text, kind text, searched text
) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_to_tsvector(array_remove(ARRAY[
    'channel:' || channel_id::text, 'chat:' || conversation_id::text, 'from:' || sender_id::text, 'is:' || direction,
    CASE WHEN kind NOT IN ('text', 'event', 'unsupported') THEN 'has:' || kind END,
    CASE WHEN strpos(searched, '://') > 0 OR strpos(searched, 'www.') > 0 THEN 'has:link' END], NULL));

-- The words of messages that may be found, as they are now.
CREATE OR REPLACE FUNCTION landline_search_messages(ids bigint[])
RETURNS TABLE (message_id bigint, channel_id bigint, sent_at timestamptz, words tsvector) LANGUAGE sql STABLE AS $$
    SELECT message.id, message.channel_id, message.sent_at,
           landline_search_vector(said.text)
           || landline_search_tags(message.channel_id, message.conversation_id, message.sender_id, message.direction, message.kind,
                                   message.search_text)
           || array_to_tsvector(coalesce(parts.kinds, '{}'))
    FROM communications_message AS message
    LEFT JOIN LATERAL (
        SELECT string_agg(left(nullif(part.name, ''), 1000), E'\n' ORDER BY part.position) AS names,
               array_agg(DISTINCT 'has:' || part.kind) AS kinds
        FROM communications_attachment AS part WHERE part.message_id = message.id
    ) AS parts ON message.kind <> 'text'
    -- A name, as the function is only written out in the statement for one.
    CROSS JOIN LATERAL (
        SELECT CASE WHEN parts.names IS NULL THEN message.search_text
                    ELSE message.search_text || E'\n' || landline_search_text(parts.names) END AS text
        OFFSET 0
    ) AS said
    WHERE message.id = ANY(ids) AND NOT message.is_stub AND NOT message.is_hidden AND message.deleted_at IS NULL
$$;

-- Planned once: planning these for each call would cost more than running them.
CREATE OR REPLACE FUNCTION landline_search_messages_write(ids bigint[]) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    INSERT INTO communications_searchmessage AS held (message_id, channel_id, sent_at, words)
    SELECT * FROM landline_search_messages(ids)
    ON CONFLICT (message_id) DO UPDATE SET
        channel_id = excluded.channel_id, sent_at = excluded.sent_at, words = excluded.words
    WHERE (held.channel_id, held.sent_at, held.words) IS DISTINCT FROM (excluded.channel_id, excluded.sent_at, excluded.words);
END
$$;

-- Files come after their message, and write it again with their names.
-- Whoever copies history writes the words afterwards, beside the lock of the account: landline.search_later.
CREATE OR REPLACE FUNCTION landline_search_messages_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('landline.search_later', true) = 'on' THEN
        INSERT INTO communications_searchbacklog (message_ids) SELECT array_agg(id) FROM added HAVING count(*) > 0;
        RETURN NULL;
    END IF;
    INSERT INTO communications_searchmessage (message_id, channel_id, sent_at, words)
    SELECT id, channel_id, sent_at,
           landline_search_vector(search_text)
           || landline_search_tags(channel_id, conversation_id, sender_id, direction, kind, search_text)
    FROM added WHERE NOT is_stub AND NOT is_hidden AND deleted_at IS NULL
    ON CONFLICT (message_id) DO UPDATE SET channel_id = excluded.channel_id, sent_at = excluded.sent_at, words = excluded.words;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER search_added AFTER INSERT ON communications_message
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION landline_search_messages_added();

-- Writes the words that wait, of so many parts at most that come after the one named, and of so many bytes of text or one message;
-- answers with the part to go on after. The messages are locked meanwhile, so that none is erased or changed; one that somebody changes
-- just now stays in its part for the next time.
CREATE OR REPLACE FUNCTION landline_search_backlog_write(after bigint, most integer, most_bytes integer) RETURNS bigint LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    parts bigint[];
    ids bigint[];
    free bigint[];
    chosen bigint[];
BEGIN
    parts := ARRAY(
        SELECT backlog.id FROM communications_searchbacklog AS backlog WHERE backlog.id > after
        ORDER BY backlog.id LIMIT most FOR UPDATE SKIP LOCKED);
    ids := ARRAY(
        SELECT unnest(backlog.message_ids) FROM communications_searchbacklog AS backlog WHERE backlog.id = ANY(parts));
    free := ARRAY(
        SELECT message.id FROM communications_message AS message WHERE message.id = ANY(ids) FOR SHARE SKIP LOCKED);
    chosen := ARRAY(
        SELECT sized.id FROM (
            SELECT message.id, octet_length(message.search_text) AS own,
                   sum(octet_length(message.search_text)) OVER (ORDER BY message.id) AS total
            FROM communications_message AS message WHERE message.id = ANY(free)
        ) AS sized
        WHERE sized.total - sized.own < most_bytes);
    INSERT INTO communications_searchmessage (message_id, channel_id, sent_at, words)
    SELECT * FROM landline_search_messages(chosen)
    ON CONFLICT (message_id) DO NOTHING;
    UPDATE communications_searchbacklog AS backlog SET message_ids = ARRAY(
        SELECT message.id FROM communications_message AS message
        WHERE message.id = ANY(backlog.message_ids) AND message.id <> ALL(chosen))
    WHERE backlog.id = ANY(parts) AND cardinality(chosen) < cardinality(ids);
    DELETE FROM communications_searchbacklog AS backlog
    WHERE backlog.id = ANY(parts) AND (backlog.message_ids = '{}' OR cardinality(chosen) = cardinality(ids));
    RETURN CASE WHEN cardinality(chosen) < cardinality(free) THEN after ELSE parts[cardinality(parts)] END;
END
$$;

CREATE OR REPLACE FUNCTION landline_search_message_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.is_stub OR NEW.is_hidden OR NEW.deleted_at IS NOT NULL THEN
        DELETE FROM communications_searchmessage WHERE message_id = OLD.id;
    ELSE
        PERFORM landline_search_messages_write(ARRAY[NEW.id]);
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER search_changed AFTER UPDATE ON communications_message
    FOR EACH ROW WHEN (
        (OLD.conversation_id, OLD.sender_id, OLD.direction, OLD.kind, OLD.search_text, OLD.sent_at, OLD.deleted_at, OLD.is_hidden, OLD.is_stub)
        IS DISTINCT FROM (NEW.conversation_id, NEW.sender_id, NEW.direction, NEW.kind, NEW.search_text, NEW.sent_at, NEW.deleted_at, NEW.is_hidden, NEW.is_stub))
    EXECUTE FUNCTION landline_search_message_changed();
CREATE OR REPLACE TRIGGER search_removed AFTER DELETE ON communications_message
    FOR EACH ROW EXECUTE FUNCTION landline_search_message_changed();

-- A message is found by the names of its files.
CREATE OR REPLACE FUNCTION landline_search_parts_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM landline_search_messages_write(array_agg(DISTINCT message_id)) FROM changed;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER search_part_added AFTER INSERT ON communications_attachment
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION landline_search_parts_changed();
CREATE OR REPLACE TRIGGER search_part_removed AFTER DELETE ON communications_attachment
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION landline_search_parts_changed();

CREATE OR REPLACE FUNCTION landline_search_part_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM landline_search_messages_write(ARRAY[NEW.message_id]);
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER search_part_renamed AFTER UPDATE ON communications_attachment
    FOR EACH ROW WHEN ((OLD.name, OLD.kind) IS DISTINCT FROM (NEW.name, NEW.kind))
    EXECUTE FUNCTION landline_search_part_renamed();

-- People and chats, by what they are called: people by what was told of them and by what somebody here calls them.
CREATE OR REPLACE FUNCTION landline_search_attendee_words(attendee communications_chatattendee) RETURNS tsvector LANGUAGE sql STABLE AS $$
    SELECT landline_search_vector(landline_search_text(left(concat_ws(E'\n', attendee.name, attendee.public_identifier, (
        SELECT given.name FROM communications_givenname AS given WHERE given.attendee_id = attendee.id
    )), 2000)) || E'\n' || attendee.phone)
$$;

CREATE OR REPLACE FUNCTION landline_search_attendee_named() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM communications_searchname WHERE attendee_id = OLD.id;
        RETURN NULL;
    END IF;
    INSERT INTO communications_searchname AS held (channel_id, attendee_id, words)
    VALUES (NEW.channel_id, NEW.id, landline_search_attendee_words(NEW))
    ON CONFLICT (attendee_id) DO UPDATE SET words = excluded.words WHERE held.words IS DISTINCT FROM excluded.words;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION landline_search_name_given() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE communications_searchname AS held SET words = landline_search_attendee_words(attendee)
    FROM communications_chatattendee AS attendee
    WHERE attendee.id = coalesce(NEW.attendee_id, OLD.attendee_id) AND held.attendee_id = attendee.id;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER search_given AFTER INSERT OR UPDATE OR DELETE ON communications_givenname
    FOR EACH ROW EXECUTE FUNCTION landline_search_name_given();

CREATE OR REPLACE TRIGGER search_added AFTER INSERT OR DELETE ON communications_chatattendee
    FOR EACH ROW EXECUTE FUNCTION landline_search_attendee_named();
CREATE OR REPLACE TRIGGER search_renamed AFTER UPDATE OF name, phone, public_identifier ON communications_chatattendee
    FOR EACH ROW WHEN ((OLD.name, OLD.phone, OLD.public_identifier) IS DISTINCT FROM (NEW.name, NEW.phone, NEW.public_identifier))
    EXECUTE FUNCTION landline_search_attendee_named();

CREATE OR REPLACE FUNCTION landline_search_conversation_titled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.title = '' THEN
        DELETE FROM communications_searchname WHERE conversation_id = OLD.id;
        RETURN NULL;
    END IF;
    INSERT INTO communications_searchname AS held (channel_id, conversation_id, words)
    VALUES (NEW.channel_id, NEW.id, landline_search_vector(landline_search_text(left(NEW.title, 2000))))
    ON CONFLICT (conversation_id) DO UPDATE SET words = excluded.words WHERE held.words IS DISTINCT FROM excluded.words;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER search_added AFTER INSERT ON communications_conversation
    FOR EACH ROW WHEN (NEW.title <> '') EXECUTE FUNCTION landline_search_conversation_titled();
CREATE OR REPLACE TRIGGER search_removed AFTER DELETE ON communications_conversation
    FOR EACH ROW WHEN (OLD.title <> '') EXECUTE FUNCTION landline_search_conversation_titled();
CREATE OR REPLACE TRIGGER search_titled AFTER UPDATE ON communications_conversation
    FOR EACH ROW WHEN (OLD.title IS DISTINCT FROM NEW.title) EXECUTE FUNCTION landline_search_conversation_titled();

-- Fills the index of a database whose rows came without it.
CREATE OR REPLACE FUNCTION landline_search_fill() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM landline_search_messages_write(array_agg(id))
    FROM (SELECT id, (row_number() OVER (ORDER BY sent_at) - 1) / 10000 AS batch FROM communications_message WHERE NOT is_stub) AS message
    GROUP BY batch ORDER BY batch;
    INSERT INTO communications_searchname (channel_id, attendee_id, words)
    SELECT attendee.channel_id, attendee.id, landline_search_attendee_words(attendee)
    FROM communications_chatattendee AS attendee ON CONFLICT (attendee_id) DO NOTHING;
    INSERT INTO communications_searchname (channel_id, conversation_id, words)
    SELECT channel_id, id, landline_search_vector(landline_search_text(left(title, 2000)))
    FROM communications_conversation WHERE title <> '' ON CONFLICT (conversation_id) DO NOTHING;
END
$$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM communications_searchmessage) AND EXISTS (SELECT FROM communications_message) THEN
        PERFORM landline_search_fill();
    END IF;
END
$$;
