-- The smallest version 7 UUID of a moment: ledger ids sort by time, so an age is a range of the primary key.

CREATE OR REPLACE FUNCTION landline_uuid7_before(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid
$$;
