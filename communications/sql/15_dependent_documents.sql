-- A document shows more than its own row (communications/selectors). When such another row changes, the shown row changes too,
-- so that every reader hears of it. A name of a contact and the parts of a message are in 10_versions.sql.

-- A conversation shows its last message.
CREATE OR REPLACE FUNCTION landline_last_message_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE communications_conversation SET version = pg_current_xact_id()
    WHERE id = NEW.conversation_id AND last_message_id = NEW.id AND version <> pg_current_xact_id();
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
    WHERE channel_id = NEW.channel_id AND quoted_external_id = NEW.external_message_id AND quoted_external_id <> ''
      AND version <> pg_current_xact_id();
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

-- A direct conversation whose contact has neither name nor number is named by the public identifier.
CREATE OR REPLACE TRIGGER contact_identified AFTER UPDATE ON communications_chatattendee
    FOR EACH ROW WHEN (OLD.public_identifier IS DISTINCT FROM NEW.public_identifier)
    EXECUTE FUNCTION landline_contact_renamed();

-- A group without a title is named after its members.
CREATE OR REPLACE FUNCTION landline_member_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE communications_conversation SET version = pg_current_xact_id()
    WHERE id = coalesce(NEW.conversation_id, OLD.conversation_id) AND kind <> 'direct' AND title = ''
      AND version <> pg_current_xact_id();
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER member_changed AFTER INSERT OR DELETE ON communications_conversationattendee
    FOR EACH ROW EXECUTE FUNCTION landline_member_changed();

CREATE OR REPLACE FUNCTION landline_member_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE communications_conversation AS conversation SET version = pg_current_xact_id()
    FROM communications_conversationattendee AS member
    WHERE member.attendee_id = NEW.id AND conversation.id = member.conversation_id
      AND conversation.kind <> 'direct' AND conversation.title = '' AND conversation.version <> pg_current_xact_id();
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER member_renamed AFTER UPDATE ON communications_chatattendee
    FOR EACH ROW WHEN (
        (OLD.name, OLD.phone, OLD.public_identifier, OLD.is_self)
        IS DISTINCT FROM (NEW.name, NEW.phone, NEW.public_identifier, NEW.is_self))
    EXECUTE FUNCTION landline_member_renamed();

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

CREATE OR REPLACE TRIGGER continuation_changed AFTER UPDATE ON communications_conversation
    FOR EACH ROW WHEN (OLD.continues_id IS DISTINCT FROM NEW.continues_id)
    EXECUTE FUNCTION landline_continuation_changed();
