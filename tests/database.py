"""The database of a test run: a throw-away cluster, or a throw-away database on DATABASE_URL's server.

The schema is migrated once as the owner; the tests, and the servers they start, connect as the runtime
role. Tests commit for real; :meth:`ScratchDatabase.reset` restores the state after migration.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from pathlib import Path
from urllib.parse import SplitResult, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from landline.postgres.cluster import WITHOUT_DURABILITY, Cluster
from landline.postgres.roles import OWNER, RUNTIME, runtime_grants_set

# Only tables that grew are emptied: an untouched one has no page. Deleting and vacuuming leaves what truncating does, tables
# without a page that nobody has counted, in a fifth of the time: each truncated table is some six new files, with all tables
# that refer to it. Where much is to be deleted, or somebody still looks at it, it is truncated.
RESET_FUNCTIONS = """
CREATE SCHEMA pristine;
CREATE VIEW pristine.resettable AS
  SELECT oid, relname, format('public.%I', relname) AS named, pg_relation_size(oid) AS size
    FROM pg_class
   WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
     AND relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission');
CREATE FUNCTION pristine.empty() RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  touched text[] := array_agg(named) FROM pristine.resettable WHERE size > 0;
  one text;
BEGIN
  IF (SELECT sum(size) FROM pristine.resettable) > 8000000 THEN
    PERFORM pristine.truncate();
    RETURN '{}';
  END IF;
  FOREACH one IN ARRAY coalesce(touched, '{}') LOOP
    EXECUTE 'DELETE FROM ' || one;
  END LOOP;
  RETURN touched;
END $$;
CREATE FUNCTION pristine.truncate() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  touched text := string_agg(named, ', ') FROM pristine.resettable WHERE size > 0;
BEGIN
  IF touched IS NOT NULL THEN EXECUTE 'TRUNCATE ' || touched || ' CASCADE'; END IF;
END $$;
CREATE FUNCTION pristine.begin_again() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  seeded text;
BEGIN
  PERFORM pristine.truncate();
  PERFORM setval(seqrelid, seqstart, false)
     FROM pg_sequence JOIN pg_depend ON objid = seqrelid AND deptype IN ('a', 'i')
     JOIN pristine.resettable ON oid = refobjid;
  UPDATE pg_class SET relpages = 0, reltuples = -1, relallvisible = 0
   WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i') AND reltuples <> -1;
  FOR seeded IN SELECT relname FROM pg_class WHERE relnamespace = 'pristine'::regnamespace AND relkind = 'r'
  LOOP
    EXECUTE format('INSERT INTO public.%1$I OVERRIDING SYSTEM VALUE SELECT * FROM pristine.%1$I', seeded);
  END LOOP;
END $$;
CREATE FUNCTION pristine.remember() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  seeded text;
BEGIN
  FOR seeded IN SELECT relname FROM pristine.resettable WHERE size > 0
  LOOP
    EXECUTE format('CREATE TABLE pristine.%1$I AS TABLE public.%1$I', seeded);
  END LOOP;
END $$;
"""


FOLDERS = "landline-test-"


def left_behind_remove() -> None:
    """Folders of runs that were killed: their databases ended with them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDERS}*-*"):
        process = folder.name.removeprefix(FOLDERS).partition("-")[0]
        if process.isdecimal() and not is_running(int(process)):
            shutil.rmtree(folder, ignore_errors=True)


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


class ScratchDatabase:
    """Its addresses are known at once, so that settings can be loaded; :meth:`open` starts the server."""

    def __init__(self, server_url: str | None) -> None:
        self.name = f"landline_test_{os.getpid()}"
        left_behind_remove()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{FOLDERS}{os.getpid()}-"))
        self.resets = 0
        self._is_open = False
        self._resetter: psycopg.Connection | None = None
        self._cluster: Cluster | None = None
        if server_url is None:
            # As root the server runs as another user, who must get in.
            self.folder.chmod(0o711)
            self._cluster = Cluster(self.folder, settings=WITHOUT_DURABILITY, ends_with_us=True)
            self.runtime_role, self._runtime_password = RUNTIME, ""
            self.owner_url = self._cluster.url(role=OWNER, database=self.name)
            self.runtime_url = self._cluster.url(role=RUNTIME, database=self.name)
            self._maintenance_url = self._cluster.url(role=OWNER, database="postgres")
        else:
            parts = urlsplit(server_url)
            self.runtime_role, self._runtime_password = f"{self.name}_runtime", secrets.token_hex(16)
            self.owner_url = with_database(parts, self.name)
            self.runtime_url = with_login(
                urlsplit(self.owner_url), f"{self.runtime_role}:{self._runtime_password}"
            )
            self._maintenance_url = server_url

    @property
    def cluster(self) -> Cluster | None:
        """The throw-away cluster; None on a server that was named by DATABASE_URL."""
        return self._cluster

    def open(self) -> None:
        """Starts the server and makes the empty database with the runtime role's grants."""
        self._is_open = True
        if self._cluster is not None:
            self._cluster.acquire()
        with psycopg.connect(self._maintenance_url, autocommit=True) as connection:
            self._drop(connection)
            if self._cluster is None:
                made = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
                connection.execute(
                    made.format(sql.Identifier(self.runtime_role), sql.Literal(self._runtime_password))
                )
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.name)))
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            runtime_grants_set(connection, self.runtime_role)

    def remember_migrated_state(self) -> None:
        """Called once after migrating: :meth:`reset` comes back to these rows."""
        self._resetter = psycopg.connect(
            self.owner_url, autocommit=True, options="-c session_replication_role=replica -c lock_timeout=10s"
        )
        self._resetter.execute(RESET_FUNCTIONS)
        self._resetter.execute("SELECT pristine.remember()")

    def reset(self) -> None:
        """Empties every table but those whose rows migrations made, and restarts the ids."""
        assert self._resetter is not None
        self.resets += 1
        [(touched,)] = self._resetter.execute("SELECT pristine.empty()").fetchall()
        if touched:
            self._resetter.execute(f"VACUUM (TRUNCATE) {', '.join(touched)}")
        if touched is not None:
            self._resetter.execute("SELECT pristine.begin_again()")

    def owner_connection(self) -> psycopg.Connection:
        """A new autocommit connection with the owner's rights; the caller closes it."""
        return psycopg.connect(self.owner_url, autocommit=True)

    def close(self) -> None:
        """Leaves nothing behind, whether :meth:`open` was called or not."""
        if self._resetter is not None:
            self._resetter.close()
        if self._cluster is not None:
            self._cluster.release()
        elif self._is_open:
            with psycopg.connect(self._maintenance_url, autocommit=True) as connection:
                self._drop(connection)
        shutil.rmtree(self.folder)

    def _drop(self, connection: psycopg.Connection) -> None:
        """What a killed run under the same number left behind too."""
        dropped = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(dropped.format(sql.Identifier(self.name)))
        if self._cluster is None:
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(self.runtime_role)))


def with_database(parts: SplitResult, name: str) -> str:
    return urlunsplit(parts._replace(path=f"/{name}"))


def with_login(parts: SplitResult, login: str) -> str:
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{login}@{host}"))
