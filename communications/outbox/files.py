"""Asking for files: once more for one that could not be had, and for pictures of people when somebody first looks."""

from collections.abc import Sequence
from typing import Final

from django.db import connection, transaction

from communications.feed.announce import changes_announce_on_commit
from communications.ingest.channels import LOCK
from communications.ingest.unfinished import FILES_TASK, job_announce_on_commit
from communications.schemas.documents import Attachment
from communications.selectors.media import attachment_by_id, readable_attachment
from communications.selectors.scope import readable_channels

# One that has not failed is being fetched, or next in line; unless history brought it, which waits for all else.
_ATTACHMENT: Final = """
UPDATE communications_attachment SET
    state = 'wanted', attempts = 0, failure = '', is_backlog = false,
    next_attempt_at = CASE WHEN state = 'wanted' AND failure = '' THEN greatest(next_attempt_at, now()) ELSE now() END
WHERE id = %s AND (state = 'unavailable' OR state = 'wanted' AND (failure <> '' OR is_backlog))
"""

_AGAIN: Final = """
SET state = 'wanted', attempts = 0, failure = '', next_attempt_at = now()
WHERE held.state <> 'wanted' AND held.next_attempt_at < now()
"""

_PICTURES_OF_PEOPLE: Final = f"""
INSERT INTO communications_picture AS held (channel_id, attendee_id)
SELECT attendee.channel_id, attendee.id FROM communications_chatattendee AS attendee
WHERE attendee.channel_id = ANY(%(channels)s::bigint[]) AND (
    attendee.id = ANY(%(attendees)s::bigint[]) OR attendee.id IN (
        SELECT contact_id FROM communications_conversation
        WHERE id = ANY(%(conversations)s::bigint[]) AND kind = 'direct'))
ORDER BY attendee.id
ON CONFLICT (attendee_id) DO UPDATE {_AGAIN}
"""  # noqa: S608 (constants)

_PICTURES_OF_GROUPS: Final = f"""
INSERT INTO communications_picture AS held (channel_id, conversation_id)
SELECT conversation.channel_id, conversation.id FROM communications_conversation AS conversation
WHERE conversation.channel_id = ANY(%(channels)s::bigint[]) AND conversation.id = ANY(%(conversations)s::bigint[])
  AND conversation.kind <> 'direct' AND NOT conversation.is_stub
ORDER BY conversation.id
ON CONFLICT (conversation_id) DO UPDATE {_AGAIN}
"""  # noqa: S608 (constants)


def attachment_want(user_id: int, attachment_id: int) -> Attachment:
    """Has an unavailable file tried again, and one that waits, after a failure or for its turn, fetched now; returns how it
    stands.

    Raises NotFound if the person may not see it.
    """
    attachment = readable_attachment(user_id, attachment_id)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK, [attachment.account])
        cursor.execute(_ATTACHMENT, [attachment.id])
        if cursor.rowcount:
            changes_announce_on_commit()
            job_announce_on_commit(FILES_TASK)
    return attachment_by_id(attachment)


def pictures_want(user_id: int, *, conversation_ids: Sequence[int], attendee_ids: Sequence[int]) -> None:
    """Asks for pictures of people and groups that were never asked for, or long ago.

    Of a direct conversation it is the contact's. What is not the person's to read is passed over.
    """
    asked = {
        "channels": readable_channels(user_id, provider=None),
        "conversations": list(conversation_ids),
        "attendees": list(attendee_ids),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PICTURES_OF_PEOPLE, asked)
        wanted = cursor.rowcount
        cursor.execute(_PICTURES_OF_GROUPS, asked)
        if wanted + cursor.rowcount:
            job_announce_on_commit(FILES_TASK)
