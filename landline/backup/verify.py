"""``landline backup --verify``: a backup is restored into a database server of its own, and compared. Needs no settings."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import IO, Final

import psycopg

from landline.backup.errors import BackupError, DamagedBackup
from landline.backup.reading import Backup, backup_open
from landline.backup.script import restore_run
from landline.bootstrap import announce
from landline.postgres.cluster import WITHOUT_DURABILITY, Cluster
from landline.postgres.roles import OWNER
from landline.progress import BytesLine

_LIST: Final = "CREATE TEMPORARY TABLE listed (key text, sha256 text)"
_COPY: Final = "COPY listed (key, sha256) FROM STDIN"

# Files that the rows know, but for those that were not there when the backup was made, and what is listed of them.
_DIFFERENT: Final = """
SELECT count(*) FROM (
    SELECT storage_key AS key, encode(sha256, 'hex') AS sha256 FROM communications_mediafile
    WHERE is_complete AND storage_key <> ALL(%(left_out)s)
) AS known FULL JOIN (SELECT * FROM listed WHERE key NOT LIKE '%%.thumbnail') AS listed USING (key)
WHERE known.sha256 IS DISTINCT FROM listed.sha256
"""


def backup_verify(path: Path) -> int:
    """Says that it is good. Raises BackupError with what is wrong."""
    with backup_open(path) as backup, tempfile.TemporaryFile() as listed:
        line = BytesLine("Reading the backup", backup.size_bytes)
        backup.check(listed, line)
        line.end()
        listed.seek(0)
        trial(backup, listed)
        manifest = backup.manifest
        sys.stdout.write(
            f"{path} is good: made on {manifest.made_at:%Y-%m-%d at %H:%M:%S} UTC by Landline {manifest.landline}; "
            f"{manifest.rows:,} rows of {len(manifest.tables)} tables and {manifest.media.files:,} files are what was "
            "backed up.\n"
        )
    media = manifest.media
    if media.missing or media.damaged:
        sys.stdout.write(
            f"{len(media.missing) + len(media.damaged):,} files could not be read when it was made and are not in it.\n"
        )
    return 0


def trial(backup: Backup, listed: IO[bytes]) -> None:
    """Restores into a throw-away server, which is stopped and removed on leaving."""
    folder = Path(tempfile.mkdtemp(prefix="landline-verify-"))
    # As root the server runs as another user, who must get in.
    folder.chmod(0o711)
    cluster = Cluster(folder, settings=WITHOUT_DURABILITY, ends_with_us=True, announce=announce)
    try:
        with cluster:
            url = cluster.url(role=OWNER)
            with psycopg.connect(url, autocommit=True) as connection:
                line = BytesLine("Database, compressed", backup.manifest.dump_bytes)
                restore_run(
                    backup,
                    psycopg.conninfo.conninfo_to_dict(url),
                    server_version=connection.info.server_version // 10_000,
                    on_bytes=line,
                )
                line.end()
                files_compare(backup, connection, listed)
    except OSError as error:
        raise BackupError(f"the trial could not be made ({error.strerror or error}).") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(cluster.location.folder, ignore_errors=True)


def files_compare(backup: Backup, connection: psycopg.Connection, listed: IO[bytes]) -> None:
    connection.execute(_LIST)
    with connection.cursor().copy(_COPY) as copying:
        while portion := listed.read(1 << 20):
            copying.write(portion)
    media = backup.manifest.media
    row = connection.execute(_DIFFERENT, {"left_out": [*media.missing, *media.damaged]}).fetchone()
    if row != (0,):
        raise DamagedBackup(f"{backup.path} is damaged: its files are not those that its database knows.")
