"""What the rows of a channel say, by natural keys: no ids, no versions, no clock of ours.

A conversation is the set of its names, those of conversations that continue it included.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]

CHANNEL = """
SELECT id, own_identities, status, status_word, status_since
FROM communications_channel WHERE external_account_id = %s
"""
WINDOWS = """
SELECT starts_at, ends_at, state FROM communications_comparisonwindow WHERE channel_id = %s ORDER BY starts_at
"""
CONVERSATIONS = """
SELECT root.id, root.kind, root.title, root.title_at, root.last_message_at, root.unread_count, root.is_stub,
       contact.provider_id AS contact, last.external_message_id AS last_message,
       root.read_through_at, root.read_through_id, root.described_at, root.archived,
       ARRAY(SELECT alias.kind || ':' || alias.value FROM communications_conversationalias AS alias
             JOIN communications_conversation AS part ON part.id = alias.conversation_id
             WHERE coalesce(part.continues_id, part.id) = root.id ORDER BY 1) AS names,
       ARRAY(SELECT DISTINCT attendee.provider_id FROM communications_conversationattendee AS member
             JOIN communications_chatattendee AS attendee ON attendee.id = member.attendee_id
             JOIN communications_conversation AS part ON part.id = member.conversation_id
             WHERE coalesce(part.continues_id, part.id) = root.id ORDER BY 1) AS members,
       ARRAY(SELECT DISTINCT attendee.provider_id FROM communications_conversationattendee AS member
             JOIN communications_chatattendee AS attendee ON attendee.id = member.attendee_id
             JOIN communications_conversation AS part ON part.id = member.conversation_id
             WHERE coalesce(part.continues_id, part.id) = root.id AND member.state = 'gone' ORDER BY 1) AS gone
FROM communications_conversation AS root
LEFT JOIN communications_chatattendee AS contact ON contact.id = root.contact_id
LEFT JOIN communications_message AS last ON last.id = root.last_message_id
WHERE root.channel_id = %s AND root.continues_id IS NULL
"""
MESSAGES = """
SELECT message.external_message_id, message.provider_message_id,
       coalesce(part.continues_id, part.id) AS conversation,
       message.direction, message.direction_told, message.origin, sender.provider_id AS sender,
       message.sender_name, message.kind, message.text, message.original_text, message.search_text,
       message.status, message.is_read, message.sent_at, message.time_flagged, message.received_at,
       message.received_by, message.edited_at, message.deleted_at,
       message.quoted_external_id, message.quoted_text, message.quoted_sender_name, message.is_event, message.event_kind,
       message.event_person, message.event_emoji,
       message.is_forwarded, message.is_view_once, message.is_hidden, message.is_stub,
       ARRAY(SELECT ROW(attachment.position, attachment.external_attachment_id, attachment.kind,
                        attachment.name, attachment.mime_type, attachment.size_bytes, attachment.state)::text
             FROM communications_attachment AS attachment WHERE attachment.message_id = message.id
             ORDER BY attachment.position) AS attachments,
       ARRAY(SELECT DISTINCT ON (reaction.sender_provider_id)
                    reaction.sender_provider_id || ' ' || reaction.emoji || reaction.is_own || reaction.sender_name
             FROM communications_reaction AS reaction WHERE reaction.message_id = message.id
             ORDER BY reaction.sender_provider_id, reaction.reacted_at DESC, reaction.event_key DESC)
           AS reactions
FROM communications_message AS message
LEFT JOIN communications_conversation AS part ON part.id = message.conversation_id
LEFT JOIN communications_chatattendee AS sender ON sender.id = message.sender_id
WHERE message.channel_id = %s
"""
PEOPLE = """
SELECT attendee.provider_id, external_attendee_id, name, name_rank, name_at, phone, lid, public_identifier, identities,
       is_self,
       ARRAY(SELECT mate.provider_id FROM communications_chatattendee AS mate
             WHERE coalesce(attendee.same_as_id, attendee.id) IN (mate.id, mate.same_as_id) ORDER BY 1) AS person,
       ARRAY(SELECT told.key || ' by ' || told.told_by FROM communications_attendeeidentity AS told
             WHERE told.attendee_id = attendee.id ORDER BY 1) AS told_keys,
       ARRAY(SELECT told.name || ' since ' || told.since || ' by ' || told.told_by
             FROM communications_attendeename AS told WHERE told.attendee_id = attendee.id ORDER BY 1) AS told_names
FROM communications_chatattendee AS attendee WHERE channel_id = %s
"""


def channel_rows(
    connection: psycopg.Connection[Any], account: str, delivery_numbers: Mapping[uuid.UUID, int]
) -> Row:
    """``delivery_numbers`` stand for the ids of deliveries, which no two runs share."""
    with connection.cursor(row_factory=dict_row) as cursor:
        channel = cursor.execute(CHANNEL, (account,)).fetchone()
        assert channel is not None
        channel_id = channel.pop("id")
        windows = cursor.execute(WINDOWS, (channel_id,)).fetchall()
        conversations = cursor.execute(CONVERSATIONS, (channel_id,)).fetchall()
        messages = cursor.execute(MESSAGES, (channel_id,)).fetchall()
        people = cursor.execute(PEOPLE, (channel_id,)).fetchall()
    name_of = {row.pop("id"): tuple(row.pop("names")) for row in conversations}
    for message in messages:
        message["conversation"] = name_of.get(message["conversation"])
        message["received_by"] = delivery_numbers.get(message["received_by"])
    for person in people:
        for told in ("told_keys", "told_names"):
            person[told] = sorted(_numbered(line, delivery_numbers) for line in person[told])
    return {
        "channel": channel | {"windows": [tuple(window.values()) for window in windows]},
        "conversations": dict(zip(name_of.values(), conversations, strict=True)),
        "messages": {row.pop("external_message_id"): row for row in messages},
        "people": {row.pop("provider_id"): row for row in people},
    }


def _numbered(line: str, delivery_numbers: Mapping[uuid.UUID, int]) -> str:
    told, _, delivery = line.rpartition(" ")
    return f"{told} {delivery_numbers[uuid.UUID(delivery)]}"


def differences(seen: Row, expected: Row, place: str = "") -> list[str]:
    """Where two nested rows differ, one line each; columns that only ``seen`` has do not count."""
    lines = []
    for key, value in expected.items():
        here = f"{place} {key}"
        if key not in seen:
            lines.append(f"{here}: missing")
        elif isinstance(value, dict) and isinstance(seen[key], dict):
            lines += differences(seen[key], value, here)
        elif seen[key] != value:
            lines.append(f"{here}: {seen[key]!r} instead of {value!r}")
    return lines
