-- A picture is shown with its person, or with its group.

CREATE OR REPLACE FUNCTION landline_picture_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    root bigint := (SELECT coalesce(held.same_as_id, held.id) FROM communications_chatattendee AS held WHERE held.id = NEW.attendee_id);
BEGIN
    UPDATE communications_chatattendee SET version = pg_current_xact_id()
    WHERE (id = root OR same_as_id = root) AND version <> pg_current_xact_id();
    UPDATE communications_conversation SET version = pg_current_xact_id()
    WHERE id = NEW.conversation_id AND version <> pg_current_xact_id();
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER picture_added AFTER INSERT ON communications_picture
    FOR EACH ROW WHEN (NEW.file_id IS NOT NULL) EXECUTE FUNCTION landline_picture_changed();
CREATE OR REPLACE TRIGGER picture_changed AFTER UPDATE ON communications_picture
    FOR EACH ROW WHEN (OLD.file_id IS DISTINCT FROM NEW.file_id) EXECUTE FUNCTION landline_picture_changed();
