-- The generation of a person's sessions rises when the password changes or the person is disabled, whoever does it, and never
-- falls. Each session holds the generation it was made in.

CREATE OR REPLACE FUNCTION landline_sessions_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.session_generation := greatest(
        NEW.session_generation,
        OLD.session_generation + (NEW.password <> OLD.password OR OLD.is_active AND NOT NEW.is_active)::integer);
    IF NEW.session_generation <> OLD.session_generation THEN
        NEW.version := pg_current_xact_id();
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER sessions_end BEFORE UPDATE ON communications_user
    FOR EACH ROW WHEN (
        (OLD.password, OLD.is_active, OLD.session_generation)
        IS DISTINCT FROM (NEW.password, NEW.is_active, NEW.session_generation))
    EXECUTE FUNCTION landline_sessions_end();
