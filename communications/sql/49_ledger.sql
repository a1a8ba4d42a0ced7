-- Writes deliveries into the ledger, with their bytes, linked to what they speak of. Where nothing was folded every delivery comes
-- with its outcome, and nothing else is touched: so it works where the rest cannot be written. A row that is there already takes the
-- new outcome, unless it is applied.

DROP FUNCTION IF EXISTS landline_ledger_write(json, bytea[], bigint[], bigint[], bigint[]);

CREATE OR REPLACE FUNCTION landline_ledger_write(deliveries json, bodies bytea[], is_folded boolean, conversation_of bigint[])
RETURNS TABLE (outcome text, total bigint) LANGUAGE sql AS $$
    WITH folded AS MATERIALIZED (
        SELECT delivery.*, channel.id AS channel_id, message.id AS message_id,
               coalesce(message.conversation_id, conversation_of[delivery.chat]) AS conversation_id,
               CASE
                   WHEN delivery.outcome IS NOT NULL THEN delivery.outcome
                   WHEN channel.id IS NULL THEN 'parked'
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
                next_attempt_at timestamptz, repeats boolean, external_message_id text, chat integer),
            unnest(bodies)
        ) AS delivery (
            id, source, received_at, account, provider, event, event_name, webhook_name, event_key, headers, sha256, size_bytes,
            outcome, reason, next_attempt_at, repeats, external_message_id, chat, body)
        LEFT JOIN communications_channel AS channel ON is_folded AND channel.external_account_id = delivery.account
        LEFT JOIN communications_message AS message
            ON message.channel_id = channel.id AND message.external_message_id = delivery.external_message_id
    ), ledger AS (
        INSERT INTO communications_webhookdelivery AS held (
            id, source, received_at, external_account_id, provider, event, event_name, webhook_name, event_key, headers, sha256,
            size_bytes, outcome, reason, next_attempt_at, attempts, channel_id, conversation_id, message_id)
        SELECT id, source, received_at, account, provider, event, event_name, webhook_name, event_key, headers, sha256, size_bytes,
               settled,
               CASE settled
                   WHEN 'parked' THEN 'account not known here'
                   WHEN 'duplicate' THEN 'repeats an applied delivery'
                   ELSE reason
               END,
               next_attempt_at, 1, channel_id, conversation_id, message_id
        FROM folded
        ON CONFLICT (id) DO UPDATE SET
            outcome = excluded.outcome, reason = excluded.reason, next_attempt_at = excluded.next_attempt_at,
            attempts = held.attempts + 1, event = excluded.event, event_key = excluded.event_key, provider = excluded.provider,
            external_account_id = excluded.external_account_id, channel_id = excluded.channel_id,
            conversation_id = excluded.conversation_id, message_id = excluded.message_id
        WHERE held.outcome NOT IN ('applied', 'duplicate')
    ), kept AS (
        INSERT INTO communications_webhookbody (delivery_id, raw)
        SELECT id, body FROM folded WHERE body IS NOT NULL
        ON CONFLICT (delivery_id) DO NOTHING
    )
    SELECT folded.settled, count(*) FROM folded GROUP BY folded.settled
$$;
