"""The comparison of live and scratch tables, one statement for each entity.

A live row is *left out* when a delivery that it may depend on was not folded into the scratch tables, or when people wrote it
here and upstream has not shown it; of one that it has shown everything is compared but that it is ours, and of a conversation
that was begun here all but with whom. Of what remains every fact counts, and so does a row that only one side has.
"""

from typing import Final

from communications.refold.rebuild.scratch import SCHEMA

REASONS: Final = {
    "expired": "a delivery of it has no body any more",
    "decided": "somebody here decided what it is one with",
    "erased": "a delivery of it was erased",
    "meanwhile": "a delivery of it came while the check ran",
    "written_here": "it was written here, and upstream has not shown it",
    "holds_written_here": "it holds a message that was written here, and that upstream has not shown",
    "spoiled_person": "it depends on a person of whom a delivery was not folded",
}

_UNFOLDED: Final = """
WITH unfolded AS MATERIALIZED (
    SELECT delivery.id, delivery.external_account_id AS account, delivery.conversation_id,
           array_remove(delivery.message_id || delivery.message_ids, NULL) AS message_ids,
           CASE WHEN body.delivery_id IS NULL THEN %(expired)s ELSE %(meanwhile)s END AS reason
    FROM public.communications_webhookdelivery AS delivery
    LEFT JOIN public.communications_webhookbody AS body ON body.delivery_id = delivery.id
    WHERE delivery.outcome IN ('applied', 'duplicate') AND NOT EXISTS (
        SELECT FROM {schema}.communications_webhookdelivery AS folded WHERE folded.id = delivery.id)
), spoiled_message AS MATERIALIZED (
    SELECT message_id AS id, min(reason) AS reason FROM unfolded, unnest(unfolded.message_ids) AS message_id GROUP BY message_id
), spoiled_conversation AS MATERIALIZED (
    SELECT coalesce(part.continues_id, part.id) AS id, min(spoiled.reason) AS reason
    FROM (
        SELECT conversation_id, reason FROM unfolded
        UNION ALL
        SELECT message.conversation_id, spoiled.reason
        FROM spoiled_message AS spoiled JOIN public.communications_message AS message ON message.id = spoiled.id
        UNION ALL
        -- What is left of a message's deliveries may put it elsewhere.
        SELECT named.conversation_id, spoiled.reason
        FROM spoiled_message AS spoiled
        JOIN public.communications_message AS message ON message.id = spoiled.id
        JOIN public.communications_channel AS channel ON channel.id = message.channel_id
        JOIN {schema}.communications_channel AS rebuilt_channel
            ON rebuilt_channel.external_account_id = channel.external_account_id
        JOIN {schema}.communications_message AS rebuilt
            ON rebuilt.channel_id = rebuilt_channel.id AND rebuilt.external_message_id = message.external_message_id
        JOIN {schema}.communications_conversationalias AS alias ON alias.conversation_id = rebuilt.conversation_id
        JOIN public.communications_conversationalias AS named
            ON named.channel_id = message.channel_id AND named.kind = alias.kind AND named.value = alias.value
        UNION ALL
        SELECT unnest(conversations_left), %(erased)s FROM public.communications_erasure
        UNION ALL
        SELECT unnest(ARRAY[one_id, other_id]), %(decided)s FROM public.communications_conversationdecision
    ) AS spoiled
    JOIN public.communications_conversation AS part ON part.id = spoiled.conversation_id
    GROUP BY 1
), spoiled_person AS MATERIALIZED (
    SELECT person.id, min(person.reason) AS reason
    FROM (
        SELECT member.attendee_id AS id, spoiled.reason
        FROM public.communications_conversationattendee AS member
        JOIN public.communications_conversation AS part ON part.id = member.conversation_id
        JOIN spoiled_conversation AS spoiled ON spoiled.id = coalesce(part.continues_id, part.id)
        UNION ALL
        SELECT message.sender_id, spoiled.reason
        FROM spoiled_message AS spoiled JOIN public.communications_message AS message ON message.id = spoiled.id
        UNION ALL
        SELECT reaction.sender_id, spoiled.reason
        FROM spoiled_message AS spoiled JOIN public.communications_reaction AS reaction ON reaction.message_id = spoiled.id
        UNION ALL
        -- Whom a text only mentions is a member of nothing: the delivery that told of them first is what they depend on.
        SELECT source.attendee_id, unfolded.reason
        FROM (
            SELECT attendee_id, told_by FROM public.communications_attendeeidentity
            UNION ALL
            SELECT attendee_id, told_by FROM public.communications_attendeename
        ) AS source
        JOIN unfolded ON unfolded.id = source.told_by
        UNION ALL
        SELECT unnest(people_left), %(erased)s FROM public.communications_erasure
        UNION ALL
        SELECT unnest(ARRAY[one_id, other_id]), %(decided)s FROM public.communications_persondecision
    ) AS person
    WHERE person.id IS NOT NULL GROUP BY person.id
)"""

# Of each live row: why it is left out, and which of its facts are.
_JUDGED: Final = {
    "channel": """
    SELECT channel.id, channel.external_account_id::text AS natural_key, min(unfolded.reason) AS reason, ARRAY[]::text[] AS masked
    FROM public.communications_channel AS channel
    LEFT JOIN unfolded ON unfolded.account = channel.external_account_id
        AND (unfolded.message_ids = '{}' OR unfolded.reason = %(meanwhile)s)
    GROUP BY channel.id""",
    "attendee": """
    SELECT attendee.id, attendee.provider_id::text AS natural_key,
           coalesce(spoiled.reason, CASE WHEN attendee.external_attendee_id = '' AND NOT EXISTS (
               SELECT FROM public.communications_attendeeidentity AS told WHERE told.attendee_id = attendee.id)
               THEN %(written_here)s END) AS reason,
           CASE WHEN unsure.root IS NULL THEN ARRAY[]::text[] ELSE ARRAY['person'] END AS masked
    FROM public.communications_chatattendee AS attendee
    LEFT JOIN spoiled_person AS spoiled ON spoiled.id = attendee.id
    LEFT JOIN (
        -- Who is linked to whom also depends on what was told of others by the same ids.
        SELECT DISTINCT coalesce(held.same_as_id, held.id) AS root
        FROM (
            SELECT id FROM spoiled_person
            UNION
            SELECT beside.attendee_id
            FROM spoiled_person AS person
            JOIN public.communications_attendeeidentity AS told ON told.attendee_id = person.id
            JOIN public.communications_attendeeidentity AS beside
                ON beside.channel_id = told.channel_id AND beside.key = told.key
        ) AS reached
        JOIN public.communications_chatattendee AS held ON held.id = reached.id
    ) AS unsure ON unsure.root = coalesce(attendee.same_as_id, attendee.id)""",
    # A conversation that is left out is known by each of its names.
    "conversation": """
    SELECT conversation.id, alias.kind || ':' || alias.value AS natural_key,
           coalesce(
               spoiled.reason,
               CASE WHEN own.root IS NOT NULL THEN %(holds_written_here)s END,
               CASE WHEN unsure.root IS NOT NULL THEN %(spoiled_person)s END) AS reason,
           CASE WHEN known.root IS NULL THEN ARRAY[]::text[] ELSE ARRAY['contact'] END
               || CASE WHEN EXISTS (
                   SELECT FROM public.communications_intent AS begun
                   JOIN public.communications_conversation AS part ON part.id = begun.conversation_id
                   WHERE begun.payload ? 'begin' AND coalesce(part.continues_id, part.id) = conversation.id)
                   THEN ARRAY['contact', 'members', 'names', 'title', 'title_at'] ELSE ARRAY[]::text[] END AS masked
    FROM public.communications_conversation AS conversation
    LEFT JOIN spoiled_conversation AS spoiled ON spoiled.id = conversation.id
    LEFT JOIN (
        SELECT DISTINCT coalesce(part.continues_id, part.id) AS root
        FROM public.communications_message AS message
        JOIN public.communications_conversation AS part ON part.id = message.conversation_id
        WHERE message.client_id IS NOT NULL AND (message.external_message_id IS NULL OR message.received_by IS NULL)
    ) AS own ON own.root = conversation.id
    LEFT JOIN (
        SELECT DISTINCT coalesce(part.continues_id, part.id) AS root
        FROM public.communications_conversationattendee AS member
        JOIN spoiled_person AS person ON person.id = member.attendee_id
        JOIN public.communications_conversation AS part ON part.id = member.conversation_id
    ) AS known ON known.root = conversation.id
    LEFT JOIN (
        SELECT DISTINCT coalesce(part.continues_id, part.id) AS root
        FROM spoiled_person AS person
        JOIN public.communications_message AS message ON message.sender_id = person.id AND NOT message.direction_told
        JOIN public.communications_conversation AS part ON part.id = message.conversation_id
        UNION
        SELECT DISTINCT coalesce(part.continues_id, part.id)
        FROM spoiled_person AS person
        JOIN public.communications_chatattendee AS reactor ON reactor.id = person.id
        JOIN public.communications_message AS line
            ON line.event_emoji <> '' AND line.channel_id = reactor.channel_id AND line.event_person = reactor.provider_id
        JOIN public.communications_conversation AS part ON part.id = line.conversation_id
    ) AS unsure ON unsure.root = conversation.id
    LEFT JOIN public.communications_conversation AS part ON coalesce(part.continues_id, part.id) = conversation.id
    LEFT JOIN public.communications_conversationalias AS alias ON alias.conversation_id = part.id
    WHERE conversation.continues_id IS NULL""",
    "message": """
    SELECT message.id, message.external_message_id::text AS natural_key,
           coalesce(
               spoiled.reason,
               CASE WHEN message.client_id IS NOT NULL AND (message.external_message_id IS NULL OR message.received_by IS NULL)
                   THEN %(written_here)s END,
               CASE WHEN NOT message.direction_told AND person.id IS NOT NULL THEN %(spoiled_person)s END) AS reason,
           CASE WHEN around.id IS NULL THEN ARRAY[]::text[] ELSE ARRAY['conversation', 'reactions_by_lines'] END
           || CASE WHEN message.event_emoji = '' OR around.id IS NULL AND reactor.id IS NULL THEN ARRAY[]::text[]
                   ELSE ARRAY['is_hidden'] END
            || CASE WHEN message.client_id IS NULL THEN ARRAY[]::text[]
                    ELSE ARRAY['direction', 'direction_told', 'origin', 'status'] END AS masked
    FROM public.communications_message AS message
    LEFT JOIN spoiled_message AS spoiled ON spoiled.id = message.id
    LEFT JOIN spoiled_person AS person ON person.id = message.sender_id
    LEFT JOIN public.communications_conversation AS part ON part.id = message.conversation_id
    LEFT JOIN spoiled_conversation AS around ON around.id = coalesce(part.continues_id, part.id)
    LEFT JOIN public.communications_chatattendee AS reacted
        ON message.event_emoji <> '' AND reacted.channel_id = message.channel_id AND reacted.provider_id = message.event_person
    LEFT JOIN spoiled_person AS reactor ON reactor.id = reacted.id""",
}

_TABLES: Final = {
    "channel": "communications_channel",
    "attendee": "communications_chatattendee",
    "conversation": "communications_conversation",
    "message": "communications_message",
}

_ROOTS_ONLY: Final = {"conversation": "WHERE continues_id IS NULL"}

_NAMES: Final = {"conversation": "jsonb_array_elements_text(coalesce(scratch.facts -> 'names', '[]'))"}

_COMPARED: Final = """
{unfolded}, judged AS MATERIALIZED ({judged}
), live AS MATERIALIZED (
    SELECT facts.account, facts.key, facts.facts, facts.set_here || judged.masked AS masked
    FROM public.landline_{entity}_facts(ARRAY(SELECT DISTINCT id FROM judged WHERE reason IS NULL)) AS facts
    JOIN (SELECT DISTINCT ON (id) id, masked FROM judged) AS judged ON judged.id = facts.id
), scratch AS MATERIALIZED (
    SELECT facts.account, facts.key, facts.facts
    FROM {schema}.landline_{entity}_facts(ARRAY(SELECT id FROM {schema}.{table} {roots_only})) AS facts
), left_out AS MATERIALIZED (
    SELECT DISTINCT channel.external_account_id AS account, judged.natural_key AS name
    FROM judged
    JOIN public.{table} AS held ON held.id = judged.id
    JOIN public.communications_channel AS channel ON channel.id = held.{channel_id}
    WHERE judged.reason IS NOT NULL
), excused AS MATERIALIZED (
    SELECT DISTINCT scratch.account, scratch.key
    FROM scratch CROSS JOIN LATERAL {names} AS named (name) JOIN left_out USING (account, name)
), different AS MATERIALIZED (
    SELECT coalesce(live.account, scratch.account) AS account, coalesce(live.key, scratch.key) AS key,
           live.facts - live.masked AS live, scratch.facts - coalesce(live.masked, ARRAY[]::text[]) AS scratch
    FROM live
    FULL JOIN scratch ON (live.account, live.key) = (scratch.account, scratch.key)
    LEFT JOIN excused ON live.facts IS NULL AND (excused.account, excused.key) = (scratch.account, scratch.key)
    WHERE live.facts - live.masked IS DISTINCT FROM scratch.facts - coalesce(live.masked, ARRAY[]::text[])
      AND excused.key IS NULL
)
SELECT 'compared', NULL, NULL, count(*), NULL::jsonb, NULL::jsonb FROM live
UNION ALL
SELECT 'left out', reason, NULL, count(DISTINCT id), NULL, NULL FROM judged WHERE reason IS NOT NULL GROUP BY reason
UNION ALL
SELECT 'different', NULL, NULL, count(*), NULL, NULL FROM different
UNION ALL
(SELECT 'difference', account, key, NULL, live, scratch FROM different ORDER BY account, key LIMIT %(limit)s)
"""

ENTITIES: Final = tuple(_JUDGED)


def comparison(entity: str) -> str:
    """Rows (what, reason or account, key, count, live facts, scratch facts).

    Parameters: ``REASONS``, and ``limit`` of the differences shown.
    """
    return _COMPARED.format(
        unfolded=_UNFOLDED.format(schema=SCHEMA),
        judged=_JUDGED[entity],
        entity=entity,
        table=_TABLES[entity],
        schema=SCHEMA,
        roots_only=_ROOTS_ONLY.get(entity, ""),
        channel_id="id" if entity == "channel" else "channel_id",
        names=_NAMES.get(entity, "(VALUES (scratch.key))"),
    )
