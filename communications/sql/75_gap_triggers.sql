-- What makes it likely that something is missing. Each writes a window down; a worker compares it.

-- A time of every account that is not removed. Answers with how many windows are new.
CREATE OR REPLACE FUNCTION landline_gaps_open(of_trigger text, since timestamptz, until timestamptz) RETURNS integer LANGUAGE sql AS $$
    WITH opened AS (
        INSERT INTO communications_comparisonwindow (channel_id, trigger, starts_at, ends_at, state)
        SELECT id, of_trigger, since, greatest(since, until), 'waiting' FROM communications_channel
        WHERE status <> 'deleted' ORDER BY id
        ON CONFLICT (channel_id, trigger, starts_at) DO NOTHING
        RETURNING 1
    )
    SELECT count(*)::integer FROM opened
$$;

-- A server that takes deliveries is here. More than two beats since any last said so: nobody was here to be told. unsaved_since: since
-- when it had to send deliveries away. Answers with how many windows are new.
CREATE OR REPLACE FUNCTION landline_heartbeat(beat interval, unsaved_since timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    last timestamptz;
    opened integer := 0;
BEGIN
    INSERT INTO communications_heartbeat (id, at) VALUES (1, clock_timestamp()) ON CONFLICT (id) DO NOTHING;
    SELECT at INTO last FROM communications_heartbeat WHERE id = 1 FOR UPDATE;
    IF clock_timestamp() - last > 2 * beat THEN
        opened := landline_gaps_open('start', last, clock_timestamp());
    END IF;
    IF unsaved_since IS NOT NULL THEN
        opened := opened + landline_gaps_open('storage', unsaved_since, clock_timestamp());
    END IF;
    UPDATE communications_heartbeat SET at = clock_timestamp() WHERE id = 1;
    RETURN opened;
END
$$;

-- From when on the hour of something that is missing is to be compared: from its beginning, or from where it was compared to for the same
-- reason. Null where that is done or to come. clocks_differ: by how much the moment may be off, as upstream tells times in whole seconds.
CREATE OR REPLACE FUNCTION landline_gap_starts_at(place bigint, of_trigger text, moment timestamptz, clocks_differ interval)
RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN bool_or(held.state = 'waiting' OR held.compared_to > moment + clocks_differ) THEN NULL
                ELSE greatest(date_trunc('hour', moment), max(held.compared_to)) END
    FROM communications_comparisonwindow AS held
    WHERE held.channel_id = place AND held.trigger = of_trigger
      AND held.starts_at >= date_trunc('hour', moment) AND held.starts_at <= moment
$$;

-- Deliveries that failed again and again hold something that is not here: one window for each hour of them.
CREATE OR REPLACE FUNCTION landline_gaps_of_failures(failures integer) RETURNS integer LANGUAGE sql AS $$
    WITH opened AS (
        INSERT INTO communications_comparisonwindow (channel_id, trigger, starts_at, ends_at, state)
        SELECT DISTINCT channel.id, 'storage', gap.starts_at, date_trunc('hour', failed.received_at) + interval '1 hour', 'waiting'
        FROM communications_webhookdelivery AS failed
        JOIN communications_channel AS channel
            ON channel.external_account_id = failed.external_account_id AND channel.status <> 'deleted'
        CROSS JOIN LATERAL landline_gap_starts_at(channel.id, 'storage', failed.received_at, '0') AS gap (starts_at)
        WHERE failed.outcome = 'failed' AND failed.source = 'webhook' AND failed.attempts >= failures
          AND failed.received_at > now() - interval '7 days' AND gap.starts_at IS NOT NULL
        ON CONFLICT (channel_id, trigger, starts_at) DO NOTHING
        RETURNING 1
    )
    SELECT count(*)::integer FROM opened
$$;

-- Once a night (UTC), where that is switched on; not where it was slept through.
CREATE OR REPLACE FUNCTION landline_gaps_of_the_night(present timestamptz) RETURNS integer LANGUAGE sql AS $$
    WITH night AS (
        SELECT date_trunc('day', present, 'UTC') + interval '3 hours' AS at
    ), opened AS (
        INSERT INTO communications_comparisonwindow (channel_id, trigger, starts_at, ends_at, state)
        SELECT channel.id, 'nightly', night.at, night.at, 'waiting'
        FROM night, communications_channel AS channel
        WHERE channel.nightly_check AND channel.status <> 'deleted' AND present >= night.at AND present < night.at + interval '2 hours'
        ON CONFLICT (channel_id, trigger, starts_at) DO NOTHING
        RETURNING 1
    )
    SELECT count(*)::integer FROM opened
$$;

-- Messages of which something was told and that did not come within a minute: asked for once each, for the delivery that told it.
-- What an answer quotes is among them where the chat was copied: before that it is most likely older than anything that is here.
CREATE OR REPLACE FUNCTION landline_missing_ask(most integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO communications_upstreamread (channel_id, subject, external_id, asked_by)
    SELECT stub.channel_id, 'missing', stub.external_message_id, telling.id
    FROM communications_message AS stub
    CROSS JOIN LATERAL (
        SELECT delivery.id FROM communications_webhookdelivery AS delivery
        WHERE delivery.message_id = stub.id ORDER BY delivery.id LIMIT 1
    ) AS telling
    WHERE stub.is_stub AND stub.created_at > now() - interval '1 day' AND stub.created_at < now() - interval '1 minute'
      AND NOT EXISTS (
          SELECT FROM communications_upstreamread AS asked
          WHERE asked.channel_id = stub.channel_id AND asked.subject = 'missing' AND asked.external_id = stub.external_message_id)
    ORDER BY stub.created_at LIMIT most
    ON CONFLICT (channel_id, subject, external_id) DO NOTHING;

    INSERT INTO communications_upstreamread (channel_id, subject, external_id, asked_by)
    SELECT DISTINCT ON (answer.channel_id, answer.quoted_external_id)
           answer.channel_id, 'missing', answer.quoted_external_id, answer.received_by
    FROM communications_message AS answer
    JOIN communications_conversation AS part ON part.id = answer.conversation_id
    JOIN communications_conversation AS shown ON shown.id = coalesce(part.continues_id, part.id)
    WHERE answer.quoted_external_id <> '' AND answer.found_by = '' AND answer.received_by IS NOT NULL AND NOT answer.is_stub
      AND answer.created_at > now() - interval '1 day' AND answer.created_at < now() - interval '1 minute'
      AND (shown.is_whole OR shown.whole_since < answer.sent_at)
      AND NOT EXISTS (
          SELECT FROM communications_message AS quoted
          WHERE quoted.channel_id = answer.channel_id AND quoted.external_message_id = answer.quoted_external_id)
      AND NOT EXISTS (
          SELECT FROM communications_conversation AS beside
          JOIN communications_message AS quoted
              ON quoted.conversation_id = beside.id AND quoted.provider_message_id <> ''
              AND quoted.provider_message_id = answer.quoted_external_id
          WHERE beside.id = shown.id OR beside.continues_id = shown.id)
      AND NOT EXISTS (
          SELECT FROM communications_upstreamread AS asked
          WHERE asked.channel_id = answer.channel_id AND asked.subject = 'missing' AND asked.external_id = answer.quoted_external_id)
    ORDER BY answer.channel_id, answer.quoted_external_id, answer.created_at LIMIT most
    ON CONFLICT (channel_id, subject, external_id) DO NOTHING
$$;

-- Whether what is quoted is older than what was copied of its chat: nobody expects it here, and it would stand there with a hole after it.
CREATE OR REPLACE FUNCTION landline_is_before_history(place bigint, missing text, told_at timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM communications_message AS answer
        JOIN communications_conversation AS part ON part.id = answer.conversation_id
        JOIN communications_conversation AS shown ON shown.id = coalesce(part.continues_id, part.id)
        WHERE answer.channel_id = place AND answer.quoted_external_id = missing AND NOT shown.is_whole
          AND coalesce(told_at < shown.whole_since, true)
    ) AND NOT EXISTS (
        SELECT FROM communications_message AS stub
        WHERE stub.channel_id = place AND stub.external_message_id = missing AND stub.is_stub)
$$;

-- A message was missing, or upstream does not know it either: others of that hour may be missing too. What is older than a comparison
-- would reach says nothing but that history was not fetched.
CREATE OR REPLACE FUNCTION landline_gap_of_reference(place bigint, told_at timestamptz) RETURNS boolean LANGUAGE sql AS $$
    WITH opened AS (
        INSERT INTO communications_comparisonwindow (channel_id, trigger, starts_at, ends_at, state)
        SELECT channel.id, 'reference', gap.starts_at, greatest(gap.starts_at, now()), 'waiting'
        FROM communications_channel AS channel
        CROSS JOIN LATERAL landline_gap_starts_at(place, 'reference', told_at, '1 minute') AS gap (starts_at)
        WHERE channel.id = place AND channel.status <> 'deleted' AND gap.starts_at IS NOT NULL
          AND told_at > least(channel.verified_until, now()) - landline_look_back()
        ON CONFLICT (channel_id, trigger, starts_at) DO NOTHING
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM opened)
$$;
