"""Who is in a conversation."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from communications.schemas.documents import Member
from communications.selectors.values import id_text


class MemberRow(NamedTuple):
    id: int
    channel_id: int
    conversation_id: int
    attendee_id: int
    version: str


# A conversation that continues another shows its members there.
MEMBER_ROWS: Final = """
SELECT member.id, member.channel_id, coalesce(conversation.continues_id, conversation.id) AS conversation_id,
       member.attendee_id, member.version::text AS version
FROM communications_conversationattendee AS member
JOIN communications_conversation AS conversation ON conversation.id = member.conversation_id
"""

# Parameter: member ids.
MEMBERS_BY_ID: Final = f"{MEMBER_ROWS} WHERE member.id = ANY(%s::bigint[]) AND member.state = 'in'"

# Each person once, by whichever of their ids was seen first. Parameters: the conversation's id, twice.
MEMBERS_OF_CONVERSATION: Final = f"""
SELECT id, channel_id, conversation_id, attendee_id, version
FROM (
    SELECT DISTINCT ON (coalesce(attendee.same_as_id, attendee.id)) seen.*
    FROM (
        {MEMBER_ROWS} WHERE (conversation.id = %s OR conversation.continues_id = %s) AND member.state = 'in'
    ) AS seen
    JOIN communications_chatattendee AS attendee ON attendee.id = seen.attendee_id
    ORDER BY coalesce(attendee.same_as_id, attendee.id), seen.id
) AS person
ORDER BY id
"""  # noqa: S608 (a constant)


def member_document(row: Sequence[Any]) -> Member:
    held = MemberRow._make(row)
    return Member(
        id=id_text(held.id),
        channel_id=id_text(held.channel_id),
        conversation_id=id_text(held.conversation_id),
        attendee_id=id_text(held.attendee_id),
        version=held.version,
    )
