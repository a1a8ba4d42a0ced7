-- Calls of upstream: each is written down before it is made, and counted against its account's day.

-- The share of the day's budget that a purpose may use up falls with its priority; what a person sends, and the care of accounts, is
-- counted and never held.
CREATE OR REPLACE FUNCTION landline_calls_share(purpose text) RETURNS double precision LANGUAGE sql IMMUTABLE
RETURN CASE purpose
    WHEN 'open' THEN 0.95 WHEN 'answer' THEN 0.9 WHEN 'repair' THEN 0.9 WHEN 'history' THEN 0.75 WHEN 'media' THEN 0.5 END;

CREATE OR REPLACE FUNCTION landline_calls_are_spent(account text, purpose text, per_day integer) RETURNS boolean LANGUAGE sql STABLE
RETURN (
    SELECT coalesce(sum(counted.calls), 0) FROM communications_callday AS counted
    WHERE counted.external_account_id = account AND counted.day = (now() AT TIME ZONE 'UTC')::date
) >= per_day * landline_calls_share(purpose);

-- Whether there is time for the files that history brought: the messages come first.
CREATE OR REPLACE FUNCTION landline_backlog_has_time(told_channel bigint, account text, per_day integer) RETURNS boolean LANGUAGE sql STABLE
RETURN NOT EXISTS (
    SELECT FROM communications_historyrun AS run
    WHERE run.channel_id = told_channel AND run.conversation_id IS NULL AND run.state = 'running'
) AND NOT landline_calls_are_spent(account, 'media', per_day);

-- Answers with the call's number, or with why it must wait and until when.
CREATE OR REPLACE FUNCTION landline_call_begin(
    told_account text, told_channel bigint, told_purpose text, told_reason text, told_method text, told_route text, told_window bigint, per_day integer
) RETURNS TABLE (call_id bigint, held text, held_until timestamptz) LANGUAGE plpgsql AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    account text := coalesce(
        nullif(told_account, ''), (SELECT external_account_id FROM communications_channel WHERE id = told_channel), '');
    paused_until timestamptz;
BEGIN
    -- By a person here. Only what is done with the account itself goes on.
    IF told_purpose <> 'manage' AND EXISTS (
        SELECT FROM communications_channel AS channel
        WHERE channel.external_account_id = account AND channel.paused_at IS NOT NULL) THEN
        RETURN QUERY SELECT NULL::bigint, 'paused_here', now() + interval '5 minutes';
        RETURN;
    END IF;
    IF landline_calls_share(told_purpose) IS NOT NULL AND account <> '' THEN
        SELECT pause.until INTO paused_until FROM communications_callpause AS pause
        WHERE pause.external_account_id = account AND pause.until > now();
        IF paused_until IS NOT NULL THEN
            RETURN QUERY SELECT NULL::bigint, 'account_paused', paused_until;
            RETURN;
        END IF;
        IF landline_calls_are_spent(account, told_purpose, per_day) THEN
            RETURN QUERY SELECT NULL::bigint, 'budget_spent', (today + 1)::timestamp AT TIME ZONE 'UTC';
            RETURN;
        END IF;
    END IF;
    INSERT INTO communications_callday AS counted (external_account_id, day, purpose, calls)
    VALUES (account, today, told_purpose, 1)
    ON CONFLICT (external_account_id, day, purpose) DO UPDATE SET calls = counted.calls + 1;
    RETURN QUERY INSERT INTO communications_upstreamcall AS made (external_account_id, purpose, reason, method, route, window_id)
    VALUES (account, told_purpose, told_reason, told_method, told_route, told_window)
    RETURNING made.id, NULL::text, NULL::timestamptz;
END
$$;

-- How calls ended. A refusal for their number pauses the account: as long as upstream says, else twice as long each time.
CREATE OR REPLACE FUNCTION landline_calls_end(ends json) RETURNS void LANGUAGE sql AS $$
    WITH told AS (
        SELECT ended.* FROM json_to_recordset(ends) AS ended (
            id bigint, status smallint, outcome text, duration_seconds double precision, retry_after_seconds double precision)
    ), written AS (
        UPDATE communications_upstreamcall AS made
        SET status = told.status, outcome = told.outcome, duration_seconds = told.duration_seconds
        FROM told WHERE made.id = told.id
        RETURNING made.external_account_id AS account, told.outcome, told.retry_after_seconds
    ), well AS (
        DELETE FROM communications_callpause AS pause USING written
        WHERE pause.external_account_id = written.account AND written.outcome = 'ok' AND pause.until <= now()
          AND NOT EXISTS (SELECT FROM written AS other WHERE other.account = written.account AND other.outcome = 'rate_limited')
    )
    INSERT INTO communications_callpause AS held (external_account_id, until, refusals)
    SELECT account, now() + make_interval(secs => coalesce(max(retry_after_seconds), 15)), 1
    FROM written WHERE outcome = 'rate_limited' AND account <> '' GROUP BY account
    ON CONFLICT (external_account_id) DO UPDATE SET
        refusals = held.refusals + 1,
        until = greatest(held.until, excluded.until, now() + make_interval(secs => least(900, 15 * 2 ^ least(held.refusals, 6))))
$$;
