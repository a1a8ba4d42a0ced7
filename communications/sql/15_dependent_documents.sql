-- A document shows more than its own row (communications/selectors). When such another row changes, the shown row changes too,
-- so that every reader hears of it. The parts of a message are in 10_versions.sql, pictures in 16, people in 37.

-- A conversation shows its last message.
CREATE OR REPLACE FUNCTION landline_last_message_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE communications_conversation SET version = pg_current_xact_id()
    WHERE last_message_id = NEW.id AND version <> pg_current_xact_id() AND id = (
        SELECT coalesce(part.continues_id, part.id) FROM communications_conversation AS part WHERE part.id = NEW.conversation_id);
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER last_message_changed AFTER UPDATE ON communications_message
    FOR EACH ROW WHEN (
        (OLD.direction, OLD.kind, OLD.text, OLD.sender_name, OLD.status, OLD.deleted_at)
        IS DISTINCT FROM (NEW.direction, NEW.kind, NEW.text, NEW.sender_name, NEW.status, NEW.deleted_at))
    EXECUTE FUNCTION landline_last_message_changed();

-- An answer shows the text it answers to, as long as that stands.
CREATE OR REPLACE FUNCTION landline_quoted_message_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE communications_message SET version = pg_current_xact_id()
    WHERE channel_id = NEW.channel_id AND quoted_external_id <> '' AND version <> pg_current_xact_id()
      AND (quoted_external_id = NEW.external_message_id
           OR quoted_external_id = NEW.provider_message_id AND conversation_id = NEW.conversation_id);
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER quoted_message_changed AFTER UPDATE ON communications_message
    FOR EACH ROW WHEN (
        (NEW.deleted_at IS NOT NULL OR NEW.edited_at IS NOT NULL)
        AND (OLD.deleted_at, OLD.edited_at, OLD.text) IS DISTINCT FROM (NEW.deleted_at, NEW.edited_at, NEW.text))
    EXECUTE FUNCTION landline_quoted_message_changed();
CREATE OR REPLACE TRIGGER quoted_message_added AFTER INSERT ON communications_message
    FOR EACH ROW WHEN (NEW.deleted_at IS NOT NULL OR NEW.edited_at IS NOT NULL)
    EXECUTE FUNCTION landline_quoted_message_changed();

-- A group without a title is named after its members; one that we are no longer in can only be read.
CREATE OR REPLACE FUNCTION landline_member_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE communications_conversation SET version = pg_current_xact_id()
    WHERE kind <> 'direct' AND version <> pg_current_xact_id()
      AND (title = '' OR 'gone' IN (OLD.state, NEW.state) AND EXISTS (
          SELECT FROM communications_chatattendee WHERE id = coalesce(NEW.attendee_id, OLD.attendee_id) AND is_self))
      AND id = (
        SELECT coalesce(part.continues_id, part.id) FROM communications_conversation AS part
        WHERE part.id = coalesce(NEW.conversation_id, OLD.conversation_id));
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER member_changed AFTER INSERT OR DELETE OR UPDATE OF state ON communications_conversationattendee
    FOR EACH ROW EXECUTE FUNCTION landline_member_changed();

-- What stands in a conversation that continues another is shown in that other one.
CREATE OR REPLACE FUNCTION landline_continuation_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    shown_in_it text;
BEGIN
    FOREACH shown_in_it IN ARRAY ARRAY['message', 'conversationattendee', 'draft'] LOOP
        EXECUTE format(
            'UPDATE communications_%s SET version = pg_current_xact_id()
             WHERE conversation_id = $1 AND version <> pg_current_xact_id()', shown_in_it) USING NEW.id;
    END LOOP;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER continuation_changed AFTER UPDATE OF continues_id ON communications_conversation
    FOR EACH ROW WHEN (OLD.continues_id IS DISTINCT FROM NEW.continues_id)
    EXECUTE FUNCTION landline_continuation_changed();
