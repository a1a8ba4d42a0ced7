"""``landline worker``: the one program that calls Unipile."""

from __future__ import annotations

import asyncio
from typing import cast

import structlog
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from landline.supervisor.programs import WORKER_READY

CONCURRENT_JOBS = 8
SHUTDOWN_SECONDS = 10.0

log = structlog.get_logger(__name__)


def worker_run() -> None:
    """Works until SIGINT or SIGTERM; jobs under way then get ten seconds to finish."""
    asyncio.run(work())


async def work() -> None:
    connector = cast("DjangoConnector", app.connector)
    with app.replace_connector(connector.get_worker_connector()) as worker_app:
        async with worker_app.open_async():
            log.info(WORKER_READY)
            await worker_app.run_worker_async(
                concurrency=CONCURRENT_JOBS,
                install_signal_handlers=True,
                shutdown_graceful_timeout=SHUTDOWN_SECONDS,
                delete_jobs="successful",
            )
