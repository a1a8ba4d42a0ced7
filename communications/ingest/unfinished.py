"""Telling the worker at once that deliveries wait to be folded again; without it, its next sweep finds them."""

from typing import Final

import structlog
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

log = structlog.get_logger(__name__)

RETRY_TASK: Final = "deliveries_retry"
RETRY_AFTER_SECONDS: Final = 2


async def unfinished_announce() -> None:
    """Defers the retry job, once however often it is called. Never raises for a database that is not there."""
    job = app.configure_task(
        RETRY_TASK, queueing_lock=RETRY_TASK, schedule_in={"seconds": RETRY_AFTER_SECONDS}, allow_unknown=True
    )
    try:
        await job.defer_async()
    except AlreadyEnqueued:
        return
    except ConnectorException as error:
        log.warning("retry_not_deferred", error=type(error).__name__)
