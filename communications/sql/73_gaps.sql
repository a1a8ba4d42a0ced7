-- The times of a channel in which messages may be missing travel inside it; how far a comparison has come is nobody's news.

CREATE OR REPLACE FUNCTION landline_gaps_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    told bigint[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        told := ARRAY(
            SELECT DISTINCT changed.channel_id FROM changed JOIN before USING (id)
            WHERE (changed.state, changed.starts_at, changed.ends_at) IS DISTINCT FROM (before.state, before.starts_at, before.ends_at));
    ELSE
        told := ARRAY(SELECT DISTINCT changed.channel_id FROM changed WHERE changed.state <> 'done');
    END IF;
    UPDATE communications_channel AS channel SET version = pg_current_xact_id()
    WHERE channel.id = ANY(told) AND channel.version <> pg_current_xact_id();
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER gap_added AFTER INSERT ON communications_comparisonwindow
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION landline_gaps_changed();
CREATE OR REPLACE TRIGGER gap_changed AFTER UPDATE ON communications_comparisonwindow
    REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION landline_gaps_changed();
CREATE OR REPLACE TRIGGER gap_removed AFTER DELETE ON communications_comparisonwindow
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION landline_gaps_changed();
