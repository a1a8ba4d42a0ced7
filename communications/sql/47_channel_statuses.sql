-- What upstream says of an account: a time line, of which the newest entry is the channel's status.
--
-- statuses   distinct by (account, event key)

CREATE OR REPLACE FUNCTION landline_channel_statuses_write(statuses json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO communications_channelstatus AS held (channel_id, event_key, at, status, status_word)
    SELECT channel.id, told.event_key, told.at, told.status, told.status_word
    FROM json_to_recordset(statuses) AS told (account text, event_key bytea, at timestamptz, status text, status_word text)
    JOIN communications_channel AS channel ON channel.external_account_id = told.account
    ON CONFLICT (channel_id, event_key) DO UPDATE SET at = excluded.at WHERE excluded.at < held.at;

    UPDATE communications_channel AS channel SET
        status = newest.status,
        status_word = newest.status_word,
        status_since = unbroken.since
    FROM (SELECT DISTINCT account FROM json_to_recordset(statuses) AS told (account text)) AS told
    JOIN communications_channel AS held ON held.external_account_id = told.account
    CROSS JOIN LATERAL (
        SELECT entry.status, entry.status_word FROM communications_channelstatus AS entry
        WHERE entry.channel_id = held.id ORDER BY entry.at DESC, entry.event_key DESC LIMIT 1
    ) AS newest
    CROSS JOIN LATERAL (
        SELECT min(entry.at) AS since FROM communications_channelstatus AS entry
        WHERE entry.channel_id = held.id AND entry.status = newest.status AND NOT EXISTS (
            SELECT FROM communications_channelstatus AS other
            WHERE other.channel_id = held.id AND other.status <> newest.status
              AND (other.at, other.event_key) > (entry.at, entry.event_key))
    ) AS unbroken
    WHERE channel.id = held.id
      AND (channel.status, channel.status_word, channel.status_since)
          IS DISTINCT FROM (newest.status, newest.status_word, unbroken.since);
END
$$;
