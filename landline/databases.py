"""From DATABASE_URL, or the embedded cluster's place, to Django's DATABASES."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from communications.schemas.connections import PLANNED_ONCE
from landline.environment import ConfigurationError, Environment
from landline.postgres.location import locate
from landline.postgres.roles import DATABASE, OWNER, RUNTIME, runtime_grants_set

# What a process is decides with which rights and limits it connects. "owner" may change the schema.
PROCESS_ROLES = ("web", "worker", "command", "owner")

WEB_STATEMENT_TIMEOUT_MS = 5_000
WORKER_STATEMENT_TIMEOUT_MS = 60_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000


def database_settings(environment: Environment, *, data_dir: Path, process_role: str) -> dict[str, Any]:
    """Django's settings of the one database.

    Raises ConfigurationError for a URL that PostgreSQL's own library would not take.
    """
    parameters = connection_parameters(environment, data_dir=data_dir, process_role=process_role)
    options: dict[str, Any] = {
        "application_name": f"landline {process_role}",
        "connect_timeout": 5,
        "keepalives_idle": 30,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
    }
    named = {key: str(parameters.pop(key, "")) for key in ("dbname", "user", "password", "host", "port")}
    options.update(parameters)
    options["options"] = " ".join(filter(None, (parameters.get("options"), session_limits(process_role))))
    if process_role in {"web", "worker"}:
        options["pool"] = {"min_size": 1, "max_size": 8, "timeout": 2, "max_idle": 300}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": named["dbname"],
        "USER": named["user"],
        "PASSWORD": named["password"],
        "HOST": named["host"],
        "PORT": named["port"],
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": process_role in {"web", "worker"},
    }


def planned_once(database: dict[str, Any]) -> dict[str, Any]:
    """The same database by connections of its own, which prepare each statement and keep its plan."""
    options = database["OPTIONS"]
    planner = " ".join(f"-c {name}={value}" for name, value in PLANNED_ONCE.items())
    return {
        **database,
        "OPTIONS": {
            **options,
            "options": f"{options['options']} {planner}".strip(),
            "server_side_binding": True,
            "prepare_threshold": 1,
        },
    }


def session_limits(process_role: str) -> str:
    """libpq's ``options`` text: server-side deadlines for the long-running servers, none for commands."""
    statement_timeout_ms = {"web": WEB_STATEMENT_TIMEOUT_MS, "worker": WORKER_STATEMENT_TIMEOUT_MS}
    if process_role not in statement_timeout_ms:
        return ""
    return (
        f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_TIMEOUT_MS} "
        f"-c statement_timeout={statement_timeout_ms[process_role]}"
    )


def connection_parameters(environment: Environment, *, data_dir: Path, process_role: str) -> dict[str, Any]:
    """libpq parameters for this process role, from the environment or from the embedded cluster."""
    names = ["DATABASE_URL"]
    if process_role == "owner":
        names.insert(0, "LANDLINE_DATABASE_OWNER_URL")
    for name in names:
        url = environment.text_or_file(name)
        if url is not None:
            return parse_url(name, url)
    return {
        "dbname": DATABASE,
        "user": OWNER if process_role == "owner" else RUNTIME,
        "host": str(locate(data_dir).socket),
    }


def runtime_rights_grant(environment: Environment, *, data_dir: Path) -> None:
    """Gives the servers' role of a database of the person's own what migrations made for the owner.

    The embedded cluster has default privileges for that, and one role for both needs nothing.
    """
    runtime, owner = (
        connection_parameters(environment, data_dir=data_dir, process_role=role) for role in ("web", "owner")
    )
    if environment.text_or_file("DATABASE_URL") is None or runtime.get("user") == owner.get("user"):
        return
    with psycopg.connect(**owner, autocommit=True) as connection:
        runtime_grants_set(connection, runtime["user"])


def parse_url(name: str, url: str) -> dict[str, Any]:
    """The URL's libpq parameters; refuses what is no PostgreSQL URL and what names a transaction pooler."""
    if not url.startswith(("postgres://", "postgresql://")):
        raise ConfigurationError(
            f"{name} must start with postgresql://, such as postgresql://landline:password@host/landline: "
            "Landline stores its data in PostgreSQL only."
        )
    if "pgbouncer=true" in url:
        raise ConfigurationError(pooler_sentence(name))
    try:
        parameters: dict[str, Any] = dict(conninfo_to_dict(url))
    except psycopg.ProgrammingError as error:
        # libpq ends some of its sentences with the whole address, and so with the password.
        reason = str(error).strip().replace(f': "{url}"', "")
        raise ConfigurationError(f"{name} is not a valid PostgreSQL address: {reason}.") from None
    if not parameters.get("dbname"):
        raise ConfigurationError(f"{name} names no database: end it with /landline or the name you chose.")
    return parameters


def unreachable_sentence(error: Exception) -> str:
    """Of what libpq says the last line that is no question."""
    lines = [line.strip() for line in str(error).splitlines()]
    reason = next((line for line in reversed(lines) if line and not line.endswith("?")), "no word")
    return f"PostgreSQL cannot be reached ({reason}): check DATABASE_URL."


def pooler_sentence(name: str) -> str:
    return (
        f"{name} leads to a transaction pooler, which breaks session locks and notifications: "
        "give the address of PostgreSQL itself, or of a pool in session mode."
    )
