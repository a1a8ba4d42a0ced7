-- The same rows in one statement: one round trip, one implicit transaction.
\set chat random(1000, 1199)
with delivery as (
    insert into communications_webhookdelivery
        (id, source, received_at, external_account_id, provider, event, event_name, webhook_name,
         event_key, headers, sha256, size_bytes, outcome, channel_id)
    values
        (uuidv7(), 'webhook', now(), :account, 'whatsapp', 'message_received', 'message_received', 'landline',
         sha256(uuid_send(gen_random_uuid())), :headers, :sha256, :size_bytes, 'applied', :channel_id)
    returning id
), body as (
    insert into communications_webhookbody (delivery_id, raw) select id, :body::bytea from delivery
), conversation as (
    insert into communications_conversation
        (channel_id, external_thread_id, disabled_features, last_message_at, unread_count)
    values
        (:channel_id, :chat_prefix::text || :chat::text, '{}', now(), 1)
    on conflict (channel_id, external_thread_id) do update
    set last_message_at = excluded.last_message_at,
        unread_count = communications_conversation.unread_count + 1
    returning id, channel_id, contact_id
)
insert into communications_message
    (channel_id, conversation_id, external_message_id, provider_message_id, direction, origin,
     sender_id, sender_name, text, search_text, sent_at, received_at, received_by)
select
    conversation.channel_id, conversation.id, left(replace(gen_random_uuid()::text, '-', ''), 22),
    '3EB0' || left(replace(gen_random_uuid()::text, '-', ''), 16), 'inbound', 'contact',
    conversation.contact_id, :sender_name::text, :text::text, :search_text::text, now(), now(), delivery.id
from delivery, conversation
on conflict (channel_id, external_message_id) do nothing;
