"""Where one message comes from: its ids, times, evidence, and the deliveries behind it."""

from collections.abc import Sequence
from typing import Any, Final

from communications.schemas.ledger import (
    EditText,
    Effect,
    Inspection,
    MessageDelivery,
    MessageTexts,
    ToldReaction,
)
from communications.selectors.messages import REACTOR
from communications.selectors.queries import rows
from communications.selectors.values import id_text, instant, optional_instant

DELIVERIES_SHOWN: Final = 200

_MESSAGE: Final = """
SELECT message.channel_id, coalesce(conversation.continues_id, conversation.id), message.external_message_id,
       message.provider_message_id, message.client_id::text, message.sent_at, message.received_at, message.created_at,
       message.time_flagged, message.direction, message.direction_told, message.origin, message.status, message.deleted_at,
       coalesce(sender.identities, '{}'), channel.own_identities
FROM communications_message AS message
JOIN communications_conversation AS conversation ON conversation.id = message.conversation_id
JOIN communications_channel AS channel ON channel.id = message.channel_id
LEFT JOIN communications_chatattendee AS sender ON sender.id = message.sender_id
WHERE message.id = %s
"""

_EDITS: Final = """
SELECT edited_at, text FROM communications_messageedit WHERE message_id = %s ORDER BY edited_at, event_key
"""

_REACTIONS: Final = f"""
SELECT told.emoji, coalesce(nullif(reactor.name, ''), nullif(told.sender_name, '')), coalesce(reactor.is_self, told.is_own),
       told.reacted_at,
       row_number() OVER (PARTITION BY {REACTOR} ORDER BY told.reacted_at DESC, told.event_key DESC) = 1 AND told.emoji <> ''
FROM communications_reaction AS told
LEFT JOIN communications_chatattendee AS reactor ON reactor.id = told.sender_id
WHERE told.message_id = %s
ORDER BY told.reacted_at, told.event_key
"""  # noqa: S608 (a constant)

# Oldest first, as they came.
_DELIVERIES: Final = f"""
SELECT delivery.id, delivery.source, delivery.received_at, delivery.event, delivery.outcome, delivery.reason, delivery.sha256,
       delivery.size_bytes,
       EXISTS (SELECT FROM communications_webhookbody AS body WHERE body.delivery_id = delivery.id),
       CASE
           WHEN delivery.outcome NOT IN ('applied', 'duplicate') THEN 'nothing'
           WHEN delivery.id = message.received_by THEN 'brought'
           WHEN delivery.event = 'message_received' THEN 'repeated'
           WHEN delivery.outcome = 'duplicate' THEN 'nothing'
           WHEN delivery.event = 'message_delivered' THEN 'delivered'
           WHEN delivery.event = 'message_read' THEN 'read'
           WHEN delivery.event = 'message_deleted' THEN 'deleted'
           WHEN delivery.event = 'message_edited' THEN CASE
               WHEN delivery.event_key = (
                   SELECT edit.event_key FROM communications_messageedit AS edit WHERE edit.message_id = message.id
                   ORDER BY edit.edited_at DESC, edit.event_key DESC LIMIT 1)
               THEN 'edited' ELSE 'edit_superseded' END
           WHEN delivery.event = 'message_reaction' THEN CASE
               WHEN EXISTS (
                   SELECT FROM communications_reaction AS told
                   WHERE told.message_id = message.id AND told.event_key = delivery.event_key AND NOT EXISTS (
                       SELECT FROM communications_reaction AS later
                       WHERE later.message_id = message.id
                         AND later.sender_provider_id = ANY(landline_person_ids(later.channel_id, told.sender_provider_id))
                         AND (later.reacted_at, later.event_key) > (told.reacted_at, told.event_key)))
               THEN 'reacted' ELSE 'reaction_superseded' END
           ELSE 'nothing'
       END
FROM communications_message AS message
JOIN communications_webhookdelivery AS delivery ON delivery.message_id = message.id OR delivery.id = message.received_by
WHERE message.id = %s
ORDER BY delivery.id LIMIT {DELIVERIES_SHOWN + 1}
"""  # noqa: S608 (a constant)

_TEXTS: Final = """
SELECT channel_id, original_text, CASE WHEN deleted_at IS NOT NULL THEN text END FROM communications_message WHERE id = %s
"""


def inspection(message_id: int, *, is_administrator: bool) -> Inspection:
    """Of a message that is shown. Identities and reactions that were taken back are for administrators."""
    ((
        channel_id, conversation_id, external_message_id, provider_message_id, client_id, sent_at, received_at, created_at,
        time_flagged, direction, direction_told, origin, status, deleted_at, sender_identities, own_identities,
    ),) = rows(_MESSAGE, [message_id])  # fmt: skip
    deliveries = rows(_DELIVERIES, [message_id])
    return Inspection(
        message_id=id_text(message_id),
        channel_id=id_text(channel_id),
        conversation_id=id_text(conversation_id),
        external_message_id=external_message_id,
        provider_message_id=provider_message_id or None,
        client_id=client_id,
        sent_at=instant(sent_at),
        received_at=instant(received_at),
        stored_at=instant(created_at),
        time_flagged=time_flagged,
        direction=direction,
        direction_by="told" if direction_told else "nothing" if direction == "unknown" else "identity",
        origin=origin,
        status=status,
        edited_at=tuple(instant(edited_at) for edited_at, _text in rows(_EDITS, [message_id])),
        deleted_at=optional_instant(deleted_at),
        is_administrator=is_administrator,
        sender_identities=tuple(sender_identities) if is_administrator else None,
        own_identities=tuple(own_identities) if is_administrator else None,
        reactions=_reactions(message_id) if is_administrator else None,
        deliveries=tuple(_message_delivery(row) for row in deliveries[:DELIVERIES_SHOWN]),
        has_more_deliveries=len(deliveries) > DELIVERIES_SHOWN,
    )


def message_texts(message_id: int) -> MessageTexts:
    """What the message said before each edit, and before it was deleted: for administrators only."""
    ((channel_id, original_text, deleted_text),) = rows(_TEXTS, [message_id])
    return MessageTexts(
        message_id=id_text(message_id),
        channel_id=id_text(channel_id),
        original_text=original_text,
        edits=tuple(
            EditText(edited_at=instant(edited_at), text=text)
            for edited_at, text in rows(_EDITS, [message_id])
        ),
        deleted_text=deleted_text,
    )


def _reactions(message_id: int) -> tuple[ToldReaction, ...]:
    return tuple(
        ToldReaction(
            emoji=emoji, sender_name=sender_name, is_own=is_own, reacted_at=instant(reacted_at), stands=stands
        )
        for emoji, sender_name, is_own, reacted_at, stands in rows(_REACTIONS, [message_id])
    )


def _message_delivery(row: Sequence[Any]) -> MessageDelivery:
    delivery_id, source, received_at, event, outcome, reason, sha256, size_bytes, has_body, told = row
    effect: Effect = told
    return MessageDelivery(
        id=str(delivery_id),
        source=source,
        received_at=instant(received_at),
        event=event,
        outcome=outcome,
        reason=reason,
        sha256=bytes(sha256).hex(),
        size_bytes=size_bytes,
        has_body=has_body,
        effect=effect,
    )
