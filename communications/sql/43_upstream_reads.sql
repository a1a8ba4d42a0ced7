-- Questions that only upstream can answer; a job of the worker asks each once (communications/tasks/upstream_reads.py).

-- Chats of which a batch told too little: a group without a title, a person without a name.
CREATE OR REPLACE FUNCTION landline_chats_ask(messages json, conversation_of bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO communications_upstreamread (channel_id, subject, external_id, asked_by)
    SELECT conversation.channel_id, 'chat', conversation.external_thread_id, min(told.delivery)::uuid
    FROM (
        SELECT conversation_of[said.chat] AS conversation_id, said.delivery
        FROM json_to_recordset(messages) AS said (chat integer, delivery text)
        OFFSET 0
    ) AS told
    CROSS JOIN LATERAL (
        SELECT place.* FROM communications_conversation AS place WHERE place.id = told.conversation_id OFFSET 0
    ) AS conversation
    WHERE conversation.described_at IS NULL
      AND coalesce(CASE conversation.kind
          WHEN 'direct' THEN (
              SELECT contact.name FROM communications_chatattendee AS contact WHERE contact.id = conversation.contact_id)
          ELSE conversation.title
      END, '') = ''
    GROUP BY conversation.channel_id, conversation.external_thread_id
    ORDER BY conversation.channel_id, conversation.external_thread_id
    ON CONFLICT (channel_id, subject, external_id) DO NOTHING
$$;

-- Messages of which an edit came again after another edit: a repetition of the earlier one, or the text changed back. Equal bytes are
-- one event, so the rows cannot tell. Long afterwards nobody asks: a replay of old deliveries is no news.
CREATE OR REPLACE FUNCTION landline_edits_ask(edits json) RETURNS void LANGUAGE sql AS $$
    INSERT INTO communications_upstreamread AS held (channel_id, subject, external_id, asked_by)
    SELECT message.channel_id, 'message', message.external_message_id, min(told.delivery)::uuid
    FROM (
        SELECT body.*, channel.id AS channel_id
        FROM json_to_recordset(edits) AS body (
            account text, external_message_id text, event_key bytea, at timestamptz, told_again_at timestamptz, delivery text)
        JOIN communications_channel AS channel ON channel.external_account_id = body.account
        OFFSET 0
    ) AS told
    CROSS JOIN LATERAL (
        SELECT held.* FROM communications_message AS held
        WHERE held.channel_id = told.channel_id AND held.external_message_id = told.external_message_id
        OFFSET 0
    ) AS message
    JOIN communications_messageedit AS same ON same.message_id = message.id AND same.event_key = told.event_key
    JOIN communications_messageedit AS other ON other.message_id = message.id AND other.event_key <> told.event_key
    WHERE NOT message.is_stub AND message.deleted_at IS NULL
      AND other.edited_at > same.edited_at AND other.edited_at < told.told_again_at
      AND told.told_again_at - other.edited_at <= interval '6 hours'
      AND told.told_again_at > now() - interval '24 hours'
    GROUP BY message.channel_id, message.external_message_id
    ORDER BY message.channel_id, message.external_message_id
    ON CONFLICT (channel_id, subject, external_id) DO UPDATE SET
        state = 'wanted', asked_by = excluded.asked_by, asked_at = now(), attempts = 0, next_attempt_at = now(), failure = ''
    WHERE held.state <> 'wanted'
$$;

-- Whether a person's word on a setting stands above upstream's: while it is being told, and where it could not be.
CREATE OR REPLACE FUNCTION landline_is_set_here(place bigint, here_only text[], setting text, wanted text)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT setting = ANY(here_only) OR EXISTS (
        SELECT FROM communications_intent AS intent
        WHERE intent.conversation_id = place AND intent.kind = wanted AND intent.state IN ('waiting', 'sending', 'unconfirmed'))
$$;

-- What upstream's own answer says of chats: of several the latest counts, in every field, but not above what a person
-- has set here meanwhile. Bodies of a batch may describe one chat under
-- names that only the rows tie together.
CREATE OR REPLACE FUNCTION landline_conversations_describe(chats json, conversation_of bigint[]) RETURNS void LANGUAGE sql AS $$
    UPDATE communications_conversation AS conversation SET
        described_at = told.described_at,
        archived = CASE WHEN landline_is_set_here(conversation.id, conversation.here_only, 'archived', 'archive')
            THEN conversation.archived ELSE coalesce(told.archived, false) END,
        pinned = CASE WHEN landline_is_set_here(conversation.id, conversation.here_only, 'pinned', 'pin')
            THEN conversation.pinned ELSE coalesce(told.pinned, false) END,
        muted_until = CASE WHEN landline_is_set_here(conversation.id, conversation.here_only, 'muted', 'mute')
            THEN conversation.muted_until ELSE told.muted_until END,
        read_only = coalesce(told.read_only, 0),
        disabled_features = told.disabled_features
    FROM (
        SELECT DISTINCT ON (conversation_of[said.chat]) conversation_of[said.chat] AS conversation_id, said.*
        FROM json_to_recordset(chats) AS said (
            chat integer, described_at timestamptz, archived boolean, pinned boolean, muted_until timestamptz, read_only smallint,
            disabled_features text[])
        ORDER BY conversation_of[said.chat], said.described_at DESC, said.chat
    ) AS told
    WHERE conversation.id = told.conversation_id
      AND told.described_at > coalesce(conversation.described_at, '-infinity')
$$;
