"""``landline worker``: the one program that calls Unipile. Imported once Django is set up."""

from __future__ import annotations

import asyncio
from typing import cast

import procrastinate
import structlog
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from communications.tasks.accounts import accounts_list_at_start
from communications.tasks.history import history_for_ever
from communications.tasks.outbox import outbox_for_ever
from communications.tasks.sweeps import sweep_for_ever
from communications.tasks.webhooks import webhooks_look_at_start
from landline.supervisor.programs import WORKER_READY

CONCURRENT_JOBS = 8
SHUTDOWN_SECONDS = 10.0

log = structlog.get_logger(__name__)


def worker_run() -> None:
    """Works until SIGINT or SIGTERM; jobs under way then get ten seconds to finish."""
    asyncio.run(work())


async def work() -> None:
    """Runs jobs, sweeps, the outbox and history side by side; whichever fails ends the others and raises."""
    connector = cast("DjangoConnector", app.connector)
    with app.replace_connector(connector.get_worker_connector()) as worker_app:
        async with worker_app.open_async():
            await accounts_list_at_start()
            await webhooks_look_at_start()
            log.info(WORKER_READY)
            jobs = asyncio.create_task(jobs_run(worker_app))
            sweeps = asyncio.create_task(sweep_for_ever())
            sending = asyncio.create_task(outbox_for_ever())
            copying = asyncio.create_task(history_for_ever())
            done, pending = await asyncio.wait(
                (jobs, sweeps, sending, copying), return_when=asyncio.FIRST_COMPLETED
            )
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)
            for task in done:
                task.result()


async def jobs_run(worker_app: procrastinate.App) -> None:
    await worker_app.run_worker_async(
        concurrency=CONCURRENT_JOBS,
        install_signal_handlers=True,
        shutdown_graceful_timeout=SHUTDOWN_SECONDS,
        delete_jobs="successful",
    )
