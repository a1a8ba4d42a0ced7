-- Which conversation a body speaks of, by any of the names it uses.

-- The conversation of each chat (null while unknown), in the order of their numbers, whether every one of its aliases is on record for
-- that very one, and whether others continue it.
CREATE OR REPLACE FUNCTION landline_chats_resolve(aliases json)
RETURNS TABLE (chat integer, channel_id bigint, conversation_id bigint, all_known boolean, is_continued boolean) LANGUAGE sql STABLE AS $$
    SELECT alias.chat, min(alias.channel_id), min(coalesce(conversation.continues_id, conversation.id)),
           count(alias.channel_id) = 0 OR count(*) = count(conversation.id)
               AND min(coalesce(conversation.continues_id, conversation.id)) = max(coalesce(conversation.continues_id, conversation.id)),
           -- Not EXISTS: that may become a look through all of them.
           (SELECT part.id FROM communications_conversation AS part
            WHERE part.continues_id = min(coalesce(conversation.continues_id, conversation.id)) LIMIT 1) IS NOT NULL
    FROM (
        -- The channel first: a plan from a time of one channel looks for names in all of them otherwise.
        SELECT told.chat, told.kind, told.value, channel.id AS channel_id
        FROM json_to_recordset(aliases) AS told (chat integer, account text, kind text, value text)
        LEFT JOIN communications_channel AS channel ON channel.external_account_id = told.account
        OFFSET 0
    ) AS alias
    LEFT JOIN communications_conversationalias AS known
        ON known.channel_id = alias.channel_id AND known.kind = alias.kind AND known.value = alias.value
    LEFT JOIN communications_conversation AS conversation ON conversation.id = known.conversation_id
    GROUP BY alias.chat
    ORDER BY alias.chat
$$;

-- Of two kinds that one conversation was called, the one that counts.
CREATE OR REPLACE FUNCTION landline_chat_kind(one text, other text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN 'channel' IN (one, other) THEN 'channel' WHEN 'group' IN (one, other) THEN 'group' ELSE 'direct'
    END
$$;

-- Whether somebody keeps a part of the one conversation apart from a part of the other.
CREATE OR REPLACE FUNCTION landline_conversations_kept_apart(one bigint, other bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM communications_conversation AS held
        JOIN communications_conversationdecision AS decided ON decided.one_id = held.id AND decided.verdict = 'different'
        JOIN communications_conversation AS apart ON apart.id = decided.other_id
        WHERE (held.id IN (one, other) OR held.continues_id IN (one, other))
          AND coalesce(held.continues_id, held.id) <> coalesce(apart.continues_id, apart.id)
          AND coalesce(apart.continues_id, apart.id) IN (one, other))
$$;

-- One body named several conversations, or a person here did: they are one. The lowest is the root, all others and all their parts
-- continue it. No message is rewritten; browsers are told that the root has older pages they have not seen.
CREATE OR REPLACE FUNCTION landline_conversations_merge(roots bigint[], proof uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    root bigint := (SELECT min(id) FROM unnest(roots) AS id);
BEGIN
    UPDATE communications_conversation SET
        continues_id = root, continues_by = CASE WHEN id = ANY(roots) THEN coalesce(proof, continues_by) ELSE continues_by END
    WHERE id <> root AND (id = ANY(roots) OR continues_id = ANY(roots)) AND continues_id IS DISTINCT FROM root;

    -- What the root is called then, should the part whose title it takes stand for itself again.
    UPDATE communications_conversation AS part SET title_before = held.title, title_before_at = held.title_at
    FROM communications_conversation AS held
    WHERE held.id = root AND part.id = ANY(roots) AND part.id <> root AND part.title <> ''
      AND (held.title = '' OR (part.title_at, part.title) > (coalesce(held.title_at, '-infinity'), held.title));

    UPDATE communications_conversation AS conversation SET
        kind = whole.kind, title = whole.title, title_at = whole.title_at,
        contact_id = CASE WHEN whole.kind = 'direct' THEN conversation.contact_id END,
        marked_read_at = whole.marked_read_at, marked_read_id = whole.marked_read_id,
        described_at = described.described_at, archived = described.archived, pinned = described.pinned,
        muted_until = described.muted_until, read_only = described.read_only, disabled_features = described.disabled_features,
        content_type = whole.content_type,
        history_revision = conversation.history_revision + 1
    FROM (
        SELECT max(part.content_type) AS content_type,
               CASE WHEN bool_or(part.kind = 'channel') THEN 'channel' WHEN bool_or(part.kind = 'group') THEN 'group' ELSE 'direct' END
                   AS kind,
               (array_agg(part.title ORDER BY part.title <> '' DESC, part.title_at DESC NULLS LAST, part.title DESC))[1] AS title,
               (array_agg(part.title_at ORDER BY part.title <> '' DESC, part.title_at DESC NULLS LAST, part.title DESC))[1] AS title_at,
               (array_agg(part.marked_read_at ORDER BY part.marked_read_at DESC NULLS LAST, part.marked_read_id DESC))[1]
                   AS marked_read_at,
               (array_agg(part.marked_read_id ORDER BY part.marked_read_at DESC NULLS LAST, part.marked_read_id DESC))[1]
                   AS marked_read_id
        FROM communications_conversation AS part WHERE part.id = root OR part.continues_id = root
    ) AS whole
    CROSS JOIN (
        SELECT part.* FROM communications_conversation AS part WHERE part.id = root OR part.continues_id = root
        ORDER BY part.described_at DESC NULLS LAST, part.id LIMIT 1
    ) AS described
    WHERE conversation.id = root;

    PERFORM landline_contacts_settle(ARRAY[root]);
    PERFORM landline_conversations_recount(ARRAY[root]);
END
$$;

-- A part stands for itself again. What was read in the whole stays read in both.
CREATE OR REPLACE FUNCTION landline_conversations_split(part bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    root bigint := (SELECT continues_id FROM communications_conversation WHERE id = part);
BEGIN
    -- A title that the root took from the part goes with it, from the root and from what others remember of the root.
    UPDATE communications_conversation AS held SET title = gone.title_before, title_at = gone.title_before_at
    FROM communications_conversation AS gone
    WHERE gone.id = part AND gone.title_before IS NOT NULL AND held.id = root
      AND (held.title, held.title_at) IS NOT DISTINCT FROM (gone.title, gone.title_at);
    UPDATE communications_conversation AS other SET title_before = gone.title_before, title_before_at = gone.title_before_at
    FROM communications_conversation AS gone
    WHERE gone.id = part AND gone.title_before IS NOT NULL AND other.continues_id = root AND other.id <> part
      AND (other.title_before, other.title_before_at) IS NOT DISTINCT FROM (gone.title, gone.title_at);

    UPDATE communications_conversation AS conversation SET
        continues_id = NULL, title_before = NULL, title_before_at = NULL,
        (marked_read_at, marked_read_id) = (
            SELECT mark.at, mark.id
            FROM (VALUES (conversation.marked_read_at, conversation.marked_read_id), (whole.marked_read_at, whole.marked_read_id))
                AS mark (at, id)
            ORDER BY mark.at DESC NULLS LAST, mark.id DESC LIMIT 1),
        history_revision = conversation.history_revision + 1
    FROM communications_conversation AS whole
    WHERE conversation.id = part AND whole.id = root;

    UPDATE communications_conversation SET history_revision = history_revision + 1 WHERE id = root;
    PERFORM landline_contacts_settle(ARRAY[root, part]);
    PERFORM landline_conversations_recount(ARRAY[root, part]);
END
$$;

-- The conversation that is known by a name, or by the whole of what continues it. Asked for one name at a time, so that no plan of a time
-- when there was hardly any looks through all of them for each.
CREATE OR REPLACE FUNCTION landline_conversation_named(channel bigint, name_kind text, name_value text) RETURNS bigint LANGUAGE sql STABLE
RETURN (
    SELECT coalesce(conversation.continues_id, conversation.id)
    FROM communications_conversationalias AS known
    JOIN communications_conversation AS conversation ON conversation.id = known.conversation_id
    WHERE known.channel_id = channel AND known.kind = name_kind AND known.value = name_value
);

-- Makes conversations for chats that have none, and records every alias. An id of upstream's replaces a provider's id that a
-- conversation was first known by.
CREATE OR REPLACE FUNCTION landline_chats_make_known(chats json, aliases json) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    roots bigint[];
    proof uuid;
BEGIN
    INSERT INTO communications_conversation (channel_id, external_thread_id, kind, disabled_features)
    SELECT resolved.channel_id, chat.external_thread_id, chat.kind, ARRAY[]::text[]
    FROM landline_chats_resolve(aliases) AS resolved
    JOIN json_to_recordset(chats) AS chat (chat integer, external_thread_id text, kind text) ON chat.chat = resolved.chat
    WHERE resolved.channel_id IS NOT NULL AND resolved.conversation_id IS NULL
    ORDER BY resolved.channel_id, chat.external_thread_id
    ON CONFLICT (channel_id, external_thread_id) DO NOTHING;

    INSERT INTO communications_conversationalias (channel_id, kind, value, conversation_id)
    SELECT resolved.channel_id, alias.kind, alias.value, coalesce(resolved.conversation_id, (
               SELECT made.id FROM communications_conversation AS made
               WHERE made.channel_id = resolved.channel_id AND made.external_thread_id = chat.external_thread_id))
    FROM landline_chats_resolve(aliases) AS resolved
    JOIN json_to_recordset(chats) AS chat (chat integer, external_thread_id text) ON chat.chat = resolved.chat
    JOIN json_to_recordset(aliases) AS alias (chat integer, kind text, value text) ON alias.chat = resolved.chat
    WHERE resolved.channel_id IS NOT NULL
    ORDER BY resolved.channel_id, alias.kind, alias.value
    ON CONFLICT (channel_id, kind, value) DO NOTHING;

    LOOP
        WITH named AS (
            SELECT DISTINCT alias.chat, landline_conversation_named(channel.id, alias.kind, alias.value) AS root
            FROM json_to_recordset(aliases) AS alias (chat integer, account text, kind text, value text)
            JOIN communications_channel AS channel ON channel.external_account_id = alias.account
        )
        SELECT ARRAY[one.root, other.root], chat.proven_by INTO roots, proof
        FROM named AS one
        JOIN named AS other ON other.chat = one.chat AND other.root > one.root
        JOIN json_to_recordset(chats) AS chat (chat integer, proven_by uuid) ON chat.chat = one.chat
        WHERE NOT landline_conversations_kept_apart(one.root, other.root)
        ORDER BY 1 LIMIT 1;
        EXIT WHEN roots IS NULL;
        PERFORM landline_conversations_merge(roots, proof);
    END LOOP;

    UPDATE communications_conversation AS conversation
    SET external_thread_id = alias.value
    FROM landline_chats_resolve(aliases) AS resolved
    JOIN json_to_recordset(aliases) AS alias (chat integer, kind text, value text)
        ON alias.chat = resolved.chat AND alias.kind = 'id'
    WHERE conversation.id = resolved.conversation_id
      AND landline_conversation_named(conversation.channel_id, 'id', conversation.external_thread_id) IS NULL
      AND (SELECT taken.id FROM communications_conversation AS taken
           WHERE taken.channel_id = conversation.channel_id AND taken.external_thread_id = alias.value) IS NULL;
END
$$;
