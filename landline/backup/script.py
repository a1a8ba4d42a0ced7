"""What a restore does to a database: one transaction, which leaves either the old database or the new one.

It is a script for ``psql``: it drops what is there, runs ``pg_restore``'s own statements, compares the result with the manifest,
and notes that the restore has to be completed. A script that ends before its last statement changes nothing.
"""

from __future__ import annotations

import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import IO, Any, Final

from psycopg import sql

from landline.backup.erased import Mark
from landline.backup.errors import BackupError
from landline.backup.manifest import Manifest
from landline.backup.reading import Backup
from landline.backup.snapshot import CONTENT, SAME_TEXT
from landline.backup.writing import PORTION
from landline.postgres.binaries import Binaries
from landline.postgres.tools import client_tools, tool_address

# Marks of what was erased since the backup outlive the database that is replaced.
_BEGIN: Final = r"""
BEGIN;
SET LOCAL lock_timeout = '5s';
SET LOCAL client_min_messages = 'warning';
CREATE TEMPORARY TABLE landline_kept_key (key bytea) ON COMMIT DROP;
CREATE TEMPORARY TABLE landline_kept_mark (key bytea, digest bytea, erased_at timestamptz) ON COMMIT DROP;
DO $$
DECLARE
    ours text := '^(communications|django|auth|procrastinate|landline)_';
    held text;
BEGIN
    IF to_regclass('public.communications_erasedmark') IS NOT NULL THEN
        INSERT INTO landline_kept_key SELECT key FROM public.communications_erasurekey;
        INSERT INTO landline_kept_mark
        SELECT secret.key, mark.digest, mark.erased_at
        FROM public.communications_erasedmark AS mark CROSS JOIN public.communications_erasurekey AS secret;
    END IF;
    SELECT string_agg(format('public.%I', relname), ', ') INTO held FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname ~ ours;
    IF held IS NOT NULL THEN
        EXECUTE 'DROP TABLE ' || held || ' CASCADE';
    END IF;
    SELECT string_agg(oid::regprocedure::text, ', ') INTO held FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND proname ~ ours;
    IF held IS NOT NULL THEN
        EXECUTE 'DROP ROUTINE ' || held || ' CASCADE';
    END IF;
    SELECT string_agg(format('public.%I', typname), ', ') INTO held FROM pg_type
    WHERE typnamespace = 'public'::regnamespace AND typtype IN ('c', 'd', 'e') AND typname ~ ours
      AND (typrelid = 0 OR typrelid IN (SELECT oid FROM pg_class WHERE relkind = 'c'));
    IF held IS NOT NULL THEN
        EXECUTE 'DROP TYPE ' || held || ' CASCADE';
    END IF;
END
$$;
"""

_COMPARE: Final = """
DO $$
DECLARE
    expected record;
    rows bigint;
    digest text;
BEGIN
    FOR expected IN SELECT * FROM (VALUES {expected}) AS told (name, rows, digest) LOOP
        EXECUTE format({content}, expected.name) INTO rows, digest;
        IF (rows, digest) IS DISTINCT FROM (expected.rows, expected.digest) THEN
            RAISE EXCEPTION 'table % differs from what was backed up: % rows, expected %', expected.name, rows, expected.rows;
        END IF;
    END LOOP;
END
$$;
"""

_LISTED: Final = "COPY landline_kept_mark (key, digest, erased_at) FROM STDIN;\n"
_LISTED_END: Final = "\\.\n"

# Marks mean something only under the key that hashed them. A backup made before the first erasure has no key: then the key of the
# replaced database counts, else that of a list.
_KEEP: Final = """
INSERT INTO public.communications_erasurekey (id, key)
SELECT 1, key FROM (
    SELECT 0 AS rank, key, NULL::timestamptz AS erased_at FROM landline_kept_key
    UNION ALL SELECT 1, key, max(erased_at) FROM landline_kept_mark GROUP BY key
) AS known ORDER BY rank, erased_at DESC LIMIT 1
ON CONFLICT (id) DO NOTHING;
INSERT INTO public.communications_erasedmark AS held (digest, erased_at)
SELECT mark.digest, max(mark.erased_at) FROM landline_kept_mark AS mark
JOIN public.communications_erasurekey USING (key) GROUP BY mark.digest
ON CONFLICT (digest) DO UPDATE SET erased_at = greatest(held.erased_at, excluded.erased_at);
INSERT INTO public.communications_restoration (backup_made_at, backup_version) VALUES ({made_at}, {version});
"""

_END: Final = "COMMIT;\n"


def restore_run(
    backup: Backup,
    parameters: Mapping[str, Any],
    *,
    server_version: int,
    on_bytes: Callable[[int], None],
    erased: Iterable[Mark] = (),
) -> None:
    """``erased``: marks from the lists outside the database. Raises BackupError, and leaves the database as it was."""
    manifest = backup.manifest
    if server_version < manifest.postgresql:
        raise BackupError(
            f"the backup was made of PostgreSQL {manifest.postgresql}, and this server runs {server_version}: restore it on "
            f"{manifest.postgresql} or newer."
        )
    tools = client_tools(server_version=server_version, at_least=manifest.tools)
    address, variables = tool_address(parameters)
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            reader_command(tools), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints
        ) as reader,
        subprocess.Popen(
            writer_command(tools, address),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            env=variables,
        ) as writer,
    ):
        compressed, statements, database = pipe(reader.stdin), pipe(reader.stdout), pipe(writer.stdin)
        feeder = threading.Thread(target=feed, args=(backup, compressed, on_bytes), daemon=True)
        feeder.start()
        try:
            database.write(_BEGIN.encode())
            marks_write(database, erased)
            while portion := statements.read(PORTION):
                database.write(portion)
            if reader.wait() == 0:
                database.write(afterwards(manifest).encode())
        except BrokenPipeError:
            reader.kill()
        except BaseException:
            reader.kill()
            writer.kill()
            raise
        finally:
            feeder.join()
            close(database)
        if writer.wait() != 0 or reader.wait() != 0:
            raise BackupError(f"the database took nothing ({complaint(complaints)}). It is as it was.")


def marks_write(database: IO[bytes], erased: Iterable[Mark]) -> None:
    database.write(_LISTED.encode())
    for mark in erased:
        database.write(f"\\\\x{mark.key}\t\\\\x{mark.digest}\t{mark.erased_at}\n".encode())
    database.write(_LISTED_END.encode())


def feed(backup: Backup, reader: IO[bytes], on_bytes: Callable[[int], None]) -> None:
    try:
        for portion in backup.portions(backup.dump()):
            reader.write(portion)
            on_bytes(len(portion))
    except OSError:
        return
    finally:
        close(reader)


def pipe(end: IO[bytes] | None) -> IO[bytes]:
    if end is None:
        raise TypeError("the program was started without this pipe")
    return end


def close(end: IO[bytes]) -> None:
    try:
        end.close()
    except BrokenPipeError:
        return


def reader_command(tools: Binaries) -> list[str]:
    return [tools.program("pg_restore"), "--no-owner", "--no-privileges", "--exit-on-error", "--file=-"]


def writer_command(tools: Binaries, address: str) -> list[str]:
    return [
        tools.program("psql"),
        "--no-psqlrc",
        "--quiet",
        "--no-password",
        "--set=ON_ERROR_STOP=1",
        f"--dbname={address}",
    ]


def afterwards(manifest: Manifest) -> str:
    expected = sql.SQL(", ").join(
        sql.SQL("({}, {}::bigint, {})").format(name, table.rows, table.digest)
        for name, table in manifest.tables.items()
    )
    compare = sql.SQL(_COMPARE).format(expected=expected, content=CONTENT.replace("{}", "%I"))
    keep = sql.SQL(_KEEP).format(made_at=manifest.made_at.isoformat(), version=manifest.landline)
    return SAME_TEXT + compare.as_string() + keep.as_string() + _END


def complaint(complaints: IO[bytes]) -> str:
    """The first error, since all others follow from it."""
    complaints.seek(0)
    lines = complaints.read().decode(errors="replace").splitlines()
    wrong = [line for line in lines if "ERROR:" in line or "error:" in line or "FATAL:" in line]
    return (wrong or lines or ["without a word"])[0].strip()
