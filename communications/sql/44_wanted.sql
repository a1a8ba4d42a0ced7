-- What people want of conversations and messages beside sending: what upstream could not be told, and what events have shown.

-- Upstream took it, or could not: a conversation says which of its settings hold here only.
CREATE OR REPLACE FUNCTION landline_here_only_settle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    setting text := CASE NEW.kind WHEN 'archive' THEN 'archived' WHEN 'pin' THEN 'pinned' ELSE 'muted' END;
BEGIN
    UPDATE communications_conversation AS conversation SET
        here_only = array_remove(conversation.here_only, setting)
            || CASE NEW.state WHEN 'failed' THEN ARRAY[setting] ELSE ARRAY[]::text[] END
    WHERE conversation.id = NEW.conversation_id
      AND (setting = ANY(conversation.here_only)) <> (NEW.state = 'failed');
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER here_only_settle AFTER UPDATE OF state ON communications_intent
    FOR EACH ROW WHEN (NEW.kind IN ('archive', 'pin', 'mute') AND NEW.state IN ('done', 'failed'))
    EXECUTE FUNCTION landline_here_only_settle();

-- What the account itself thinks of a message, by its newest reaction; empty without one.
CREATE OR REPLACE FUNCTION landline_own_reaction(asked bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT reaction.emoji FROM communications_reaction AS reaction
        LEFT JOIN communications_chatattendee AS sender ON sender.id = reaction.sender_id
        WHERE reaction.message_id = asked AND coalesce(sender.is_self, reaction.is_own)
        ORDER BY reaction.reacted_at DESC, reaction.event_key DESC LIMIT 1), '')
$$;

-- What was wanted of messages, where an event or a reading now shows it.
CREATE OR REPLACE FUNCTION landline_changes_settle(deliveries json) RETURNS void LANGUAGE sql AS $$
    UPDATE communications_intent AS intent SET
        state = 'done', outcome = 'accepted', reason_code = '', reason = '', settled_at = now(), evidence_at = now(),
        evidence = CASE WHEN told.is_reading THEN 'read_back' ELSE 'echo' END, evidence_by = told.delivery
    FROM (
        SELECT delivery.external_message_id, channel.id AS channel_id, bool_and(delivery.source = 'api') AS is_reading,
               (array_agg(delivery.id ORDER BY delivery.id))[1] AS delivery
        FROM json_to_recordset(deliveries) AS delivery (id uuid, source text, account text, external_message_id text)
        JOIN communications_channel AS channel ON channel.external_account_id = delivery.account
        GROUP BY 1, 2
    ) AS told
    JOIN communications_message AS message
        ON message.channel_id = told.channel_id AND message.external_message_id = told.external_message_id
    WHERE intent.message_id = message.id AND intent.kind IN ('react', 'edit', 'delete')
      AND intent.state IN ('sending', 'accepted', 'unconfirmed')
      AND CASE intent.kind
          WHEN 'delete' THEN message.deleted_at IS NOT NULL
          WHEN 'edit' THEN message.edited_at IS NOT NULL
              AND landline_comparable(message.text) = landline_comparable(intent.payload ->> 'text')
          ELSE landline_own_reaction(message.id) = intent.payload ->> 'emoji'
      END
$$;

-- Upstream has named a conversation that was begun here. One of that name, made by an early echo, is the same.
CREATE OR REPLACE FUNCTION landline_conversation_name(place bigint, named text, proof uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    ours bigint := (SELECT coalesce(continues_id, id) FROM communications_conversation WHERE id = place);
    channel bigint := (SELECT channel_id FROM communications_conversation WHERE id = place);
    other bigint;
BEGIN
    INSERT INTO communications_conversationalias (channel_id, kind, value, conversation_id) VALUES (channel, 'id', named, ours)
    ON CONFLICT (channel_id, kind, value) DO NOTHING;
    SELECT coalesce(conversation.continues_id, conversation.id) INTO other
    FROM communications_conversationalias AS known JOIN communications_conversation AS conversation ON conversation.id = known.conversation_id
    WHERE known.channel_id = channel AND known.kind = 'id' AND known.value = named;
    IF other <> ours THEN
        IF landline_conversations_kept_apart(ours, other) THEN
            RETURN;
        END IF;
        PERFORM landline_conversations_merge(ARRAY[least(ours, other), greatest(ours, other)], proof);
        ours := least(ours, other);
    END IF;
    IF (SELECT external_thread_id LIKE 'new:%' FROM communications_conversation WHERE id = ours) THEN
        UPDATE communications_conversation SET external_thread_id = 'part:' || id
        WHERE channel_id = channel AND external_thread_id = named AND id <> ours;
        UPDATE communications_conversation SET external_thread_id = named WHERE id = ours;
    END IF;
END
$$;
