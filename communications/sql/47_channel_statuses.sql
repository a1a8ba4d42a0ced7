-- What upstream says of an account: a time line. The channel's status and the windows in which messages may be missing follow from
-- it, in whatever order its entries came.
--
-- statuses   distinct by (account, event key); correlation is the key of the act whose link was followed, or empty

CREATE OR REPLACE FUNCTION landline_channel_statuses_write(statuses json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO communications_channelstatus AS held (channel_id, event_key, at, status, status_word)
    SELECT channel.id, told.event_key, told.at, told.status, told.status_word
    FROM json_to_recordset(statuses) AS told (account text, event_key bytea, at timestamptz, status text, status_word text)
    JOIN communications_channel AS channel ON channel.external_account_id = told.account
    ON CONFLICT (channel_id, event_key) DO UPDATE SET at = excluded.at WHERE excluded.at < held.at;

    UPDATE communications_accountact AS act SET
        state = CASE WHEN told.status = 'ok' THEN 'done' ELSE 'failed' END, external_account_id = told.account, url = '',
        reason_code = CASE WHEN told.status = 'ok' THEN '' ELSE 'not_connected' END,
        reason = CASE WHEN told.status = 'ok' THEN '' ELSE 'The account was not connected on Unipile''s page: try again.' END
    FROM json_to_recordset(statuses) AS told (account text, status text, correlation text)
    WHERE told.correlation <> '' AND act.client_id = told.correlation::uuid
      AND act.act IN ('link', 'reconnect_link') AND act.state IN ('asking', 'failed');

    PERFORM landline_channel_statuses_settle(ARRAY(
        SELECT channel.id FROM communications_channel AS channel
        WHERE channel.external_account_id IN (SELECT account FROM json_to_recordset(statuses) AS told (account text))));
END
$$;

-- The status that upstream's own list of accounts shows: an entry like any other where it is news.
CREATE OR REPLACE FUNCTION landline_channel_status_listed(account text, listed text, word text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    asked bigint := (SELECT id FROM communications_channel WHERE external_account_id = account);
    held text := (
        SELECT entry.status FROM communications_channelstatus AS entry
        WHERE entry.channel_id = asked ORDER BY entry.at DESC, entry.event_key DESC LIMIT 1);
BEGIN
    IF held IS DISTINCT FROM listed THEN
        INSERT INTO communications_channelstatus (channel_id, event_key, at, status, status_word, is_listed)
        VALUES (asked, sha256(convert_to('listed ' || clock_timestamp()::text, 'UTF8')), clock_timestamp(), listed, word, true);
        PERFORM landline_channel_statuses_settle(ARRAY[asked]);
    END IF;
END
$$;

-- Accounts that upstream lists no more, as of a listing that was begun then: what came to be or was told since is left alone. They keep
-- all that is here, and work again with the first listing or delivery that shows them.
CREATE OR REPLACE FUNCTION landline_channels_unlisted(listed text[], begun_at timestamptz) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT channel.id FROM communications_channel AS channel
    WHERE channel.external_account_id <> ALL(listed) AND channel.status <> 'deleted' AND channel.created_at < begun_at
      AND NOT EXISTS (
          SELECT FROM communications_channelstatus AS entry WHERE entry.channel_id = channel.id AND entry.at >= begun_at)
    ORDER BY channel.id
$$;

CREATE OR REPLACE FUNCTION landline_channels_unlist(listed text[], begun_at timestamptz, word text) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    gone bigint[] := ARRAY(SELECT landline_channels_unlisted(listed, begun_at));
BEGIN
    INSERT INTO communications_channelstatus (channel_id, event_key, at, status, status_word, is_listed)
    SELECT id, sha256(convert_to('listed ' || clock_timestamp()::text || id::text, 'UTF8')), begun_at, 'deleted', word, true
    FROM unnest(gone) AS channel (id);
    PERFORM landline_channel_statuses_settle(gone);
    RETURN gone;
END
$$;

CREATE OR REPLACE FUNCTION landline_channel_statuses_settle(channels bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE communications_channel AS channel SET
        status = newest.status,
        status_word = newest.status_word,
        status_since = unbroken.since
    FROM unnest(channels) AS held (id)
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
    PERFORM landline_comparison_windows_settle(channels);
END
$$;

-- From the first status that is not OK to the next that is. Connecting, and words nobody knows, neither begin nor end such a time.
-- A window that was compared stays so as long as it ends where it ended; one that is being compared is left to its comparison.
CREATE OR REPLACE FUNCTION landline_comparison_windows_settle(channels bigint[]) RETURNS void LANGUAGE sql AS $$
    WITH line AS (
        SELECT entry.channel_id, entry.at, entry.status = 'ok' AS is_ok,
               lag(entry.status = 'ok') OVER (PARTITION BY entry.channel_id ORDER BY entry.at, entry.event_key) AS was_ok,
               min(entry.at) FILTER (WHERE entry.status = 'ok') OVER (
                   PARTITION BY entry.channel_id ORDER BY entry.at, entry.event_key
                   ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS ok_again_at
        FROM communications_channelstatus AS entry
        WHERE entry.channel_id = ANY(channels) AND entry.status NOT IN ('connecting', 'unknown')
    ), expected AS (
        SELECT DISTINCT ON (channel_id, at) channel_id, at AS starts_at, ok_again_at AS ends_at
        FROM line WHERE NOT is_ok AND was_ok IS DISTINCT FROM false
        ORDER BY channel_id, at, ok_again_at DESC NULLS FIRST
    ), dropped AS (
        DELETE FROM communications_comparisonwindow AS held
        WHERE held.channel_id = ANY(channels) AND held.trigger = 'status' AND held.state NOT IN ('done', 'running') AND NOT EXISTS (
            SELECT FROM expected WHERE expected.channel_id = held.channel_id AND expected.starts_at = held.starts_at)
    )
    INSERT INTO communications_comparisonwindow AS held (channel_id, trigger, starts_at, ends_at, state)
    SELECT channel_id, 'status', starts_at, ends_at, CASE WHEN ends_at IS NULL THEN 'open' ELSE 'waiting' END
    FROM expected
    ON CONFLICT (channel_id, trigger, starts_at) DO UPDATE
        SET ends_at = excluded.ends_at, state = excluded.state, part_of_id = NULL, ended_at = NULL
    WHERE held.ends_at IS DISTINCT FROM excluded.ends_at
$$;
