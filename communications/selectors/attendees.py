"""People on channels. Attendees who are one person share what is shown of it (``landline_person``)."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from communications.schemas.documents import Attendee
from communications.selectors.values import id_text, optional_id


class AttendeeRow(NamedTuple):
    id: int
    channel_id: int
    name: str
    phone: str
    public_identifier: str
    picture_url: str | None
    is_self: bool
    same_as_id: int | None
    version: str


ATTENDEE_ROWS: Final = """
SELECT attendee.id, attendee.channel_id, person.name, person.phone, person.public_identifier,
       '/api/v1/communications/pictures/' || person.picture_id || '/?file=' || person.picture_file_id AS picture_url,
       attendee.is_self, attendee.same_as_id, attendee.version::text AS version
FROM communications_chatattendee AS attendee
CROSS JOIN LATERAL landline_person(coalesce(attendee.same_as_id, attendee.id)) AS person
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
        same_as_id=optional_id(held.same_as_id),
        version=held.version,
    )
