-- Open alarms travel inside their channel; one of the whole installation inside every channel.

CREATE OR REPLACE FUNCTION landline_alarms_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE communications_channel AS channel SET version = pg_current_xact_id()
    WHERE channel.version <> pg_current_xact_id()
      AND EXISTS (SELECT FROM changed WHERE changed.channel_id = channel.id OR changed.channel_id IS NULL);
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER alarm_added AFTER INSERT ON communications_alarm
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION landline_alarms_changed();
CREATE OR REPLACE TRIGGER alarm_changed AFTER UPDATE ON communications_alarm
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION landline_alarms_changed();
CREATE OR REPLACE TRIGGER alarm_removed AFTER DELETE ON communications_alarm
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION landline_alarms_changed();
