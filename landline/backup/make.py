"""``landline backup``: a snapshot of the database and the files it refers to, in one file. Imported once Django is set up."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import psycopg
from django.conf import settings
from django.utils import timezone

from communications.media.storage import file_open, thumbnail_key
from landline import __version__
from landline.backup.errors import BackupError
from landline.backup.manifest import TABLES_WITHOUT_ROWS, Manifest, MediaContent, TableContent
from landline.backup.reading import media_line
from landline.backup.script import pipe
from landline.backup.snapshot import HeldFile, Snapshot, snapshot_take
from landline.backup.writing import DUMP, MANIFEST, MEDIA, Writer, backup_file
from landline.databases import connection_parameters
from landline.environment import Environment
from landline.postgres.binaries import Binaries
from landline.postgres.tools import client_tools, tool_address
from landline.progress import BytesLine

FILES_NAMED: Final = 5


def backup_make(path: Path | None, environment: Environment) -> int:
    """Makes it, and says what is in it. Raises BackupError."""
    parameters = connection_parameters(environment, data_dir=settings.LANDLINE_DATA_DIR, process_role="owner")
    place = own_place() if path is None else path.absolute()
    try:
        with snapshot_take(parameters) as snapshot, backup_file(place) as writer:
            manifest = write(writer, snapshot, parameters)
    except psycopg.Error as error:
        raise BackupError(
            f"the database could not be read ({last_line(str(error))}). No backup was made."
        ) from error
    tell(place, manifest)
    return 0


def own_place() -> Path:
    folder = Path(settings.LANDLINE_DATA_DIR) / "backups"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BackupError(f"{folder} cannot be made ({error.strerror}): name a file.") from error
    return folder / f"landline-{timezone.now():%Y-%m-%dT%H%M%SZ}.tar"


def write(writer: Writer, snapshot: Snapshot, parameters: Mapping[str, Any]) -> Manifest:
    tools = client_tools(server_version=snapshot.server_version, at_least=0)
    dump_bytes, dump_sha256 = dump(writer, snapshot, tools, parameters)
    tables = content(snapshot)
    media = media_write(writer, snapshot)
    manifest = Manifest(
        landline=__version__,
        made_at=snapshot.made_at,
        feed_epoch=snapshot.feed_epoch(),
        postgresql=snapshot.server_version,
        tools=tools.major_version,
        migrations=snapshot.migrations(),
        dump_bytes=dump_bytes,
        dump_sha256=dump_sha256,
        tables=tables,
        media=media,
    )
    with tempfile.SpooledTemporaryFile(max_size=1 << 20) as written:
        written.write(msgspec.json.format(msgspec.json.encode(manifest)))
        written.seek(0)
        writer.add(MANIFEST, written, lambda _more: None)
    return manifest


def dump(
    writer: Writer, snapshot: Snapshot, tools: Binaries, parameters: Mapping[str, Any]
) -> tuple[int, str]:
    address, variables = tool_address(parameters)
    command = [
        tools.program("pg_dump"),
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        "--no-comments",
        "--no-password",
        # Landline needs no extension; those of the server's owner are not ours to carry.
        "--extension=plpgsql",
        "--lock-wait-timeout=60s",
        f"--snapshot={snapshot.id}",
        *(f"--exclude-table-data=public.{table}" for table in TABLES_WITHOUT_ROWS),
        *(f'--exclude-schema="{schema}"' for schema in snapshot.other_schemas()),
        f"--dbname={address}",
    ]
    line = BytesLine("Database, compressed")
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, env=variables) as running,
    ):
        try:
            written = writer.add(DUMP, pipe(running.stdout), line)
        except BaseException:
            running.kill()
            raise
        if running.wait() != 0:
            complaints.seek(0)
            reason = last_line(complaints.read().decode(errors="replace"))
            raise BackupError(f"pg_dump failed ({reason}). No backup was made.")
    line.end()
    return written


def content(snapshot: Snapshot) -> dict[str, TableContent]:
    return {table: snapshot.content(table) for table in snapshot.tables()}


def media_write(writer: Writer, snapshot: Snapshot) -> MediaContent:
    line = BytesLine("Files", snapshot.media_size())
    files, size, listed = 0, 0, hashlib.sha256()
    missing, damaged = [], []
    for held in snapshot.media():
        for key in (held.key, thumbnail_key(held.key)) if held.has_thumbnail else (held.key,):
            place = writer.place
            try:
                added, digest = file_write(writer, key, line)
            except FileNotFoundError:
                missing.append(key)
                continue
            if not is_as_recorded(held, key, added, digest):
                writer.drop(place)
                damaged.append(key)
                continue
            files, size = files + 1, size + added
            listed.update(media_line(key, digest))
    line.end()
    return MediaContent(
        files=files,
        size_bytes=size,
        digest=listed.hexdigest(),
        missing=tuple(missing),
        damaged=tuple(damaged),
    )


def file_write(writer: Writer, key: str, line: BytesLine) -> tuple[int, str]:
    """Raises FileNotFoundError, and BackupError for whatever else a storage may raise."""
    try:
        with file_open(key) as opened:
            return writer.add(MEDIA + key, opened, line)
    except OSError:
        raise
    except Exception as error:
        raise BackupError(
            f"the storage of files did not give {key} ({last_line(str(error) or type(error).__name__)}). No backup was made."
        ) from error


def is_as_recorded(held: HeldFile, key: str, size: int, sha256: str) -> bool:
    """Whether a file's bytes are as the rows say; of thumbnails no hash is recorded."""
    return key != held.key or (size, sha256) == (held.size_bytes, held.sha256)


def tell(place: Path, manifest: Manifest) -> None:
    media = manifest.media
    size = place.stat().st_size
    sys.stdout.write(
        f"{place}: {manifest.rows:,} rows of {len(manifest.tables)} tables, {media.files:,} files, "
        f"{size / 1e6:,.1f} MB.\n"
    )
    for keys, what in (
        (media.missing, "are not where they should be"),
        (media.damaged, "are not what was stored"),
    ):
        if keys:
            named = ", ".join(keys[:FILES_NAMED]) + (" …" if len(keys) > FILES_NAMED else "")
            sys.stderr.write(f"landline: {len(keys):,} files {what} and are not in the backup: {named}\n")


def last_line(text: str) -> str:
    return (text.strip().splitlines() or ["without a word"])[-1]
