-- Which conversation a body speaks of, by any of the names it uses.

-- The conversation of each chat (null while unknown), and whether every one of its aliases is on record for that very conversation.
CREATE OR REPLACE FUNCTION landline_chats_resolve(aliases json)
RETURNS TABLE (chat integer, channel_id bigint, conversation_id bigint, all_known boolean) LANGUAGE sql STABLE AS $$
    SELECT alias.chat, min(channel.id), min(coalesce(conversation.continues_id, conversation.id)),
           channel.id IS NULL OR count(*) = count(conversation.id)
               AND min(coalesce(conversation.continues_id, conversation.id)) = max(coalesce(conversation.continues_id, conversation.id))
    FROM json_to_recordset(aliases) AS alias (chat integer, account text, kind text, value text)
    LEFT JOIN communications_channel AS channel ON channel.external_account_id = alias.account
    LEFT JOIN communications_conversationalias AS known
        ON known.channel_id = channel.id AND known.kind = alias.kind AND known.value = alias.value
    LEFT JOIN communications_conversation AS conversation ON conversation.id = known.conversation_id
    GROUP BY alias.chat, channel.id
$$;

-- Makes conversations for chats that have none, and records every alias. Where one body names two conversations, the later one
-- continues the earlier. An id of upstream's replaces a provider's id that a conversation was first known by.
CREATE OR REPLACE FUNCTION landline_chats_make_known(chats json, aliases json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO communications_conversation (channel_id, external_thread_id, kind, disabled_features)
    SELECT resolved.channel_id, chat.external_thread_id, chat.kind, ARRAY[]::text[]
    FROM landline_chats_resolve(aliases) AS resolved
    JOIN json_to_recordset(chats) AS chat (chat integer, external_thread_id text, kind text) ON chat.chat = resolved.chat
    WHERE resolved.channel_id IS NOT NULL AND resolved.conversation_id IS NULL
    ORDER BY resolved.channel_id, chat.external_thread_id
    ON CONFLICT (channel_id, external_thread_id) DO NOTHING;

    INSERT INTO communications_conversationalias (channel_id, kind, value, conversation_id)
    SELECT resolved.channel_id, alias.kind, alias.value, coalesce(resolved.conversation_id, made.id)
    FROM landline_chats_resolve(aliases) AS resolved
    JOIN json_to_recordset(chats) AS chat (chat integer, external_thread_id text) ON chat.chat = resolved.chat
    JOIN json_to_recordset(aliases) AS alias (chat integer, kind text, value text) ON alias.chat = resolved.chat
    LEFT JOIN communications_conversation AS made
        ON made.channel_id = resolved.channel_id AND made.external_thread_id = chat.external_thread_id
    WHERE resolved.channel_id IS NOT NULL
    ORDER BY resolved.channel_id, alias.kind, alias.value
    ON CONFLICT (channel_id, kind, value) DO NOTHING;

    UPDATE communications_conversation AS later
    SET continues_id = resolved.conversation_id
    FROM landline_chats_resolve(aliases) AS resolved
    JOIN json_to_recordset(aliases) AS alias (chat integer, kind text, value text) ON alias.chat = resolved.chat
    JOIN communications_conversationalias AS known
        ON known.channel_id = resolved.channel_id AND known.kind = alias.kind AND known.value = alias.value
    WHERE later.id = known.conversation_id AND later.id > resolved.conversation_id
      AND later.continues_id IS DISTINCT FROM resolved.conversation_id;

    UPDATE communications_conversation AS conversation
    SET external_thread_id = alias.value
    FROM landline_chats_resolve(aliases) AS resolved
    JOIN json_to_recordset(aliases) AS alias (chat integer, kind text, value text)
        ON alias.chat = resolved.chat AND alias.kind = 'id'
    WHERE conversation.id = resolved.conversation_id AND NOT EXISTS (
        SELECT FROM communications_conversationalias AS known
        WHERE known.channel_id = conversation.channel_id AND known.kind = 'id'
          AND known.value = conversation.external_thread_id)
      AND NOT EXISTS (
        SELECT FROM communications_conversation AS taken
        WHERE taken.channel_id = conversation.channel_id AND taken.external_thread_id = alias.value);
END
$$;
