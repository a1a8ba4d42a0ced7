"""What was wanted when a backup was made, and may have happened since: nobody knows, so nothing is sent again by itself."""

from typing import Any, Final

from psycopg import AsyncConnection

from communications.ingest.channels import LOCK
from communications.outbox.reasons import RESTORED

_ACCOUNTS: Final = """
SELECT DISTINCT channel.id, channel.external_account_id FROM communications_intent AS intent
JOIN communications_channel AS channel ON channel.id = intent.channel_id WHERE intent.state IN ('waiting', 'sending')
"""

# An echo that comes with the comparison finds it from when it was wanted on; upstream is asked once.
_HOLD: Final = """
UPDATE communications_intent SET
    state = 'unconfirmed', outcome = 'unknown', reason_code = 'restored', reason = %(reason)s, worker = NULL,
    attempts = greatest(attempts, 1), attempted_at = coalesce(attempted_at, wanted_at), next_attempt_at = now(),
    read_back_at = NULL
WHERE channel_id = %(channel)s AND state IN ('waiting', 'sending') RETURNING id
"""
_SHOW: Final = "SELECT landline_sending_show(%s::bigint[])"


async def intents_hold(connection: AsyncConnection[Any]) -> int:
    """Returns how many were waiting or on their way. On an autocommit connection, while no worker runs."""
    held = 0
    for channel_id, account in await (await connection.execute(_ACCOUNTS)).fetchall():
        async with connection.transaction():
            await connection.execute(LOCK, (account,))
            found = await connection.execute(_HOLD, {"channel": channel_id, "reason": RESTORED})
            ids = [row[0] for row in await found.fetchall()]
            await connection.execute(_SHOW, (ids,))
            held += len(ids)
    return held
