"""``landline web`` from outside: what it refuses to start with, and the bounds on what it reads."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator

import psycopg
import pytest

from tests.database import ScratchDatabase
from tests.processes import LandlineServer, Processes, wait_until
from tests.runtime.pooler import TransactionPooler
from tests.side_by_side import free_port

WEBHOOK_PATH = "/api/v1/webhooks/unipile/"


@pytest.fixture(scope="module")
def shared(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LandlineServer]:
    """One server for the tests that store nothing and end nothing."""
    started = Processes(tmp_path_factory.mktemp("web"))
    yield started.web()
    started.close()


def answer_to(port: int, sent: bytes, *, seconds: float = 20) -> bytes:
    """Everything the server says before it closes, or what it said until the time is over."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as client:
        received = b""
        try:
            client.sendall(sent)
            while chunk := client.recv(65_536):
                received += chunk
        except (ConnectionResetError, BrokenPipeError):
            pass
        return received


def status_of(port: int, method: str, path: str, headers: dict[str, str] | None = None) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, headers=headers or {})
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("missing", ["LANDLINE_WEBHOOK_SECRET", "LANDLINE_SECRET_KEY"])
def test_c3_without_a_secret_the_server_refuses_to_start(processes: Processes, missing: str) -> None:
    refused = processes.start("web", **{missing: ""})
    assert refused.wait() == 1
    assert refused.output.startswith(f"landline: {missing} is not set")
    assert refused.output.count("\n") == 1


def test_a_busy_port_gets_one_sentence(processes: Processes, shared: LandlineServer) -> None:
    refused = processes.start("web", LANDLINE_BIND=f"127.0.0.1:{shared.port}")
    assert refused.wait() == 1
    assert refused.output == (
        f"landline: Port {shared.port} on 127.0.0.1 is in use by another program: stop that one, or set "
        f"LANDLINE_BIND to another port such as 127.0.0.1:{shared.port + 1}.\n"
    )


@pytest.mark.parametrize("command", ["web", "migrate"])
def test_an_unreachable_database_gets_one_sentence(processes: Processes, command: str) -> None:
    nowhere = f"postgresql://landline@127.0.0.1:{free_port()}/landline"
    refused = processes.start(command, DATABASE_URL=nowhere, LANDLINE_DATABASE_OWNER_URL=nowhere)
    assert refused.wait() == 1
    assert "PostgreSQL cannot be reached (" in refused.output
    assert "Connection refused): check DATABASE_URL." in refused.output
    assert refused.output.count("\n") == 1


def test_a_role_without_rights_to_the_schema_gets_one_sentence(
    database: ScratchDatabase, processes: Processes
) -> None:
    with database.owner_connection() as owner:
        owner.execute("UPDATE django_migrations SET app = 'sessions.' WHERE app = 'sessions'")
        try:
            refused = processes.start("migrate", LANDLINE_DATABASE_OWNER_URL=database.runtime_url)
            assert refused.wait() == 1
        finally:
            owner.execute("UPDATE django_migrations SET app = 'sessions' WHERE app = 'sessions.'")
    assert (
        "landline: This role of the database may not change its schema (permission denied" in refused.output
    )
    assert "Traceback" not in refused.output


def test_migrating_as_the_owner_gives_the_servers_their_rights(
    database: ScratchDatabase, processes: Processes
) -> None:
    with database.owner_connection() as owner:
        owner.execute(f"REVOKE ALL ON communications_message FROM {database.runtime_role}")
        granting = processes.start("migrate")
        assert granting.wait(seconds=30) == 0, granting.output
    with psycopg.connect(database.runtime_url) as servers:
        assert servers.execute("SELECT count(*) FROM communications_message").fetchone() == (0,)


def test_an_older_schema_gets_one_sentence(database: ScratchDatabase, processes: Processes) -> None:
    with database.owner_connection() as owner:
        removed = owner.execute(
            "DELETE FROM django_migrations WHERE app = 'sessions' RETURNING app, name, applied"
        ).fetchall()
        try:
            refused = processes.start("web")
            assert refused.wait() == 1
        finally:
            owner.cursor().executemany(
                "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", removed
            )
    assert "The database's schema is older than this version: run `landline migrate` first." in refused.output


def test_it_connects_as_the_role_without_ddl(database: ScratchDatabase, shared: LandlineServer) -> None:
    with database.owner_connection() as owner:
        roles = owner.execute(
            "SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name LIKE 'landline web%'"
        ).fetchall()
    assert roles == [(database.runtime_role,)]


def test_the_key_of_unipile_is_not_in_its_memory_of_variables(processes: Processes) -> None:
    server = processes.web(UNIPILE_DSN="http://127.0.0.1:1", UNIPILE_API_KEY="canary-key")
    assert status_of(server.port, "GET", "/") != 500
    assert "canary-key" not in server.output


def test_workers_share_the_port(processes: Processes, database: ScratchDatabase) -> None:
    server = processes.web("--workers", "2")
    wait_until(lambda: server.output.count("Application startup complete") == 2)
    assert status_of(server.port, "GET", WEBHOOK_PATH) == 405
    assert server.stop() == 0
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", server.port))


def test_b24_its_headers_are_bounded(shared: LandlineServer) -> None:
    answer = answer_to(shared.port, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"a" * 70_000)
    assert answer.startswith(b"HTTP/1.1 431 ")


def test_it_survives_lost_connections_and_its_own_kill_9(
    database: ScratchDatabase, processes: Processes, webhook_secret: str
) -> None:
    server = processes.web()
    headers = {"Unipile-Auth": webhook_secret}
    with database.owner_connection() as owner:
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name LIKE 'landline web%'"
        )
    wait_until(lambda: status_of(server.port, "POST", WEBHOOK_PATH, headers) == 200)
    server.kill()
    again = processes.web(LANDLINE_BIND=f"127.0.0.1:{server.port}")
    assert status_of(again.port, "POST", WEBHOOK_PATH, headers) == 200


def test_a_transaction_pooler_is_refused(processes: Processes) -> None:
    with TransactionPooler() as pooler:
        threading.Thread(target=pooler.serve_forever, daemon=True).start()
        refused = processes.start("web", DATABASE_URL=pooler.url)
        code = refused.wait()
        pooler.shutdown()
    assert "DATABASE_URL leads to a transaction pooler" in refused.output
    assert code == 1
