"""People on channels."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from communications.schemas.documents import Attendee
from communications.selectors.values import id_text


class AttendeeRow(NamedTuple):
    id: int
    channel_id: int
    name: str
    phone: str
    public_identifier: str
    picture_url: str | None
    is_self: bool
    version: str


ATTENDEE_ROWS: Final = """
SELECT attendee.id, attendee.channel_id, attendee.name, attendee.phone, attendee.public_identifier,
       '/api/v1/communications/pictures/' || picture.id || '/?file=' || picture.file_id AS picture_url,
       attendee.is_self, attendee.version::text AS version
FROM communications_chatattendee AS attendee
LEFT JOIN communications_picture AS picture
    ON picture.attendee_id = attendee.id AND picture.file_id IS NOT NULL
"""

# Parameter: attendee ids.
ATTENDEES_BY_ID: Final = f"{ATTENDEE_ROWS} WHERE attendee.id = ANY(%s::bigint[])"


def attendee_document(row: Sequence[Any]) -> Attendee:
    held = AttendeeRow._make(row)
    return Attendee(
        id=id_text(held.id),
        channel_id=id_text(held.channel_id),
        name=held.name,
        phone=f"+{held.phone}" if held.phone else None,
        public_identifier=held.public_identifier or None,
        picture_url=held.picture_url,
        is_self=held.is_self,
        version=held.version,
    )
