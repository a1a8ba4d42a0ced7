"""What is the matter now, each kind by one statement over the whole installation."""

import datetime as dt
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

from psycopg import AsyncConnection

from communications.health.quiet import UNUSUALLY_QUIET
from communications.models import Alarm
from communications.schemas.webhooks import SOURCES

WAITING_MINUTES: Final = 10
FAILING_MINUTES: Final = 5
FEED_HELD_SECONDS: Final = 60
KEY_REFUSED: Final = "key_refused"

# Only what upstream says of the account: its status, or an answer that the account is not connected, for as long as something
# waits because of it. A time-out, a 5xx or a 429 says nothing of the account and is in neither. Deleted and paused are a
# person's doing.
_DOWN: Final = """
SELECT id, status_since, NULL::bigint, status FROM communications_channel
WHERE status IN ('credentials', 'permissions', 'error', 'stopped') AND paused_at IS NULL
UNION ALL
SELECT channel.id, pace.told_at, NULL::bigint, 'disconnected' FROM communications_channel AS channel
JOIN communications_channelpace AS pace ON pace.channel_id = channel.id
WHERE channel.status NOT IN ('credentials', 'permissions', 'error', 'stopped', 'deleted') AND channel.paused_at IS NULL
  AND pace.reason_code = 'disconnected' AND pace.refusals > 0
  AND NOT EXISTS (SELECT FROM communications_alarm AS refused WHERE refused.kind = 'key_refused' AND refused.closed_at IS NULL)
  AND EXISTS (
      SELECT FROM communications_intent AS intent WHERE intent.channel_id = channel.id AND intent.state = 'waiting')
"""
_QUIET: Final = f"SELECT id, at, floor, '' FROM ({UNUSUALLY_QUIET}) AS silent (id, at, floor)"  # noqa: S608
# Of an account that is down its own alarm says so, with what waits for it.
_WAITING: Final = f"""
SELECT intent.channel_id, min(intent.wanted_at), count(*), coalesce(
    (array_agg(intent.reason_code ORDER BY intent.id) FILTER (WHERE intent.reason_code <> ''))[1], '')
FROM communications_intent AS intent
JOIN communications_channel AS channel
    ON channel.id = intent.channel_id AND channel.status = 'ok' AND channel.paused_at IS NULL
WHERE intent.state = 'waiting' AND intent.kind IN ('send', 'forward')
GROUP BY intent.channel_id
HAVING min(intent.wanted_at) < %(now)s::timestamptz - interval '{WAITING_MINUTES} minutes'
"""  # noqa: S608 (a number of ours)
_FAILING: Final = f"""
SELECT NULL::bigint, min(received_at), count(*), '' FROM communications_webhookdelivery
WHERE outcome = 'failed' HAVING min(received_at) < %(now)s::timestamptz - interval '{FAILING_MINUTES} minutes'
"""  # noqa: S608 (a number of ours)
# Only writers have a number; of sessions of other roles the server tells no time.
_FEED_HELD: Final = f"""
SELECT NULL::bigint, min(xact_start), extract(epoch FROM %(now)s::timestamptz - min(xact_start))::bigint, ''
FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
HAVING min(xact_start) < %(now)s::timestamptz - interval '{FEED_HELD_SECONDS} seconds'
"""  # noqa: S608 (a number of ours)
# As the last look at upstream's list found it; before the first nothing is known.
_WEBHOOKS: Final = """
SELECT NULL::bigint, NULL::timestamptz, count(*), CASE WHEN min(checked.address) = '' THEN 'no_address' ELSE coalesce(
    (array_agg(faulty.problem ORDER BY wanted.place) FILTER (WHERE faulty.problem IS NOT NULL))[1], 'missing') END
FROM communications_webhookschecked AS checked
CROSS JOIN unnest(%(sources)s::text[]) WITH ORDINALITY AS wanted (source, place)
LEFT JOIN LATERAL (
    SELECT held.problems[1] AS problem FROM communications_upstreamwebhook AS held
    WHERE held.source = wanted.source AND held.problems <> '{}' ORDER BY held.id LIMIT 1
) AS faulty ON true
WHERE NOT EXISTS (
    SELECT FROM communications_upstreamwebhook AS serving
    WHERE serving.source = wanted.source AND serving.problems = '{}')
HAVING count(*) > 0
"""

STATEMENTS: Final = (
    (Alarm.Kind.ACCOUNT_DOWN, _DOWN),
    (Alarm.Kind.UNUSUALLY_QUIET, _QUIET),
    (Alarm.Kind.OUTBOX_WAITING, _WAITING),
    (Alarm.Kind.DELIVERIES_FAILING, _FAILING),
    (Alarm.Kind.FEED_HELD, _FEED_HELD),
    (Alarm.Kind.WEBHOOKS_MISSING, _WEBHOOKS),
)


class Condition(NamedTuple):
    """``channel_id`` None: of the whole installation."""

    kind: str
    channel_id: int | None
    since: dt.datetime | None
    number: int | None
    reason: str


async def conditions_read(
    connection: AsyncConnection[Any], *, now: dt.datetime, data_dir: Path, keep_free_bytes: int
) -> list[Condition]:
    """``now`` is handed in, for all statements are to speak of one moment."""
    found = [one for kind, statement in STATEMENTS for one in await _read(connection, kind, statement, now)]
    return [*found, *_disk(data_dir, keep_free_bytes)]


async def webhooks_missing_read(connection: AsyncConnection[Any], *, now: dt.datetime) -> list[Condition]:
    """The one that a look at upstream's list may just have changed."""
    return await _read(connection, Alarm.Kind.WEBHOOKS_MISSING, _WEBHOOKS, now)


async def _read(
    connection: AsyncConnection[Any], kind: Alarm.Kind, statement: str, now: dt.datetime
) -> list[Condition]:
    asked = {"now": now, "sources": list(SOURCES)}
    return [
        Condition(kind.value, *row) for row in await (await connection.execute(statement, asked)).fetchall()
    ]


def _disk(data_dir: Path, keep_free_bytes: int) -> Iterable[Condition]:
    free_bytes = disk_free_bytes(data_dir)
    if free_bytes is not None and free_bytes < keep_free_bytes:
        yield Condition(Alarm.Kind.DISK_FULL.value, None, None, free_bytes, "")


def disk_free_bytes(folder: Path) -> int | None:
    """Of the disk that the folder is on; None where there is no such folder here."""
    try:
        return shutil.disk_usage(folder).free
    except FileNotFoundError:
        return None
