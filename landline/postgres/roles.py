"""The two roles: the owner changes the schema, the runtime role only reads and writes rows (S28)."""

from __future__ import annotations

import psycopg
from psycopg import sql

OWNER = "postgres"
RUNTIME = "landline"
DATABASE = "landline"


def database_prepare(owner_of_postgres: str) -> None:
    """Makes the runtime role and the database where absent. ``owner_of_postgres``: conninfo of the owner."""
    with psycopg.connect(owner_of_postgres, autocommit=True) as connection:
        runtime_role_make(connection)
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
        if known is not None:
            return
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    with psycopg.connect(owner_of_postgres, dbname=DATABASE, autocommit=True) as connection:
        runtime_grants_set(connection, RUNTIME)


def runtime_role_make(connection: psycopg.Connection) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (RUNTIME,)).fetchone()
    if known is None:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(RUNTIME)))


def runtime_grants_set(connection: psycopg.Connection, role: str) -> None:
    """Gives ``role`` rows, sequences and functions of this database, those of later migrations included."""
    named = sql.Identifier(role)
    database = sql.Identifier(connection.info.dbname)
    for statement in (
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {database} TO {role}",
        "GRANT USAGE ON SCHEMA public TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO {role}",
    ):
        connection.execute(sql.SQL(statement).format(database=database, role=named))
