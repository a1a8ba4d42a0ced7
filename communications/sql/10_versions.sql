-- Every synced row carries the number of the transaction that wrote it; readers ask which numbers their snapshot had not seen.

CREATE OR REPLACE FUNCTION landline_version_set() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.version = '0'::xid8 THEN
            RETURN NEW;
        END IF;
    ELSIF NEW.version = '0'::xid8 AND OLD.version <> '0'::xid8 THEN
        -- A new epoch empties versions that lie ahead of this server's transactions; nothing else may hide a change.
        IF current_setting('landline.epoch_in_the_making', true) = 'on' THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a changed row of % cannot be quiet', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.version := pg_current_xact_id();
    RETURN NEW;
END
$$;

DO $$
DECLARE
    synced text;
BEGIN
    FOREACH synced IN ARRAY ARRAY['channel', 'channelaccess', 'conversation', 'conversationattendee', 'draft', 'feedmark', 'message', 'tombstone'] LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER version_set BEFORE INSERT OR UPDATE ON communications_%s
             FOR EACH ROW EXECUTE FUNCTION landline_version_set()', synced);
    END LOOP;
END
$$;

-- A person's log-in time is no news for the feed; the end of their sessions is.
CREATE OR REPLACE TRIGGER version_set BEFORE INSERT OR UPDATE OF session_generation, is_active, version ON communications_user
    FOR EACH ROW EXECUTE FUNCTION landline_version_set();

-- The time of the last fact about a name is kept with every message, but only what a reader sees is a change. (A trigger on
-- columns costs nothing to who writes others; a condition is read anew for every statement.)
CREATE OR REPLACE TRIGGER version_set_on_insert BEFORE INSERT ON communications_chatattendee
    FOR EACH ROW EXECUTE FUNCTION landline_version_set();
CREATE OR REPLACE TRIGGER version_set_on_update
    BEFORE UPDATE OF name, phone, public_identifier, is_self, same_as_id, version ON communications_chatattendee
    FOR EACH ROW WHEN (
        (OLD.name, OLD.phone, OLD.public_identifier, OLD.is_self, OLD.same_as_id, OLD.version)
        IS DISTINCT FROM (NEW.name, NEW.phone, NEW.public_identifier, NEW.is_self, NEW.same_as_id, NEW.version))
    EXECUTE FUNCTION landline_version_set();

-- Attachments and reactions travel inside their message; those that come with a quiet one are as quiet.
CREATE OR REPLACE FUNCTION landline_message_part_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE communications_message SET version = pg_current_xact_id()
    WHERE id IN (SELECT message_id FROM changed) AND version <> pg_current_xact_id()
      AND NOT (version = '0'::xid8 AND xmin = pg_current_xact_id()::xid);
    RETURN NULL;
END
$$;

DO $$
DECLARE
    part text;
BEGIN
    FOREACH part IN ARRAY ARRAY['attachment', 'reaction'] LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER part_added AFTER INSERT ON communications_%s
             REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION landline_message_part_changed()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER part_removed AFTER DELETE ON communications_%s
             REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION landline_message_part_changed()', part);
    END LOOP;
END
$$;

CREATE OR REPLACE TRIGGER part_changed AFTER UPDATE ON communications_reaction
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION landline_message_part_changed();

-- Attempts to fetch a file are nobody's news; what a reader sees of it is.
CREATE OR REPLACE FUNCTION landline_attachment_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE communications_message SET version = pg_current_xact_id()
    WHERE version <> pg_current_xact_id() AND id IN (
        SELECT changed.message_id FROM changed JOIN before USING (id)
        WHERE (changed.position, changed.kind, changed.name, changed.mime_type, changed.size_bytes, changed.width, changed.height,
               changed.duration_seconds, changed.state, changed.file_id,
               CASE changed.state WHEN 'unavailable' THEN changed.failure END)
            IS DISTINCT FROM (before.position, before.kind, before.name, before.mime_type, before.size_bytes, before.width,
               before.height, before.duration_seconds, before.state, before.file_id,
               CASE before.state WHEN 'unavailable' THEN before.failure END));
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER part_changed AFTER UPDATE ON communications_attachment
    REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION landline_attachment_changed();

-- What is wanted of a message, and how its sending goes, is shown in it.
CREATE OR REPLACE TRIGGER part_added AFTER INSERT ON communications_intent
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION landline_message_part_changed();
CREATE OR REPLACE TRIGGER part_changed AFTER UPDATE ON communications_intent
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION landline_message_part_changed();
CREATE OR REPLACE TRIGGER part_removed AFTER DELETE ON communications_intent
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION landline_message_part_changed();
