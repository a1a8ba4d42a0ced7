"""How far the database has come, and whether a cursor belongs to that course of it."""

import uuid
from typing import Any, Final, NamedTuple

from psycopg import AsyncConnection

from communications.feed.cursor import Cursor
from communications.feed.entities import VERSIONED_TABLES
from communications.feed.questions import Question, Rows, ask
from communications.feed.refusals import CursorRefused, EpochUnsettled, StandbyRefused
from communications.feed.snapshots import Snapshot

_NEWEST_VERSION: Final = ", ".join(
    f"(SELECT version FROM {table} ORDER BY version DESC LIMIT 1)"  # noqa: S608 (constants)
    for table in VERSIONED_TABLES
)

_STANDING: Final = f"""
SELECT pg_is_in_recovery(), epoch.epoch, epoch.run_started_at = pg_postmaster_start_time(),
       (SELECT mark FROM communications_feedmark ORDER BY version DESC LIMIT 1),
       pg_current_snapshot()::text, greatest({_NEWEST_VERSION})::text
FROM (VALUES (1)) AS one LEFT JOIN communications_feedepoch AS epoch ON true
"""  # noqa: S608 (constants of this package)

# A later mark that the cursor has seen, or a later run of the server that began with a number the cursor has
# seen: that number was handed out twice.
_COURSE: Final = """
SELECT held.mark IS NOT NULL,
       pg_snapshot_xmax(%s::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot()) OR EXISTS (
           SELECT FROM communications_feedmark AS later
           WHERE later.version > held.version
             AND (pg_visible_in_snapshot(later.version, %s::pg_snapshot)
                  OR later.run_first_number < pg_snapshot_xmax(%s::pg_snapshot))),
       pg_snapshot_xmin(%s::pg_snapshot) <= epoch.tombstones_since
FROM communications_feedepoch AS epoch
LEFT JOIN communications_feedmark AS held ON held.mark = %s
"""


class Standing(NamedTuple):
    """``snapshot`` holds what a reader of this very transaction may call seen."""

    epoch: uuid.UUID
    mark: uuid.UUID
    snapshot: str


STANDING_QUESTION: Final = Question(_STANDING)


def standing_of(rows: Rows) -> Standing:
    """Raises ``StandbyRefused``, and ``EpochUnsettled`` where the database was started or made since."""
    ((is_standby, epoch, is_same_run, mark, snapshot, newest),) = rows
    if is_standby:
        raise StandbyRefused
    if not is_same_run or mark is None:
        raise EpochUnsettled
    return Standing(epoch, mark, str(Snapshot.parse(snapshot).up_to(int(newest)).short_enough()))


def course_question(cursor: Cursor) -> Question:
    taken = cursor.target or cursor.seen
    return Question(_COURSE, (taken, taken, taken, cursor.seen, cursor.mark))


def course_check(cursor: Cursor, standing: Standing, rows: Rows) -> None:
    """Raises ``CursorRefused`` unless all that came after the cursor is still to be found."""
    if cursor.epoch != standing.epoch:
        raise CursorRefused("the database is another one")
    ((is_mark_known, is_ahead, is_too_old),) = rows
    if not is_mark_known:
        raise CursorRefused("the database does not know this position")
    if is_ahead:
        raise CursorRefused("the database was put back to an earlier state", is_ahead=True)
    if is_too_old:
        raise CursorRefused("too long ago to catch up")


async def start_cursor(connection: AsyncConnection[Any]) -> Cursor:
    """Where a first load starts: everything up to now counts as seen. Raises as ``standing_of`` does."""
    (rows,) = await ask(connection, STANDING_QUESTION)
    standing = standing_of(rows)
    return Cursor(epoch=standing.epoch, mark=standing.mark, seen=standing.snapshot)


async def cursor_check(connection: AsyncConnection[Any], cursor: Cursor) -> None:
    """Raises as ``standing_of`` and ``course_check`` do."""
    standing, course = await ask(connection, STANDING_QUESTION, course_question(cursor))
    course_check(cursor, standing_of(standing), course)
