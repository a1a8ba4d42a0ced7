"""``landline restore``: the database and its files as a backup holds them. Imported once Django is set up."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError
from django.db import connection as django_connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from psycopg import AsyncConnection

from communications.feed.epoch import epoch_renew
from communications.ingest.erased_list import FOLDER
from communications.ingest.restored import comparison_ask, erased_again
from communications.models import Restoration
from communications.outbox.restored import intents_hold
from landline.backup.erased import erased_marks
from landline.backup.errors import BackupError
from landline.backup.files import files_bring_back
from landline.backup.make import last_line
from landline.backup.manifest import Manifest
from landline.backup.reading import Backup, backup_open
from landline.backup.script import restore_run
from landline.databases import connection_parameters, runtime_rights_grant
from landline.environment import Environment
from landline.progress import BytesLine

APPLICATION: Final = "landline restore"
OTHERS_LEAVE_WITHIN_SECONDS: Final = 2.0

_OTHERS: Final = """
SELECT DISTINCT application_name FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'landline%%' AND application_name <> %s
ORDER BY application_name
"""
_SHOWN: Final = {
    "communications_user": "people",
    "communications_channel": "accounts",
    "communications_message": "messages",
    "communications_webhookdelivery": "deliveries",
}


def backup_restore(path: Path, environment: Environment, *, replace: bool) -> int:
    """Raises BackupError."""
    parameters = connection_parameters(environment, data_dir=settings.LANDLINE_DATA_DIR, process_role="owner")
    django_connection.close()
    try:
        with backup_open(path) as backup:
            schema_check(backup.manifest)
            server_version = place_check(parameters, replace=replace)
            whole_check(backup)
            line = BytesLine("Database, compressed", backup.manifest.dump_bytes)
            restore_run(
                backup,
                {**parameters, "application_name": APPLICATION},
                server_version=server_version,
                on_bytes=line,
                erased=erased_marks(Path(settings.LANDLINE_DATA_DIR) / FOLDER),
            )
            line.end()
            complete(backup, environment, parameters)
    except (psycopg.Error, DatabaseError) as error:
        raise BackupError(
            f"the database did not answer ({last_line(str(error))}). Once it does, run the same command again."
        ) from error
    return 0


def schema_check(manifest: Manifest) -> None:
    known = MigrationLoader(None).disk_migrations
    unknown = [f"{app}.{name}" for app, name in manifest.migrations if (app, name) not in known]
    if unknown:
        raise BackupError(
            f"the backup was made by Landline {manifest.landline}, whose schema is newer than this version's "
            f"({', '.join(unknown[:3])}): restore it with that version."
        )


def place_check(parameters: Mapping[str, Any], *, replace: bool) -> int:
    """Returns the server's major version. Raises BackupError where somebody is at work, or something would be lost."""
    with psycopg.connect(**parameters, application_name=APPLICATION, autocommit=True) as connection:
        if others := others_at_work(connection):
            raise BackupError(
                f"the database is in use ({', '.join(others)}): stop Landline everywhere, then restore."
            )
        held = {noun: count for table, noun in _SHOWN.items() if (count := rows_in(connection, table))}
        if held and not replace:
            told = ", ".join(f"{count:,} {noun}" for noun, count in held.items())
            raise BackupError(
                f"the database is not empty ({told}). `landline restore --replace` puts the backup in its place; what it holds "
                "now is lost then."
            )
        return connection.info.server_version // 10_000


def others_at_work(connection: psycopg.Connection) -> list[str]:
    """Other connections to the database; waits a moment, since one that has just closed is still listed."""
    waits_until = time.monotonic() + OTHERS_LEAVE_WITHIN_SECONDS
    while True:
        others = [row[0] for row in connection.execute(_OTHERS, (APPLICATION,)).fetchall()]
        if not others or time.monotonic() >= waits_until:
            return others
        time.sleep(0.05)


def rows_in(connection: psycopg.Connection, table: str) -> int:
    if connection.execute("SELECT to_regclass(%s)", (f"public.{table}",)).fetchone() == (None,):
        return 0
    row: Any = connection.execute(f"SELECT count(*) FROM public.{table}".encode()).fetchone()  # noqa: S608
    return int(row[0])


def whole_check(backup: Backup) -> None:
    line = BytesLine("Reading the backup", backup.size_bytes)
    with tempfile.TemporaryFile() as listed:
        backup.check(listed, line)
    line.end()


def complete(backup: Backup, environment: Environment, parameters: Mapping[str, Any]) -> None:
    """Completes the restore; no server starts on this database before its last line."""
    made_at = backup.manifest.made_at
    call_command("migrate", verbosity=0, interactive=False)
    runtime_rights_grant(environment, data_dir=settings.LANDLINE_DATA_DIR)
    files_bring_back(backup)
    held = asyncio.run(history_begin(parameters))
    erased = erased_again(made_at)
    windows = comparison_ask(made_at)
    Restoration.objects.filter(completed_at=None).update(completed_at=timezone.now())
    media = backup.manifest.media
    sys.stdout.write(
        f"Restored what was there on {made_at:%Y-%m-%d at %H:%M:%S} UTC: {backup.manifest.rows:,} rows, {media.files:,} files. "
        "Browsers load anew, and everybody logs in again.\n"
    )
    if held:
        sys.stdout.write(
            f"{held:,} messages or changes were on their way then: they are read back or wait for a person's word, and none is "
            "sent again by itself.\n"
        )
    if erased:
        sys.stdout.write(f"{erased:,} messages that were erased since are erased again.\n")
    if windows:
        sys.stdout.write(
            f"Messages that came after the backup may be missing in {windows:,} accounts: the worker compares them.\n"
        )


async def history_begin(parameters: Mapping[str, Any]) -> int:
    """Makes a new epoch, and holds what was waiting to be sent; returns how many intents that were."""
    async with await AsyncConnection.connect(
        **parameters, application_name=APPLICATION, autocommit=True
    ) as connection:
        await epoch_renew(connection)
        return await intents_hold(connection)
