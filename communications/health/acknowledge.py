"""Somebody has seen an alarm: reminders of it end."""

from typing import Final

from django.db import connection, transaction

from communications.errors import NotFound, NotPermitted
from communications.feed.announce import changes_announce_on_commit
from communications.models import AuditEntry
from communications.outbox.audit import audit_note
from communications.schemas.documents import Alarm
from communications.selectors.alarms import alarm_of_reader
from communications.selectors.queries import rows

_MAY: Final = """
SELECT EXISTS (
    SELECT FROM communications_channelaccess AS access JOIN communications_alarm AS alarm ON alarm.id = %s
    WHERE access.user_id = %s AND (
        access.channel_id = alarm.channel_id AND access.role IN ('owner', 'admin')
        OR alarm.channel_id IS NULL AND access.role = 'owner'))
"""
_ACKNOWLEDGE: Final = """
UPDATE communications_alarm AS alarm SET acknowledged_at = now(), acknowledged_by = who.username
FROM communications_user AS who
WHERE alarm.id = %s AND who.id = %s AND alarm.acknowledged_at IS NULL
RETURNING alarm.channel_id, alarm.kind
"""


def alarm_acknowledge(user_id: int, alarm_id: int) -> Alarm:
    """Raises NotFound for an alarm that does not concern the person, NotPermitted for a member."""
    if alarm_of_reader(user_id, alarm_id) is None:
        raise NotFound
    if not rows(_MAY, [alarm_id, user_id])[0][0]:
        raise NotPermitted("Only owners and administrators of the account can acknowledge its alarms.")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ACKNOWLEDGE, [alarm_id, user_id])
        for channel_id, kind in cursor.fetchall():
            audit_note(
                user_id,
                AuditEntry.Action.ALARM_ACKNOWLEDGED,
                channel_id=channel_id,
                object_kind="alarm",
                object_id=str(alarm_id),
                result=kind,
            )
            changes_announce_on_commit()
    acknowledged = alarm_of_reader(user_id, alarm_id)
    if acknowledged is None:
        raise NotFound
    return acknowledged
