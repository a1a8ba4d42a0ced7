-- What rows say, by natural keys: no ids, no versions, no clock of ours, nothing that people did here, nothing of fetched files.
-- Two databases that folded the same deliveries agree on it, whatever the order. ids: of the rows asked for. Answers with the facts, and
-- with the names of those that people set here.

-- A conversation is known by the least of the names it and its parts have.
CREATE OR REPLACE FUNCTION landline_conversation_key(root bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT min(alias.kind || ':' || alias.value) FROM communications_conversationalias AS alias
    WHERE alias.conversation_id IN (
        SELECT part.id FROM communications_conversation AS part WHERE part.id = root OR part.continues_id = root)
$$;

CREATE OR REPLACE FUNCTION landline_channel_facts(ids bigint[])
RETURNS TABLE (id bigint, account text, key text, facts jsonb, set_here text[]) LANGUAGE sql STABLE AS $$
    SELECT channel.id, channel.external_account_id, channel.external_account_id, jsonb_build_object(
        'own_identities', to_jsonb(channel.own_identities),
        'time_line', (
            SELECT jsonb_object_agg(encode(entry.event_key, 'hex'), jsonb_build_array(entry.at, entry.status, entry.status_word))
            FROM communications_channelstatus AS entry WHERE entry.channel_id = channel.id),
        'windows', (
            SELECT jsonb_agg(jsonb_build_array(compared.starts_at, compared.ends_at) ORDER BY compared.starts_at)
            FROM communications_comparisonwindow AS compared
            WHERE compared.channel_id = channel.id AND compared.trigger = 'status')),
        ARRAY[]::text[]
    FROM unnest(ids) AS asked (id) JOIN communications_channel AS channel ON channel.id = asked.id
$$;

CREATE OR REPLACE FUNCTION landline_attendee_facts(ids bigint[])
RETURNS TABLE (id bigint, account text, key text, facts jsonb, set_here text[]) LANGUAGE sql STABLE AS $$
    SELECT attendee.id, channel.external_account_id, attendee.provider_id, jsonb_build_object(
        'external_attendee_id', attendee.external_attendee_id,
        'name', attendee.name, 'name_rank', attendee.name_rank, 'name_at', attendee.name_at,
        'phone', attendee.phone, 'lid', attendee.lid, 'public_identifier', attendee.public_identifier,
        'identities', to_jsonb(attendee.identities), 'is_self', attendee.is_self,
        'told_keys', (
            SELECT jsonb_object_agg(told.key, jsonb_build_array(told.own_key, told.told_by))
            FROM communications_attendeeidentity AS told WHERE told.attendee_id = attendee.id),
        'told_names', (
            SELECT jsonb_object_agg(told.rank || ' ' || told.name, jsonb_build_array(told.since, told.told_by))
            FROM communications_attendeename AS told WHERE told.attendee_id = attendee.id),
        'person', (
            SELECT jsonb_agg(mate.provider_id ORDER BY mate.provider_id) FROM communications_chatattendee AS mate
            WHERE mate.id = coalesce(attendee.same_as_id, attendee.id) OR mate.same_as_id = coalesce(attendee.same_as_id, attendee.id))),
        CASE WHEN attendee.name_rank < 5 THEN ARRAY[]::text[] ELSE ARRAY['name', 'name_rank', 'name_at'] END
    FROM unnest(ids) AS asked (id)
    JOIN communications_chatattendee AS attendee ON attendee.id = asked.id
    JOIN communications_channel AS channel ON channel.id = attendee.channel_id
$$;

-- A part says only what it continues. Which conversation is the root, and what upstream calls it, depends on who came first.
CREATE OR REPLACE FUNCTION landline_conversation_facts(ids bigint[])
RETURNS TABLE (id bigint, account text, key text, facts jsonb, set_here text[]) LANGUAGE sql STABLE AS $$
    SELECT conversation.id, channel.external_account_id, landline_conversation_key(conversation.id),
           CASE WHEN conversation.continues_id IS NOT NULL THEN
               jsonb_build_object('continues', landline_conversation_key(conversation.continues_id))
           ELSE jsonb_build_object(
               'kind', conversation.kind, 'title', conversation.title, 'title_at', conversation.title_at,
               'is_stub', conversation.is_stub, 'contact', contact.provider_id,
               'last_message', last.external_message_id, 'last_message_at', conversation.last_message_at,
               'unread_count', conversation.unread_count, 'read_through_at', conversation.read_through_at,
               'names', (
                   SELECT jsonb_agg(name ORDER BY name) FROM (
                       SELECT alias.kind || ':' || alias.value AS name FROM communications_conversationalias AS alias
                       WHERE alias.conversation_id = ANY(parts.ids)) AS named),
               'members', (
                   SELECT jsonb_agg(DISTINCT attendee.provider_id) FROM communications_conversationattendee AS member
                   JOIN communications_chatattendee AS attendee ON attendee.id = member.attendee_id
                   WHERE member.conversation_id = ANY(parts.ids)),
               'gone', (
                   SELECT jsonb_agg(DISTINCT attendee.provider_id) FROM communications_conversationattendee AS member
                   JOIN communications_chatattendee AS attendee ON attendee.id = member.attendee_id
                   WHERE member.conversation_id = ANY(parts.ids) AND member.state = 'gone'),
               'content_type', conversation.content_type, 'described_at', conversation.described_at,
               'archived', conversation.archived, 'pinned', conversation.pinned, 'muted_until', conversation.muted_until,
               'read_only', conversation.read_only, 'disabled_features', to_jsonb(conversation.disabled_features))
           END,
           CASE WHEN conversation.marked_read_at IS NULL THEN ARRAY[]::text[] ELSE ARRAY['unread_count', 'read_through_at'] END
               || ARRAY(
                   SELECT DISTINCT unnest(CASE intent.kind
                       WHEN 'archive' THEN ARRAY['archived'] WHEN 'pin' THEN ARRAY['pinned'] WHEN 'mute' THEN ARRAY['muted_until']
                       ELSE ARRAY['unread_count', 'read_through_at'] END)
                   FROM communications_intent AS intent
                   WHERE intent.conversation_id = ANY(parts.ids)
                     AND intent.kind IN ('archive', 'pin', 'mute', 'send', 'forward'))
    FROM unnest(ids) AS asked (id)
    JOIN communications_conversation AS conversation ON conversation.id = asked.id
    JOIN communications_channel AS channel ON channel.id = conversation.channel_id
    LEFT JOIN communications_chatattendee AS contact ON contact.id = conversation.contact_id
    LEFT JOIN communications_message AS last ON last.id = conversation.last_message_id
    CROSS JOIN LATERAL (
        SELECT ARRAY(
            SELECT part.id FROM communications_conversation AS part
            WHERE part.id = conversation.id OR part.continues_id = conversation.id
        ) AS ids
    ) AS parts
$$;

CREATE OR REPLACE FUNCTION landline_message_facts(ids bigint[])
RETURNS TABLE (id bigint, account text, key text, facts jsonb, set_here text[]) LANGUAGE sql STABLE AS $$
    SELECT message.id, channel.external_account_id, message.external_message_id, jsonb_build_object(
        'conversation', landline_conversation_key(coalesce(part.continues_id, part.id)), 'is_stub', message.is_stub,
        'provider_message_id', message.provider_message_id, 'direction', message.direction,
        'direction_told', message.direction_told, 'origin', message.origin, 'sender', sender.provider_id,
        'sender_name', message.sender_name, 'kind', message.kind, 'text', message.text, 'search_text', message.search_text,
        'original_text', message.original_text, 'status', message.status, 'is_read', message.is_read,
        'sent_at', message.sent_at, 'time_flagged', message.time_flagged, 'received_at', message.received_at,
        'received_by', message.received_by, 'found_by', message.found_by, 'edited_at', message.edited_at, 'deleted_at', message.deleted_at,
        'quoted_external_id', message.quoted_external_id, 'quoted_text', message.quoted_text,
        'quoted_sender_name', message.quoted_sender_name
    ) || jsonb_build_object(
        'is_event', message.is_event, 'event_kind', message.event_kind, 'event_person', message.event_person,
        'event_emoji', message.event_emoji, 'subject', message.subject, 'is_forwarded', message.is_forwarded, 'is_view_once', message.is_view_once,
        'is_hidden', message.is_hidden,
        'attachments', (
            SELECT jsonb_object_agg(attachment.external_attachment_id, jsonb_build_object(
                'position', attachment.position, 'kind', attachment.kind, 'name', attachment.name,
                'mime_type', attachment.mime_type, 'size_bytes', attachment.size_bytes, 'width', attachment.width,
                'height', attachment.height, 'duration_seconds', attachment.duration_seconds))
            FROM communications_attachment AS attachment WHERE attachment.message_id = message.id),
        'reactions', (
            SELECT jsonb_object_agg(encode(reaction.event_key, 'hex'), jsonb_build_object(
                'sender', reaction.sender_provider_id, 'emoji', reaction.emoji, 'at', reaction.reacted_at))
            FROM communications_reaction AS reaction WHERE reaction.message_id = message.id AND reaction.line_id IS NULL),
        'reactions_by_lines', (
            SELECT jsonb_object_agg(line.external_message_id, jsonb_build_object(
                'sender', reaction.sender_provider_id, 'emoji', reaction.emoji, 'at', reaction.reacted_at))
            FROM communications_reaction AS reaction JOIN communications_message AS line ON line.id = reaction.line_id
            WHERE reaction.message_id = message.id),
        'edits', (
            SELECT jsonb_object_agg(encode(edit.event_key, 'hex'), jsonb_build_object('text', edit.text, 'at', edit.edited_at))
            FROM communications_messageedit AS edit WHERE edit.message_id = message.id)),
        ARRAY[]::text[]
    FROM unnest(ids) AS asked (id)
    JOIN communications_message AS message ON message.id = asked.id
    JOIN communications_channel AS channel ON channel.id = message.channel_id
    LEFT JOIN communications_conversation AS part ON part.id = message.conversation_id
    LEFT JOIN communications_chatattendee AS sender ON sender.id = message.sender_id
$$;
