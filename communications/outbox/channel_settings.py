"""What the people of a channel have set for it."""

from typing import Final

from django.db import connection, transaction

from communications.errors import NotFound, NotPermitted
from communications.feed.announce import changes_announce_on_commit
from communications.ingest.unfinished import FILES_TASK, OUTBOX_TASK, READS_TASK, job_announce_on_commit
from communications.models import AuditEntry, Channel, ChannelAccess
from communications.outbox.audit import audit_note

_ROLE: Final = "SELECT role FROM communications_channelaccess WHERE user_id = %s AND channel_id = %s"

_PAUSE: Final = """
UPDATE communications_channel SET paused_at = CASE WHEN %(paused)s THEN now() END
WHERE id = %(id)s AND (paused_at IS NOT NULL) <> %(paused)s
"""

_SET: Final = "UPDATE communications_channel SET read_receipts = %(policy)s WHERE id = %(id)s AND read_receipts <> %(policy)s"


def channel_set_read_receipts(user_id: int, channel_id: int, policy: Channel.ReadReceipts) -> None:
    """Says when upstream is told that a message was read here.

    Raises NotFound for a channel that is not the person's to read, NotPermitted for a member.
    """
    _administers_checked(
        user_id, channel_id, "owners and administrators set when others learn that a message was read"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SET, {"id": channel_id, "policy": policy.value})
        if cursor.rowcount:
            audit_note(
                user_id,
                AuditEntry.Action.RECEIPTS_SET,
                channel_id=channel_id,
                object_kind="channel",
                object_id=str(channel_id),
                result=policy.value,
            )
            changes_announce_on_commit()


def channel_set_paused(user_id: int, channel_id: int, *, paused: bool) -> None:
    """While it is paused nothing is sent or read for the account; what comes is kept.

    Raises NotFound for a channel that is not the person's to read, NotPermitted for a member.
    """
    _administers_checked(user_id, channel_id, "owners and administrators pause and resume an account")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PAUSE, {"id": channel_id, "paused": paused})
        if cursor.rowcount:
            audit_note(
                user_id,
                AuditEntry.Action.PAUSED,
                channel_id=channel_id,
                object_kind="channel",
                object_id=str(channel_id),
                result="paused" if paused else "resumed",
            )
            changes_announce_on_commit()
            for task in (OUTBOX_TASK, READS_TASK, FILES_TASK):
                job_announce_on_commit(task)


def _administers_checked(user_id: int, channel_id: int, sentence: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ROLE, [user_id, channel_id])
        found = cursor.fetchone()
    if found is None:
        raise NotFound
    if found[0] not in (ChannelAccess.Role.OWNER, ChannelAccess.Role.ADMIN):
        raise NotPermitted(sentence)
