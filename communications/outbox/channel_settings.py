"""What the people of a channel have set for it."""

from typing import Final, NamedTuple

from django.db import connection, transaction

from communications.errors import NotFound, NotPermitted
from communications.feed.announce import changes_announce_on_commit
from communications.ingest.unfinished import (
    COMPARISONS_TASK,
    FILES_TASK,
    HISTORY_TASK,
    OUTBOX_TASK,
    READS_TASK,
    job_announce_on_commit,
)
from communications.models import AuditEntry, Channel, ChannelAccess
from communications.outbox.audit import audit_note

_ROLE: Final = "SELECT role FROM communications_channelaccess WHERE user_id = %s AND channel_id = %s"


class Setting(NamedTuple):
    statement: str
    action: AuditEntry.Action
    afterwards: tuple[str, ...] = ()


_RECEIPTS: Final = Setting(
    "UPDATE communications_channel SET read_receipts = %(wanted)s WHERE id = %(id)s AND read_receipts <> %(wanted)s",
    AuditEntry.Action.RECEIPTS_SET,
)
_NIGHTLY: Final = Setting(
    "UPDATE communications_channel SET nightly_check = %(wanted)s WHERE id = %(id)s AND nightly_check <> %(wanted)s",
    AuditEntry.Action.NIGHTLY_SET,
)
_PAUSE: Final = Setting(
    "UPDATE communications_channel SET paused_at = CASE WHEN %(wanted)s THEN now() END "
    "WHERE id = %(id)s AND (paused_at IS NOT NULL) <> %(wanted)s",
    AuditEntry.Action.PAUSED,
    tuple(
        f"UPDATE {table} SET held_until = now() "  # noqa: S608 (names of ours)
        "WHERE channel_id = %(id)s AND NOT %(wanted)s AND state = 'held' AND reason_code = 'paused_here'"
        for table in ("communications_comparisonwindow", "communications_historyrun")
    ),
)


def channel_set_read_receipts(user_id: int, channel_id: int, policy: Channel.ReadReceipts) -> None:
    """Says when upstream is told that a message was read here.

    Raises NotFound for a channel that is not the person's to read, NotPermitted for a member.
    """
    _set(user_id, channel_id, _RECEIPTS, policy.value, result=policy.value)


def channel_set_nightly_check(user_id: int, channel_id: int, is_wanted: bool) -> None:
    """Says whether the account is compared with upstream once a night. Raises NotFound and NotPermitted likewise."""
    _set(user_id, channel_id, _NIGHTLY, is_wanted, result="on" if is_wanted else "off")


def channel_set_paused(user_id: int, channel_id: int, is_wanted: bool) -> None:
    """While it is paused nothing is sent or read for it; what comes is kept, and what was held up by it goes on with its end.

    Raises NotFound and NotPermitted likewise.
    """
    _set(user_id, channel_id, _PAUSE, is_wanted, result="paused" if is_wanted else "resumed")
    for task in (OUTBOX_TASK, READS_TASK, FILES_TASK, COMPARISONS_TASK, HISTORY_TASK):
        job_announce_on_commit(task)


def _set(user_id: int, channel_id: int, setting: Setting, wanted: str | bool, *, result: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ROLE, [user_id, channel_id])
        found = cursor.fetchone()
        if found is None:
            raise NotFound
        if found[0] not in (ChannelAccess.Role.OWNER, ChannelAccess.Role.ADMIN):
            raise NotPermitted("Only owners and administrators of the account can change its settings.")
        cursor.execute(setting.statement, {"id": channel_id, "wanted": wanted})
        if cursor.rowcount:
            for statement in setting.afterwards:
                cursor.execute(statement, {"id": channel_id, "wanted": wanted})
            audit_note(
                user_id,
                setting.action,
                channel_id=channel_id,
                object_kind="channel",
                object_id=str(channel_id),
                result=result,
            )
            changes_announce_on_commit()
