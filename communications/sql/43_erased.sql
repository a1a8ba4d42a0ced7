-- What was erased does not come back. Its names are kept as hashes only; the fold, under the channel's lock, asks for them.

CREATE OR REPLACE FUNCTION landline_erased_digest(account text, kind text, value text) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(secret.key || sha256(secret.key || convert_to(concat_ws(chr(31), account, kind, value), 'UTF8')))
    FROM communications_erasurekey AS secret
$$;

-- Names that a batch must not bring back as they are: 'message' by upstream's id, 'chat' by any alias ('kind:value'), and 'in_chat' by
-- an alias and the provider's own id of the message, for upstream may give one message another id; 'account' by an empty value, for
-- everything of an account that was removed with what is stored of it.
-- names: (account, kind, value).
CREATE OR REPLACE FUNCTION landline_erased_any(names json) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM json_to_recordset(names) AS named (account text, kind text, value text)
        JOIN communications_erasedmark AS mark ON mark.digest = landline_erased_digest(named.account, named.kind, named.value))
$$;

-- The same of the lists of a batch. Deliveries that are no message of their own name their chat themselves.
CREATE OR REPLACE FUNCTION landline_batch_meets_erased(deliveries json, aliases json, messages json, changes json)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT landline_erased_any(json_agg(named))
    FROM (
        SELECT account, 'message' AS kind, external_message_id AS value
        FROM json_to_recordset(messages) AS told (account text, external_message_id text)
        UNION ALL
        SELECT DISTINCT account, 'account', '' FROM json_to_recordset(deliveries) AS delivery (account text) WHERE account <> ''
        UNION ALL
        SELECT account, 'message', external_message_id
        FROM json_to_recordset(changes) AS told (account text, external_message_id text)
        UNION ALL
        SELECT account, 'chat', alias.kind || ':' || alias.value
        FROM json_to_recordset(aliases) AS alias (account text, kind text, value text)
        UNION ALL
        SELECT alias.account, 'in_chat', concat_ws(chr(31), alias.kind || ':' || alias.value, told.provider_message_id)
        FROM json_to_recordset(messages) AS told (chat integer, provider_message_id text)
        JOIN json_to_recordset(aliases) AS alias (chat integer, account text, kind text, value text) USING (chat)
        WHERE told.provider_message_id <> ''
        UNION ALL
        SELECT account, 'chat', name
        FROM json_to_recordset(deliveries) AS delivery (account text, chat_names json),
             json_array_elements_text(delivery.chat_names) AS name
    ) AS named
$$;
