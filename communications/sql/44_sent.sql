-- Messages that were written here, and how upstream's answers and echoes find their rows.

-- The intents of which it is not known yet how they ended, or only a person's word: those an echo may belong to.
CREATE OR REPLACE FUNCTION landline_sent_is_open(state text, outcome text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT state IN ('sending', 'unconfirmed', 'accepted') OR outcome = 'unknown'
$$;

CREATE OR REPLACE FUNCTION landline_channel_works(status text, paused_at timestamptz) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT status IN ('ok', 'connecting', 'unknown') AND paused_at IS NULL
$$;

-- A text as it is compared.
CREATE OR REPLACE FUNCTION landline_comparable(text text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT normalize(btrim(replace(text, E'\r\n', E'\n'), E' \t\n\r\u00A0'), NFC)
$$;

-- The rows show how their intents stand, and lists show the newest row. What is proven stays so, but for a message that was
-- accepted and then not found.
CREATE OR REPLACE FUNCTION landline_sending_show(intents bigint[]) RETURNS void LANGUAGE sql AS $$
    WITH shown AS (
        UPDATE communications_message AS message SET status = stands.status
        FROM (
            SELECT intent.message_id, intent.client_id, CASE intent.state
                       WHEN 'waiting' THEN 'pending' WHEN 'accepted' THEN 'sent' WHEN 'done' THEN 'sent' ELSE intent.state
                   END AS status
            FROM communications_intent AS intent WHERE intent.id = ANY(intents)
        ) AS stands
        WHERE message.id = stands.message_id AND message.client_id = stands.client_id AND message.status <> stands.status
          AND (message.status IN ('pending', 'sending', 'failed', 'unconfirmed')
               OR message.status = 'sent' AND stands.status = 'unconfirmed')
        RETURNING message.id
    )
    UPDATE communications_conversation AS conversation SET version = pg_current_xact_id()
    FROM shown WHERE conversation.last_message_id = shown.id
$$;

-- Files that were handed over here take the names upstream has for them, place by place, and stay where they are.
CREATE OR REPLACE FUNCTION landline_sent_attachments_adopt(attachments json, revised bigint[]) RETURNS void LANGUAGE sql AS $$
    UPDATE communications_attachment AS held SET external_attachment_id = told.external_attachment_id
    FROM (
        SELECT body.*, channel.id AS channel_id
        FROM json_to_recordset(coalesce(attachments, '[]')) AS body (
            account text, external_message_id text, external_attachment_id text, position smallint, kind text)
        JOIN communications_channel AS channel ON channel.external_account_id = body.account
        OFFSET 0
    ) AS told
    JOIN communications_message AS message
        ON message.channel_id = told.channel_id AND message.external_message_id = told.external_message_id
    WHERE message.id = ANY(revised) AND held.message_id = message.id
      AND held.external_attachment_id LIKE 'upload:%' AND held.position = told.position AND held.kind = told.kind
$$;

-- One message has two rows: ours, and the one that deliveries made. Ours takes its facts and all that hangs on it; the other
-- goes, or, if it is of ours too, stands for itself again, open.
CREATE OR REPLACE FUNCTION landline_sent_absorb(ours bigint, other bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    told communications_message;
BEGIN
    SELECT * INTO told FROM communications_message WHERE id = other;

    IF NOT told.is_stub THEN
        WITH adopted AS (
            UPDATE communications_attachment AS held SET
                external_attachment_id = theirs.external_attachment_id, name = theirs.name, mime_type = theirs.mime_type,
                size_bytes = theirs.size_bytes, width = theirs.width, height = theirs.height,
                duration_seconds = theirs.duration_seconds
            FROM communications_attachment AS theirs
            WHERE held.message_id = ours AND theirs.message_id = other AND held.external_attachment_id LIKE 'upload:%'
              AND held.position = theirs.position AND held.kind = theirs.kind
            RETURNING theirs.id
        ), dropped AS (
            DELETE FROM communications_attachment AS theirs USING adopted WHERE theirs.id = adopted.id AND told.client_id IS NULL
        )
        UPDATE communications_attachment AS theirs SET external_attachment_id = 'upload:again-' || theirs.id
        FROM adopted WHERE theirs.id = adopted.id AND told.client_id IS NOT NULL;

        DELETE FROM communications_attachment WHERE message_id = ours AND external_attachment_id LIKE 'upload:%';
        UPDATE communications_attachment SET message_id = ours
        WHERE message_id = other AND external_attachment_id NOT LIKE 'upload:%';
    END IF;
    UPDATE communications_reaction SET message_id = ours WHERE message_id = other;
    UPDATE communications_messageedit SET message_id = ours WHERE message_id = other;
    UPDATE communications_webhookdelivery SET message_id = ours WHERE message_id = other AND event <> 'api_sent';
    UPDATE communications_webhookdelivery SET message_ids = array_replace(message_ids, other, ours)
    WHERE id = told.received_by AND message_ids IS NOT NULL;

    IF told.client_id IS NULL THEN
        UPDATE communications_intent SET message_id = ours WHERE message_id = other;
        UPDATE communications_conversation SET last_message_id = ours WHERE last_message_id = other;
        DELETE FROM communications_message WHERE id = other;
    ELSE
        PERFORM landline_sent_reopen(other);
    END IF;

    IF told.is_stub THEN
        UPDATE communications_message AS held SET
            status = landline_status_climb(landline_status_climb(held.status, 'sent'), told.status),
            deleted_at = told.deleted_at,
            text = CASE WHEN told.edited_at IS NULL THEN held.text ELSE told.text END,
            search_text = CASE WHEN told.edited_at IS NULL THEN held.search_text ELSE told.search_text END,
            original_text = CASE WHEN told.edited_at IS NULL THEN NULL ELSE held.text END,
            edited_at = told.edited_at
        WHERE held.id = ours;
    ELSE
        UPDATE communications_message AS held SET
            conversation_id = told.conversation_id, provider_message_id = told.provider_message_id,
            status = landline_status_climb(landline_status_climb(held.status, 'sent'), told.status),
            sender_id = told.sender_id, sender_name = told.sender_name, kind = told.kind, text = told.text,
            search_text = told.search_text, original_text = told.original_text, edited_at = told.edited_at,
            deleted_at = told.deleted_at, sent_at = told.sent_at, time_flagged = told.time_flagged,
            received_at = told.received_at, received_by = told.received_by, quoted_external_id = told.quoted_external_id,
            quoted_text = told.quoted_text, quoted_sender_name = told.quoted_sender_name, subject = told.subject,
            is_event = told.is_event, event_kind = told.event_kind, event_person = told.event_person,
            event_emoji = told.event_emoji, is_forwarded = told.is_forwarded, is_view_once = told.is_view_once,
            is_hidden = told.is_hidden
        WHERE held.id = ours;
    END IF;
END
$$;

-- A row of ours that was bound to a message of somebody else's is without a name again.
CREATE OR REPLACE FUNCTION landline_sent_reopen(ours bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE communications_message SET
        external_message_id = NULL, provider_message_id = '', received_by = NULL, status = 'unconfirmed', deleted_at = NULL,
        text = coalesce(original_text, text), original_text = NULL, edited_at = NULL, time_flagged = false
    WHERE id = ours;
    UPDATE communications_intent AS intent SET
        state = 'unconfirmed', outcome = 'unknown', evidence = '', evidence_at = NULL, evidence_by = NULL, read_back_at = NULL,
        next_attempt_at = now() + interval '5 seconds', settled_at = NULL
    FROM communications_message AS message
    WHERE message.id = ours AND intent.message_id = ours AND intent.client_id = message.client_id;
END
$$;

-- The message an echo told of was not ours: it is a row of its own, with all that was told of it.
CREATE OR REPLACE FUNCTION landline_sent_release(ours bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    released bigint;
    told communications_message;
BEGIN
    SELECT * INTO told FROM communications_message WHERE id = ours;
    PERFORM landline_sent_reopen(ours);
    INSERT INTO communications_message (
        channel_id, conversation_id, external_message_id, provider_message_id, direction, direction_told, origin, sender_id,
        sender_name, kind, text, search_text, status, sent_at, time_flagged, received_at, received_by, edited_at, original_text,
        deleted_at, quoted_external_id, quoted_text, quoted_sender_name, subject, is_event, event_kind, event_person,
        event_emoji, is_forwarded, is_view_once, is_hidden, is_stub)
    SELECT told.channel_id, told.conversation_id, told.external_message_id, told.provider_message_id, told.direction,
           told.direction_told, 'phone', told.sender_id, told.sender_name, told.kind, told.text, told.search_text, told.status,
           told.sent_at, told.time_flagged, told.received_at, told.received_by, told.edited_at, told.original_text,
           told.deleted_at, told.quoted_external_id, told.quoted_text, told.quoted_sender_name, told.subject, told.is_event,
           told.event_kind, told.event_person, told.event_emoji, told.is_forwarded, told.is_view_once, told.is_hidden,
           told.received_by IS NULL
    RETURNING id INTO released;
    INSERT INTO communications_attachment (
        channel_id, message_id, external_attachment_id, position, kind, name, mime_type, size_bytes, width, height,
        duration_seconds, state, file_id)
    SELECT channel_id, released, external_attachment_id, position, kind, name, mime_type, size_bytes, width, height,
           duration_seconds, 'wanted', NULL
    FROM communications_attachment WHERE message_id = ours AND external_attachment_id NOT LIKE 'upload:%';
    UPDATE communications_attachment SET external_attachment_id = 'upload:again-' || id
    WHERE message_id = ours AND external_attachment_id NOT LIKE 'upload:%';
    UPDATE communications_reaction SET message_id = released WHERE message_id = ours;
    UPDATE communications_messageedit SET message_id = released WHERE message_id = ours;
    UPDATE communications_webhookdelivery SET message_id = released WHERE message_id = ours AND event <> 'api_sent';
    UPDATE communications_webhookdelivery SET message_ids = array_replace(message_ids, ours, released)
    WHERE id = told.received_by AND message_ids IS NOT NULL;
END
$$;

-- Our row is the message that upstream calls so.
CREATE OR REPLACE FUNCTION landline_sent_name(ours bigint, named text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    other bigint := (
        SELECT held.id FROM communications_message AS held JOIN communications_message AS mine ON mine.channel_id = held.channel_id
        WHERE mine.id = ours AND held.external_message_id = named AND held.id <> ours);
BEGIN
    IF other IS NOT NULL THEN
        PERFORM landline_sent_absorb(ours, other);
    END IF;
    UPDATE communications_message SET external_message_id = named, status = landline_status_climb(status, 'sent') WHERE id = ours;
END
$$;

-- Upstream's answers to what was sent. Answers with the conversations of the messages.
--
-- sent   one for each answer: account, message_id (ours), client_id, attempt, external_message_id (null: accepted without a name),
--        external_thread_id (of a conversation that it began), delivery, at
CREATE OR REPLACE FUNCTION landline_messages_sent(sent json) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    answer record;
    touched bigint[];
BEGIN
    FOR answer IN
        SELECT told.*, message.external_message_id AS held_id, message.conversation_id, intent.id AS intent_id,
               intent.answered_id, intent.attempts, intent.read_back_at
        FROM json_to_recordset(sent) AS told (
            account text, message_id bigint, client_id uuid, attempt integer, external_message_id text, external_thread_id text,
            delivery uuid, at timestamptz)
        JOIN communications_channel AS channel ON channel.external_account_id = told.account
        JOIN communications_message AS message
            ON message.id = told.message_id AND message.channel_id = channel.id AND message.client_id = told.client_id
        JOIN communications_intent AS intent ON intent.message_id = message.id AND intent.client_id = message.client_id
        ORDER BY told.delivery
    LOOP
        IF answer.external_thread_id IS NOT NULL THEN
            PERFORM landline_conversation_name(answer.conversation_id, answer.external_thread_id, answer.delivery);
        END IF;
        -- A person had it sent once more, and both arrived: the second has a row of its own.
        CONTINUE WHEN answer.answered_id <> '' AND answer.answered_id IS DISTINCT FROM answer.external_message_id;
        -- Told before, and looked for since.
        CONTINUE WHEN answer.external_message_id IS NULL
            AND (answer.read_back_at IS NOT NULL OR answer.attempt <> answer.attempts);

        IF answer.external_message_id IS NOT NULL AND answer.held_id IS DISTINCT FROM answer.external_message_id THEN
            IF answer.held_id IS NOT NULL THEN
                PERFORM landline_sent_release(answer.message_id);
            END IF;
            PERFORM landline_sent_name(answer.message_id, answer.external_message_id);
        ELSE
            UPDATE communications_message SET status = landline_status_climb(status, 'sent')
            WHERE id = answer.message_id AND landline_status_climb(status, 'sent') <> status;
        END IF;
        UPDATE communications_intent SET
            state = CASE state WHEN 'done' THEN state ELSE 'accepted' END, outcome = 'accepted',
            answered_id = coalesce(answer.external_message_id, ''), reason_code = '', reason = '',
            evidence = CASE WHEN evidence IN ('', 'person') THEN 'answer' ELSE evidence END,
            evidence_at = CASE WHEN evidence IN ('', 'person') THEN answer.at ELSE evidence_at END,
            evidence_by = CASE WHEN evidence IN ('', 'person') THEN answer.delivery ELSE evidence_by END
        WHERE id = answer.intent_id
          AND (outcome <> 'accepted' OR answered_id <> coalesce(answer.external_message_id, ''));
        touched := touched || answer.conversation_id
            || (SELECT conversation_id FROM communications_message WHERE id = answer.message_id);
    END LOOP;
    RETURN touched;
END
$$;

-- Own messages that nobody knows: each belongs to the oldest open row of its conversation that says the same, holds as many files
-- of the same kinds, and was attempted before; else somebody typed it on the phone.
CREATE OR REPLACE FUNCTION landline_echoes_bind(messages json, attachments json, conversation_of bigint[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    echo record;
    ours bigint;
BEGIN
    FOR echo IN
        SELECT told.channel_id, coalesce(part.continues_id, part.id) AS root, told.external_message_id, told.text, told.sent_at,
               ARRAY(
                   SELECT file.kind FROM json_to_recordset(coalesce(attachments, '[]')) AS file (
                       account text, external_message_id text, position smallint, kind text)
                   WHERE file.account = channel.external_account_id AND file.external_message_id = told.external_message_id
                   ORDER BY file.position
               ) AS kinds
        FROM landline_messages_read(messages, conversation_of, true) AS told
        JOIN communications_channel AS channel ON channel.id = told.channel_id
        JOIN communications_conversation AS part ON part.id = told.conversation_id
        LEFT JOIN communications_message AS held
            ON held.channel_id = told.channel_id AND held.external_message_id = told.external_message_id
        WHERE told.direction = 'outbound' AND NOT told.is_event AND NOT told.is_hidden AND coalesce(held.is_stub, true)
        ORDER BY told.sent_at, told.received_by
    LOOP
        SELECT message.id INTO ours
        FROM communications_intent AS intent
        JOIN communications_message AS message ON message.id = intent.message_id AND message.client_id = intent.client_id
        JOIN communications_conversation AS part ON part.id = message.conversation_id
        WHERE intent.channel_id = echo.channel_id AND landline_sent_is_open(intent.state, intent.outcome)
          AND message.external_message_id IS NULL AND echo.root IN (part.id, part.continues_id)
          AND echo.sent_at >= intent.attempted_at - interval '5 seconds'
          AND landline_comparable(message.text) = landline_comparable(echo.text)
          AND echo.kinds = ARRAY(
              SELECT part.kind FROM communications_attachment AS part WHERE part.message_id = message.id
              ORDER BY part.position, part.id)
        ORDER BY intent.id LIMIT 1;
        IF ours IS NOT NULL THEN
            PERFORM landline_sent_name(ours, echo.external_message_id);
        END IF;
    END LOOP;
END
$$;

-- What an echo, a reading or a receipt has shown is done.
CREATE OR REPLACE FUNCTION landline_sent_settle(deliveries json) RETURNS void LANGUAGE sql AS $$
    UPDATE communications_intent AS intent SET
        state = 'done', outcome = 'accepted', reason_code = '', reason = '', settled_at = now(), evidence_at = now(),
        evidence = CASE
            WHEN message.received_by IS NULL THEN 'receipt'
            WHEN EXISTS (
                SELECT FROM json_to_recordset(deliveries) AS delivery (id uuid, source text)
                WHERE delivery.id = message.received_by AND delivery.source = 'api') THEN 'read_back'
            ELSE 'echo'
        END,
        evidence_by = message.received_by
    FROM communications_message AS message
    WHERE message.id = intent.message_id AND message.client_id = intent.client_id
      AND (intent.state IN ('sending', 'unconfirmed', 'accepted') OR intent.outcome = 'unknown')
      AND message.external_message_id IS NOT NULL
      AND (message.received_by IS NOT NULL OR message.status IN ('delivered', 'read'))
$$;

-- A person gives a message up that has not left, or may not have: its row goes, its key stays taken.
CREATE OR REPLACE FUNCTION landline_sent_discard(discarded bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    ours bigint := (SELECT message_id FROM communications_intent WHERE id = discarded);
    place bigint := (SELECT conversation_id FROM communications_message WHERE id = ours);
BEGIN
    UPDATE communications_intent SET state = 'cancelled', message_id = NULL, settled_at = now() WHERE message_id = ours;
    DELETE FROM communications_attachment WHERE message_id = ours;
    DELETE FROM communications_reaction WHERE message_id = ours;
    DELETE FROM communications_messageedit WHERE message_id = ours;
    UPDATE communications_conversation SET last_message_id = NULL WHERE last_message_id = ours;
    DELETE FROM communications_message WHERE id = ours;
    PERFORM landline_conversations_recount(ARRAY[place]);
END
$$;
