"""What people want compared with upstream: a window that waits for a worker."""

import uuid
from typing import Any, Final

from django.db import connection, transaction

from communications.errors import IdempotencyConflict, NotFound, NotPossible
from communications.feed.announce import changes_announce_on_commit
from communications.ingest.unfinished import ACCOUNTS_TASK, COMPARISONS_TASK, job_announce_on_commit
from communications.schemas.comparisons import Comparison
from communications.selectors.comparisons import comparison_of_reader

_STATUS: Final = """
SELECT channel.status FROM communications_channelaccess AS access
JOIN communications_channel AS channel ON channel.id = access.channel_id
WHERE access.user_id = %(author)s AND access.channel_id = %(channel)s
"""
_ADD: Final = """
INSERT INTO communications_comparisonwindow (channel_id, trigger, author_id, client_id, starts_at, ends_at, state)
SELECT %(channel)s, 'person', %(author)s, %(client_id)s, now(), now(), 'waiting'
ON CONFLICT (author_id, client_id) DO NOTHING RETURNING id
"""
_KNOWN: Final = """
SELECT id FROM communications_comparisonwindow
WHERE author_id = %(author)s AND client_id = %(client_id)s AND channel_id = %(channel)s
"""


def comparison_ask(user_id: int, channel_id: int, *, client_id: uuid.UUID) -> Comparison:
    """Has a channel compared as soon as a worker comes to it; one that is not connected as far as is known, once upstream
    was asked whether it is.

    Raises NotFound for a channel that is not the person's to read, NotPossible for one that was removed.
    """
    asked: dict[str, Any] = {"author": user_id, "channel": channel_id, "client_id": client_id}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STATUS, asked)
        found = cursor.fetchone()
        if found is None:
            raise NotFound
        if found[0] == "deleted":
            raise NotPossible("The account was removed: there is nothing to compare it with.")
        cursor.execute(_ADD, asked)
        added = cursor.fetchone()
        if added is None:
            cursor.execute(_KNOWN, asked)
            added = cursor.fetchone()
            if added is None:
                raise IdempotencyConflict
        else:
            job_announce_on_commit(COMPARISONS_TASK if found[0] == "ok" else ACCOUNTS_TASK)
            changes_announce_on_commit()
        return comparison_found(user_id, added[0])


def comparison_found(user_id: int, comparison_id: int) -> Comparison:
    """Raises NotFound for one of a channel that the person does not read."""
    found = comparison_of_reader(user_id, comparison_id)
    if found is None:
        raise NotFound
    return found
