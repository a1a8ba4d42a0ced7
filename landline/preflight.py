"""What a server checks before it listens: its secrets, its database, the schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor

from landline.databases import pooler_sentence, unreachable_sentence
from landline.environment import ConfigurationError
from landline.postgres.binaries import OLDEST_MAJOR_VERSION


def secrets_check() -> None:
    """Raises ConfigurationError when a secret is missing: an open webhook never starts."""
    for name, is_set in (
        ("LANDLINE_SECRET_KEY", secret_key_is_set()),
        ("LANDLINE_WEBHOOK_SECRET", bool(settings.LANDLINE_WEBHOOK_SECRETS)),
    ):
        if not is_set:
            raise ConfigurationError(
                f"{name} is not set: put the output of `openssl rand -hex 32` in {name} or "
                f"in a file named by {name}_FILE, or start with `landline run`, which makes its own."
            )


def secret_key_is_set() -> bool:
    try:
        return bool(settings.SECRET_KEY)
    except ImproperlyConfigured:
        return False


def database_check() -> None:
    """Raises ConfigurationError when the database cannot carry Landline, with the reason."""
    parameters = connection.get_connection_params()
    for of_django in ("cursor_factory", "context"):
        parameters.pop(of_django)
    try:
        with (
            psycopg.connect(**parameters, autocommit=True) as first,
            psycopg.connect(**parameters, autocommit=True) as second,
        ):
            if first.info.server_version < OLDEST_MAJOR_VERSION * 10_000:
                raise ConfigurationError(
                    f"The database runs PostgreSQL {first.info.server_version // 10_000}: "
                    f"Landline needs version {OLDEST_MAJOR_VERSION} or newer."
                )
            # Only a pooler in transaction mode gives two open sessions the same server process.
            if backend_of(first) == backend_of(second):
                raise ConfigurationError(pooler_sentence("DATABASE_URL"))
            if first.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
                raise ConfigurationError(
                    "DATABASE_URL leads to a standby, which hides running transactions from the feed: "
                    "give the address of the primary."
                )
    except psycopg.OperationalError as error:
        raise ConfigurationError(unreachable_sentence(error)) from None


def restoration_check() -> None:
    """Raises ConfigurationError when a restore was interrupted: what waited to be sent then may have been sent."""
    is_interrupted = (
        apps.get_model("communications", "Restoration").objects.filter(completed_at=None).exists()
    )
    connection.close()
    if is_interrupted:
        raise ConfigurationError(
            "A restore of this database was interrupted: run the same `landline restore` again, with --replace."
        )


@contextmanager
def schema_rights_needed() -> Iterator[None]:
    """Inside, the schema is changed: raises ConfigurationError where the role may not do that."""
    try:
        yield
    except ProgrammingError as error:
        if not isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege):
            raise
        reason = str(error).splitlines()[0]
        raise ConfigurationError(
            f"This role of the database may not change its schema ({reason}): set LANDLINE_DATABASE_OWNER_URL to the "
            "address with one that may, such as the database's owner."
        ) from None


def backend_of(session: psycopg.Connection) -> object:
    return session.execute("SELECT pg_backend_pid()").fetchone()


def migrations_check() -> None:
    """Raises ConfigurationError when the schema is older than this program."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    connection.close()
    if missing:
        raise ConfigurationError(
            "The database's schema is older than this version: run `landline migrate` first."
        )
