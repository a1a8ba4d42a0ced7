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

# Parameters: the conversation's id, twice.
MEMBERS_OF_CONVERSATION: Final = f"""{MEMBER_ROWS}
WHERE (conversation.id = %s OR conversation.continues_id = %s) AND member.state = 'in'
ORDER BY member.id
"""


def member_document(row: Sequence[Any]) -> Member:
    held = MemberRow._make(row)
    return Member(
        id=id_text(held.id),
        channel_id=id_text(held.channel_id),
        conversation_id=id_text(held.conversation_id),
        attendee_id=id_text(held.attendee_id),
        version=held.version,
    )
