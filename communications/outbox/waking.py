"""Who is told of what people wrote: readers look, and the worker begins.

A server does both beside its requests: whoever writes waits for one commit, that of what was written.
"""

from collections.abc import Callable

from django.db import connection, transaction

from communications.feed.announce import changes_announce_on_commit
from communications.ingest.unfinished import OUTBOX_TASK, job_announce_on_commit

_told: Callable[[], object] | None = None


def outbox_told_by(told: Callable[[], object] | None) -> None:
    """From now on ``told`` is called after each commit, from any thread; with ``None`` whoever writes tells of it."""
    global _told  # noqa: PLW0603 (Django's views are handed nothing by the server that they run in)
    _told = told


def outbox_wake_on_commit() -> None:
    """Once the present transaction is committed; once, however often it is asked for."""
    if all(call is not _wake for _, call, *_ in connection.run_on_commit):
        transaction.on_commit(_wake)


def _wake() -> None:
    if _told is not None:
        _told()
        return
    changes_announce_on_commit()
    job_announce_on_commit(OUTBOX_TASK)
