-- Who wrote a message, when its body does not say: by comparing the sender's identities ('lid:…', 'phone:…', 'id:…') with the
-- account's own ones. Only identities of one kind can be compared; where none can, nobody knows.

CREATE OR REPLACE FUNCTION landline_direction(sender text[], own text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN sender && own THEN 'outbound'
        WHEN EXISTS (
            SELECT FROM unnest(sender) AS theirs, unnest(own) AS ours
            WHERE split_part(theirs, ':', 1) = split_part(ours, ':', 1)
        ) THEN 'inbound'
        ELSE 'unknown'
    END
$$;
