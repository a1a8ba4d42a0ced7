-- A deleted row leaves a tombstone for readers that hold it. Arguments: entity, expression of the channel, expression of the user.

CREATE OR REPLACE FUNCTION landline_tombstones_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO communications_tombstone (entity, row_id, channel_id, user_id) SELECT %L, id, %s, %s FROM gone',
        TG_ARGV[0], TG_ARGV[1], TG_ARGV[2]);
    RETURN NULL;
END
$$;

DO $$
DECLARE
    synced record;
BEGIN
    FOR synced IN SELECT * FROM (VALUES
        ('channel', 'channel', 'id', 'NULL::bigint'),
        ('channelaccess', 'access', 'channel_id', 'user_id'),
        ('chatattendee', 'attendee', 'channel_id', 'NULL::bigint'),
        ('conversation', 'conversation', 'channel_id', 'NULL::bigint'),
        ('conversationattendee', 'member', 'channel_id', 'NULL::bigint'),
        ('message', 'message', 'channel_id', 'NULL::bigint'),
        ('draft', 'draft', 'channel_id', 'user_id'),
        ('user', 'user', 'NULL::bigint', 'id')
    ) AS entities (table_name, entity, channel_expression, user_expression) LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER tombstones_write AFTER DELETE ON communications_%s
             REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
             EXECUTE FUNCTION landline_tombstones_write(%L, %L, %L)',
            synced.table_name, synced.entity, synced.channel_expression, synced.user_expression);
    END LOOP;
END
$$;
