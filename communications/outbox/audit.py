"""Who opened or set off what: one row for each, without any content."""

from typing import Final

from django.db import connection

from communications.models import AuditEntry

_NOTE: Final = """
INSERT INTO communications_auditentry (actor_id, actor_name, action, channel_id, object_kind, object_id, result)
SELECT id, username, %(action)s, %(channel_id)s, %(object_kind)s, %(object_id)s, %(result)s
FROM communications_user WHERE id = %(user_id)s
"""


def audit_note(
    user_id: int,
    action: AuditEntry.Action,
    *,
    channel_id: int | None,
    object_kind: str,
    object_id: str,
    result: str,
) -> None:
    """In the transaction of what it speaks of, or before it: nothing is shown that is not noted."""
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE,
            {
                "user_id": user_id,
                "action": action.value,
                "channel_id": channel_id,
                "object_kind": object_kind,
                "object_id": object_id,
                "result": result,
            },
        )
