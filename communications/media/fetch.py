"""One wanted file: asked for, received, described, kept once, and told to the readers."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from psycopg_pool import AsyncConnectionPool

from communications.feed.announce import changes_announce
from communications.ingest.files import WantedFile, file_postponed, file_unavailable
from communications.media.incoming import Arrived, file_receive, room_check, working_folder
from communications.media.keeping import Keeper
from communications.media.outcomes import (
    Empty,
    Outcome,
    Postponed,
    Stored,
    TooLarge,
    Unavailable,
    outcome_of,
)
from communications.media.quota import Quota
from communications.media.source import Source, download_open
from communications.schemas.charges import charged

log = structlog.get_logger(__name__)


class Fetcher:
    """Fetches files one by one, several at a time. Use one in each event loop."""

    def __init__(self, source: Source, connections: AsyncConnectionPool[Any]) -> None:
        self._source = source
        self._connections = connections
        self._keeper = Keeper(connections)
        self._quota = Quota(connections)

    async def fetch(self, wanted: WantedFile) -> Outcome:
        """Settles a claimed file. Raises what nobody foresaw; the claim lapses then, and it is tried again."""
        outcome = await self._outcome(wanted)
        async with self._connections.connection() as connection:
            match outcome:
                case Unavailable(failure=failure):
                    await file_unavailable(connection, wanted, failure)
                case Postponed(failure=failure, after_seconds=after_seconds, counts=counts):
                    await file_postponed(
                        connection, wanted, failure, after_seconds=after_seconds, counts=counts
                    )
            if not isinstance(outcome, Postponed):
                await changes_announce(connection)
        # One line for each file that came would bury what did not.
        level = logging.DEBUG if isinstance(outcome, Stored) else logging.INFO
        log.log(level, "file_fetched", queue=wanted.queue, id=wanted.id, outcome=_described(outcome))
        return outcome

    async def _outcome(self, wanted: WantedFile) -> Outcome:
        if wanted.is_of_deleted:
            return Unavailable("deleted")
        if wanted.queue == "attachment" and wanted.upstream_message_id is None:
            return Unavailable("refused")
        try:
            return await self._receive_and_store(wanted)
        except Exception as error:
            return outcome_of(error, wanted.attempts)

    async def _receive_and_store(self, wanted: WantedFile) -> Stored:
        await self._quota.check(wanted.channel_id)
        room_check()
        with working_folder() as folder:
            with charged(channel_id=wanted.channel_id, purpose="media" if wanted.is_backlog else None):
                arrived = await self._receive(wanted, folder)
            await self._keeper.keep(arrived, folder, wanted)
        self._quota.add(wanted.channel_id, arrived.size_bytes)
        return Stored(arrived.size_bytes)

    async def _receive(self, wanted: WantedFile, folder: Path) -> Arrived:
        largest = settings.LANDLINE_MEDIA_MAX_BYTES
        async with download_open(self._source, wanted) as download:
            if (download.size_bytes or 0) > largest:
                raise TooLarge
            room_check(download.size_bytes or 0)
            arrived = await file_receive(download.chunks(largest), folder)
        if arrived.size_bytes == 0:
            raise Empty
        return arrived


def _described(outcome: Outcome) -> str:
    return "stored" if isinstance(outcome, Stored) else outcome.failure
