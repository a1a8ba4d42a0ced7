-- Which worker compares which channel. Whoever changes windows in several steps holds the channel's row first, as their trigger does.

-- How long before a time that may miss messages the comparison begins: late phones, and the time in which messages are edited and deleted.
CREATE OR REPLACE FUNCTION landline_look_back() RETURNS interval LANGUAGE sql IMMUTABLE AS $$ SELECT interval '72 hours' $$;

-- Takes up a comparison that was left or held, or begins one of all windows of a channel that wait: the least of them is its number.
-- One comparison of a channel at a time. Answers with its number, or with null.
CREATE OR REPLACE FUNCTION landline_comparison_claim(lease double precision) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    candidate bigint;
    leader bigint;
    earliest timestamptz;
    verified timestamptz;
BEGIN
    FOR candidate IN
        SELECT gap.channel_id FROM communications_comparisonwindow AS gap
        JOIN communications_channel AS channel
            ON channel.id = gap.channel_id AND channel.status IN ('ok', 'unknown') AND channel.paused_at IS NULL
        WHERE gap.state = 'waiting' OR gap.state = 'held' AND gap.held_until <= clock_timestamp()
           OR gap.state = 'running' AND gap.leased_until <= clock_timestamp()
        GROUP BY gap.channel_id ORDER BY min(gap.id)
    LOOP
        PERFORM FROM communications_channel WHERE id = candidate FOR NO KEY UPDATE;

        SELECT id INTO leader FROM communications_comparisonwindow
        WHERE channel_id = candidate AND part_of_id IS NULL AND (
            state = 'held' AND held_until <= clock_timestamp() OR state = 'running' AND leased_until <= clock_timestamp())
        ORDER BY id LIMIT 1;
        IF leader IS NOT NULL THEN
            UPDATE communications_comparisonwindow SET
                state = 'running', attempts = attempts + 1, held_until = NULL, reason_code = '', reason = '',
                leased_until = clock_timestamp() + make_interval(secs => lease)
            WHERE id = leader OR part_of_id = leader AND state IN ('held', 'running');
            RETURN leader;
        END IF;

        CONTINUE WHEN EXISTS (
            SELECT FROM communications_comparisonwindow
            WHERE channel_id = candidate AND part_of_id IS NULL AND state IN ('held', 'running'));

        SELECT min(id) INTO leader FROM communications_comparisonwindow WHERE channel_id = candidate AND state = 'waiting';
        CONTINUE WHEN leader IS NULL;
        SELECT min(starts_at) INTO earliest FROM communications_comparisonwindow
        WHERE channel_id = candidate AND state IN ('waiting', 'held', 'running', 'failed');
        SELECT verified_until INTO verified FROM communications_channel WHERE id = candidate;
        UPDATE communications_comparisonwindow SET
            state = 'running', part_of_id = nullif(leader, id), attempts = attempts + 1, held_until = NULL, reason_code = '', reason = '',
            leased_until = clock_timestamp() + make_interval(secs => lease),
            compared_from = least(earliest, verified) - landline_look_back(), compared_to = clock_timestamp(),
            phase = 'chats', page_cursor = '', oldest_at = NULL, calls = 0, found = 0, recovered = 0, changed = 0, known = 0, not_shown = 0,
            refused = '{}', chats = '{}', latest_by_seconds = NULL, ended_at = NULL
        WHERE channel_id = candidate AND state IN ('waiting', 'held', 'running', 'failed');
        RETURN leader;
    END LOOP;
    RETURN NULL;
END
$$;

-- How a comparison, and with it each of its windows, came out. Only what was compared to its end moves the channel's mark.
CREATE OR REPLACE FUNCTION landline_comparison_end(
    ended bigint, of_attempt integer, became text, until timestamptz, code text, words text
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    place bigint := (SELECT channel_id FROM communications_comparisonwindow WHERE id = ended);
BEGIN
    PERFORM FROM communications_channel WHERE id = place FOR NO KEY UPDATE;
    IF NOT EXISTS (
        SELECT FROM communications_comparisonwindow WHERE id = ended AND attempts = of_attempt AND state = 'running') THEN
        RETURN false;
    END IF;
    IF became = 'done' THEN
        UPDATE communications_channel AS channel SET verified_until = run.compared_to
        FROM communications_comparisonwindow AS run
        WHERE channel.id = place AND run.id = ended AND run.compared_to > coalesce(channel.verified_until, '-infinity');
    END IF;
    UPDATE communications_comparisonwindow SET
        state = became, held_until = until, reason_code = code, reason = words, leased_until = NULL,
        ended_at = CASE WHEN became IN ('done', 'failed') THEN clock_timestamp() END
    WHERE id = ended OR part_of_id = ended AND state = 'running';
    RETURN true;
END
$$;
