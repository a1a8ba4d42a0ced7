-- The lattice of communications/status.py, for the fold.

CREATE OR REPLACE FUNCTION landline_status_climb(held text, reported text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN reported IS NULL OR held = reported THEN held
        WHEN held IS NULL THEN reported
        WHEN reported = 'failed' THEN CASE WHEN held IN ('pending', 'sending') THEN reported ELSE held END
        WHEN reported = 'unconfirmed' THEN CASE WHEN held IN ('sending', 'sent') THEN reported ELSE held END
        WHEN held IN ('failed', 'unconfirmed') THEN
            CASE WHEN reported IN ('sent', 'delivered', 'read') THEN reported ELSE held END
        WHEN array_position(ARRAY['pending', 'sending', 'sent', 'delivered', 'read'], reported)
           > array_position(ARRAY['pending', 'sending', 'sent', 'delivered', 'read'], held) THEN reported
        ELSE held
    END
$$;
