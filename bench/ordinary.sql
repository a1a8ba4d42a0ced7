-- One delivery per transaction, as an ordinary application writes it: six statements, each answered before the next.
\set chat random(1000, 1199)
begin;
insert into communications_webhookdelivery
    (id, source, received_at, external_account_id, provider, event, event_name, webhook_name,
     event_key, headers, sha256, size_bytes, outcome, channel_id)
values
    (uuidv7(), 'webhook', now(), :account, 'whatsapp', 'message_received', 'message_received', 'landline',
     sha256(uuid_send(gen_random_uuid())), :headers, :sha256, :size_bytes, 'applied', :channel_id)
returning id as delivery \gset
insert into communications_webhookbody (delivery_id, raw) values (:delivery, :body);
insert into communications_conversation
    (channel_id, external_thread_id, disabled_features, last_message_at, unread_count)
values
    (:channel_id, :chat_prefix::text || :chat::text, '{}', now(), 1)
on conflict (channel_id, external_thread_id) do update
set last_message_at = excluded.last_message_at,
    unread_count = communications_conversation.unread_count + 1
returning id as conversation, contact_id as contact \gset
insert into communications_message
    (channel_id, conversation_id, external_message_id, provider_message_id, direction, origin,
     sender_id, sender_name, text, search_text, sent_at, received_at, received_by)
values
    (:channel_id, :conversation, left(replace(gen_random_uuid()::text, '-', ''), 22),
     '3EB0' || left(replace(gen_random_uuid()::text, '-', ''), 16), 'inbound', 'contact',
     :contact, :sender_name, :text, :search_text, now(), now(), :delivery)
on conflict (channel_id, external_message_id) do nothing;
end;
