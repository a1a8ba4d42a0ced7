"""Whom a text names: `{{140000000000000@lid}}`, and `@33600000001` where that is a member of the conversation.

Read off the text as it now is, so that edits and better names need no rewriting. The token stays in the text;
whoever shows it puts the name in its place.
"""

from typing import Final

import msgspec

from communications.schemas.documents import Mention

MENTIONS_MAX: Final = 50

_decoder = msgspec.json.Decoder(tuple[Mention, ...])


def mentions_column(text: str, *, channel: str, conversation: str) -> str:
    """The SQL of the column, from the SQL of what it depends on."""
    return rf"""
        CASE WHEN position('@' in {text}) > 0 THEN (
            SELECT json_agg(json_build_object(
                'token', named.token, 'attendee_id', person.id::text,
                'name', coalesce(
                    nullif(person.name, ''), nullif(root.name, ''),
                    '+' || coalesce(nullif(person.phone, ''), nullif(root.phone, ''), named.phone)),
                'is_own', coalesce(person.is_self, false))
                ORDER BY named.token)::text
            FROM (
                SELECT told.token, told.provider_id,
                       (regexp_match(told.provider_id, '^([0-9]+)@s\.whatsapp\.net$'))[1] AS phone, false AS member_only
                FROM (
                    SELECT DISTINCT found[1] AS token,
                           replace(
                               regexp_replace(found[2], '(\.[0-9]+)?:[0-9]+@', '@'), '@c.us', '@s.whatsapp.net'
                           ) AS provider_id
                    FROM regexp_matches(
                        {text}, '(\{{\{{\s*([0-9.:]{{1,64}}@(?:lid|s\.whatsapp\.net|c\.us))\s*\}}\}})', 'g') AS found
                    LIMIT {MENTIONS_MAX}
                ) AS told
                UNION ALL
                SELECT told.token, told.digits || server, NULL, true
                FROM (
                    SELECT DISTINCT found[1] AS token, found[2] AS digits
                    FROM regexp_matches({text}, '(?<![[:alnum:]_])(@([0-9]{{7,20}}))(?![[:alnum:]_@.])', 'g') AS found
                    LIMIT {MENTIONS_MAX}
                ) AS told, unnest(ARRAY['@lid', '@s.whatsapp.net']) AS server
            ) AS named
            LEFT JOIN communications_chatattendee AS person
                ON person.channel_id = {channel} AND person.provider_id = named.provider_id
            LEFT JOIN communications_chatattendee AS root ON root.id = person.same_as_id
            WHERE NOT named.member_only OR EXISTS (
                SELECT FROM communications_conversationattendee AS member
                WHERE member.conversation_id = {conversation} AND member.attendee_id = person.id)
        ) END"""  # noqa: S608 (SQL of our own)


def mentions_read(column: str | None) -> tuple[Mention, ...]:
    return () if column is None else _decoder.decode(column)
