-- Writes deliveries into the ledger, with their bytes. Touches nothing else, so that it works where the rest cannot be written.
--
-- Links (channel_of, message_of, conversation_of; messages_of: of a list of several, bigint[] as text) are lists in the order of the
-- deliveries, or null where nothing was folded; then every delivery comes with its outcome. A row that is there already takes the
-- new outcome, unless it is applied.

CREATE OR REPLACE FUNCTION landline_ledger_write(
    deliveries json, bodies bytea[], channel_of bigint[], message_of bigint[], messages_of text[], conversation_of bigint[]
) RETURNS TABLE (outcome text, total bigint) LANGUAGE sql AS $$
    WITH folded AS MATERIALIZED (
        SELECT delivery.*,
               CASE
                   WHEN delivery.outcome IS NOT NULL THEN delivery.outcome
                   WHEN delivery.channel_id IS NULL THEN 'parked'
                   WHEN delivery.repeats OR EXISTS (
                       SELECT FROM communications_webhookdelivery AS earlier
                       WHERE earlier.event_key = delivery.event_key AND earlier.outcome = 'applied' AND earlier.id <> delivery.id
                   ) THEN 'duplicate'
                   ELSE 'applied'
               END AS settled
        FROM ROWS FROM (
            json_to_recordset(deliveries) AS (
                id uuid, source text, received_at timestamptz, account text, provider text, event text, event_name text,
                webhook_name text, event_key bytea, headers jsonb, sha256 bytea, size_bytes integer, outcome text, reason text,
                next_attempt_at timestamptz, repeats boolean),
            unnest(bodies), unnest(channel_of), unnest(message_of), unnest(messages_of), unnest(conversation_of)
        ) AS delivery (
            id, source, received_at, account, provider, event, event_name, webhook_name, event_key, headers, sha256, size_bytes,
            outcome, reason, next_attempt_at, repeats, body, channel_id, message_id, message_ids, conversation_id)
    ), ledger AS (
        INSERT INTO communications_webhookdelivery AS held (
            id, source, received_at, external_account_id, provider, event, event_name, webhook_name, event_key, headers, sha256,
            size_bytes, outcome, reason, next_attempt_at, attempts, channel_id, conversation_id, message_id, message_ids)
        SELECT id, source, received_at, account, provider, event, event_name, webhook_name, event_key, headers, sha256, size_bytes,
               settled,
               CASE settled
                   WHEN 'parked' THEN 'account not known here'
                   WHEN 'duplicate' THEN 'repeats an applied delivery'
                   ELSE reason
               END,
               next_attempt_at, 1, channel_id, conversation_id, message_id, message_ids::bigint[]
        FROM folded
        ON CONFLICT (id) DO UPDATE SET
            outcome = excluded.outcome, reason = excluded.reason, next_attempt_at = excluded.next_attempt_at,
            attempts = held.attempts + 1, event = excluded.event, event_key = excluded.event_key, provider = excluded.provider,
            external_account_id = excluded.external_account_id, channel_id = excluded.channel_id,
            conversation_id = excluded.conversation_id, message_id = excluded.message_id, message_ids = excluded.message_ids
        WHERE held.outcome NOT IN ('applied', 'duplicate')
    ), kept AS (
        INSERT INTO communications_webhookbody (delivery_id, raw)
        SELECT id, body FROM folded WHERE body IS NOT NULL
        ON CONFLICT (delivery_id) DO NOTHING
    )
    SELECT folded.settled, count(*) FROM folded GROUP BY folded.settled
$$;
