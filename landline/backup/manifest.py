"""What a backup says of itself."""

from __future__ import annotations

import datetime as dt
from typing import Final

import msgspec

FORMAT: Final = 1

# Sessions and attempts to log in are nobody's to keep, nor when a server was last there; jobs are wake-ups, and rows say what is
# to be done. What was wanted of accounts is not done again by what is restored, and webhooks lead to the installation that was
# backed up.
TABLES_WITHOUT_ROWS: Final = (
    "communications_accountact",
    "communications_heartbeat",
    "communications_loginwindow",
    "communications_reachabilitytest",
    "communications_upstreamwebhook",
    "communications_webhookschecked",
    "django_session",
    "procrastinate_events",
    "procrastinate_jobs",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
)


class TableContent(msgspec.Struct, frozen=True):
    """How many rows, and the sum of their hashes: the same in any order, and other if anything is."""

    rows: int
    digest: str


class MediaContent(msgspec.Struct, frozen=True, kw_only=True):
    """``digest`` is of the list of files: a line with key and hash for each."""

    files: int = 0
    size_bytes: int = 0
    digest: str = ""
    missing: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    format: int = FORMAT
    landline: str
    made_at: dt.datetime
    feed_epoch: str | None
    postgresql: int
    tools: int
    migrations: tuple[tuple[str, str], ...]
    dump_bytes: int
    dump_sha256: str
    tables: dict[str, TableContent]
    media: MediaContent

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())
