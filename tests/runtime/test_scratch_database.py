"""The ground the other tests stand on: reset, real commits, the runtime role, no outside network."""

from __future__ import annotations

import socket

import psycopg
import pytest
from asgiref.sync import sync_to_async

from communications.models import Channel, User
from tests.database import ScratchDatabase
from tests.network_guard import OutsideNetworkError


@pytest.mark.parametrize("account", ["first", "second"])
def test_every_test_starts_from_the_migrated_state(database: ScratchDatabase, account: str) -> None:
    assert list(Channel.objects.all()) == []
    assert list(User.objects.all()) == []
    channel = Channel.objects.create(provider="whatsapp", external_account_id=account)
    assert channel.pk == 1


def test_a_commit_is_seen_by_another_connection(database: ScratchDatabase) -> None:
    Channel.objects.create(provider="whatsapp", external_account_id="seen")
    with psycopg.connect(database.runtime_url) as other:
        rows = other.execute("SELECT external_account_id FROM communications_channel").fetchall()
    assert rows == [("seen",)]


async def test_models_work_in_async_tests(database: ScratchDatabase) -> None:
    await Channel.objects.acreate(provider="whatsapp", external_account_id="async")
    assert await sync_to_async(Channel.objects.count)() == 1


def test_the_servers_role_has_neither_superuser_nor_ddl(database: ScratchDatabase) -> None:
    with psycopg.connect(database.runtime_url, autocommit=True) as connection:
        role = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls"
            "  FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert role == (False, False, False, False, False)
        for statement in (
            "CREATE TABLE mine (id int)",
            "CREATE TEMPORARY TABLE mine (id int)",
            "CREATE SCHEMA mine",
            "DROP TABLE communications_message",
            "ALTER TABLE communications_message ADD COLUMN mine int",
            "TRUNCATE communications_message",
            "CREATE DATABASE mine",
            "CREATE ROLE mine",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_another_machine_is_out_of_reach() -> None:
    with pytest.raises(OutsideNetworkError), socket.socket() as client:
        client.connect(("192.0.2.1", 80))
    with pytest.raises(OutsideNetworkError):
        socket.getaddrinfo("example.org", 443)
